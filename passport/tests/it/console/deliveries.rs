//! Deliveries: what waits and what was given up, whom it is for masked, and trying it again on record.

use std::time::Duration;

use futures_util::FutureExt as _;
use passport::console::model::Role::{Auditor, Operator, Support};
use passport::delivery::store::{self, Failing};
use passport::delivery::{ChannelKind, LogoutNotice, MessageId};
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::i18n::Lang;

use super::*;
use crate::accounts::EMAIL;

/// A logout token that waits for that client.
pub(super) async fn logout(passport: &Passport, client: &str) -> MessageId {
    let notice = LogoutNotice { client: client.to_owned(), account: "a".to_owned(), session: "s".to_owned() };
    let outbox = passport.app.outbox.clone();
    let written = passport.db.write::<_, DbError, _>(move |tx| {
        let (outbox, notice) = (outbox.clone(), notice.clone());
        async move { outbox.logout(tx, &notice).await }.boxed()
    });
    written.await.expect("written")
}

/// It is given up for that reason; `keep`: its content is kept.
async fn give_up(passport: &Passport, id: MessageId, (error, keep): (&'static str, bool)) {
    let now = passport.clock.now();
    let failed = passport.db.write::<_, DbError, _>(move |tx| {
        async move { store::failed(tx, id, Failing { error, reason: None, keep }, now).await }.boxed()
    });
    failed.await.expect("given up");
}

/// The state of a message, how often it was tried, and when it is tried next.
async fn stands(passport: &Passport, id: MessageId) -> (String, i64) {
    let read = passport.db.read::<_, DbError, _>(move |tx| {
        async move { sql("SELECT state, attempts FROM outbox WHERE id = $1").bind(id).fetch_one(tx).await }.boxed()
    });
    let row = read.await.expect("a message");
    (row.get("state").expect("a state"), row.get("attempts").expect("a number"))
}

/// What is on record of messages that were taken up, oldest first.
async fn record(passport: &Passport) -> Vec<String> {
    let read = passport.db.read::<_, DbError, _>(|tx| {
        let text = "SELECT details FROM audit_events WHERE kind = 'messages_taken_up' ORDER BY at, id";
        async move { sql(text).fetch_all(tx).await }.boxed()
    });
    let rows = read.await.expect("the record");
    rows.iter().map(|row| row.get("details").expect("details")).collect()
}

/// A mail that waits for the candidate.
async fn mail(passport: &Passport) -> MessageId {
    let outbox = passport.app.outbox.clone();
    let written = passport.db.write::<_, DbError, _>(move |tx| {
        let outbox = outbox.clone();
        async move { outbox.code_mail(tx, EMAIL, Lang::En, "135790").await }.boxed()
    });
    written.await.expect("written")
}

#[tokio::test]
async fn one_message_is_tried_again_with_a_reason_and_no_other() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let (dead, other) = (logout(&passport, "cet").await, logout(&passport, "pets").await);
        for id in [dead, other] {
            give_up(&passport, id, ("the site answered 503", true)).await;
        }
        let overview = operator.open("/deliveries").await;
        assert!(overview.has("a[href='/deliveries/logout']"), "{}", overview.text);
        let listed = operator.open("/deliveries/logout").await;
        for said in ["cet", "pets", "the site answered 503", "given up"] {
            assert!(listed.text.contains(said), "{said}: {}", listed.text);
        }
        let at = format!("/deliveries/logout/{dead}/retry");
        assert!(listed.has(&format!("a[href='{at}']")));

        let refused = operator.send(&at, &at, &[]).await;
        assert!(refused.has(".summary"), "without a reason: {}", refused.text);
        assert_eq!(stands(&passport, dead).await, ("failed".to_owned(), 0));
        let done = operator.send(&at, &at, &[("reason", "the site is back")]).await;
        assert!(done.url.path() == "/deliveries/logout" && done.has(".notice.ok"), "{}", done.text);
        assert_eq!(stands(&passport, dead).await.0, "waiting");
        assert_eq!(stands(&passport, other).await.0, "failed", "another one");
        let waiting = operator.open("/deliveries/logout?state=waiting").await;
        assert!(waiting.text.contains("cet") && !waiting.text.contains("pets"), "{}", waiting.text);
        let on_record = record(&passport).await;
        assert!(on_record.len() == 1 && on_record[0].contains(&dead.to_string()), "{on_record:?}");
        let acts = operator.open("/proposals").await;
        assert!(acts.text.contains("Try again"), "{}", acts.text);
    })
    .await;
}

#[tokio::test]
async fn all_of_a_kind_are_tried_again_by_who_typed_which_and_no_other_kind() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let (first, second) = (logout(&passport, "cet").await, logout(&passport, "pets").await);
        let mail = mail(&passport).await;
        for (id, keep) in [(first, true), (second, true), (mail, false)] {
            give_up(&passport, id, ("timed out", keep)).await;
        }
        let at = "/deliveries/logout/retry";
        for typed in ["", "signals"] {
            let refused = operator.send(at, at, &[("reason", "they are back"), ("typed", typed)]).await;
            assert!(refused.has(".summary"), "{typed}: {}", refused.text);
        }
        assert_eq!(stands(&passport, first).await.0, "failed");
        // There is none of that kind: nothing happens, and nothing is on record.
        let signals = "/deliveries/signals/retry";
        let none = operator.send(signals, signals, &[("reason", "they are back"), ("typed", "signals")]).await;
        assert!(none.has(".notice.info") && record(&passport).await.is_empty(), "{}", none.text);

        let done = operator.send(at, at, &[("reason", "they are back"), ("typed", "logout")]).await;
        assert!(done.has(".notice.ok"), "{}", done.text);
        for id in [first, second] {
            assert_eq!(stands(&passport, id).await.0, "waiting");
        }
        assert_eq!(stands(&passport, mail).await.0, "failed", "another kind");
        let on_record = record(&passport).await;
        assert!(on_record.len() == 1 && on_record[0].contains("\"messages\":2"), "{on_record:?}");
    })
    .await;
}

#[tokio::test]
async fn whom_mail_is_for_is_masked_while_it_waits_and_gone_when_it_was_given_up() {
    with_console(|passport| async move {
        Colleague::new(&passport, "王芳", &[Operator]).await;
        let mut operator = Colleague::new(&passport, "李强", &[Operator]).await;
        let mail = mail(&passport).await;
        let waiting = operator.open("/deliveries/mail?state=waiting").await;
        assert!(waiting.text.contains("li***06@example.com"), "{}", waiting.text);
        assert!(!waiting.text.contains(EMAIL) && !waiting.text.contains("135790"), "the whole address, or the words");
        give_up(&passport, mail, ("550 no such user", false)).await;
        let failed = operator.open("/deliveries/mail").await;
        assert!(failed.text.contains("receiver erased") && !failed.text.contains("li***06"), "{}", failed.text);
        let at = format!("/deliveries/mail/{mail}/retry");
        assert!(!failed.has(&format!("a[href='{at}']")), "its words are erased");
        let sent = operator.send(&at, &at, &[("reason", "try it anyway")]).await;
        assert!(sent.has(".notice.info"), "{}", sent.text);
        assert_eq!(stands(&passport, mail).await.0, "failed");
    })
    .await;
}

#[tokio::test]
async fn what_a_client_holds_back_is_not_sent_by_the_staff() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let id = logout(&passport, "cet").await;
        let held = sql("UPDATE outbox SET next_attempt_at = $1 WHERE id = $2");
        let held = held.bind(store::HELD).bind(id);
        passport
            .db
            .write::<_, DbError, _>(move |tx| {
                let held = held.clone();
                async move { held.execute(tx).await }.boxed()
            })
            .await
            .expect("held");
        let listed = operator.open("/deliveries/logout?state=waiting").await;
        let at = format!("/deliveries/logout/{id}/retry");
        assert!(listed.text.contains("Held back") || listed.text.contains("held back"), "{}", listed.text);
        assert!(!listed.has(&format!("a[href='{at}']")), "{}", listed.text);
        let sent = operator.send(&at, &at, &[("reason", "send it now")]).await;
        assert!(sent.has(".notice.info") && record(&passport).await.is_empty(), "{}", sent.text);
    })
    .await;
}

#[tokio::test]
async fn support_looks_and_does_not_try_again_and_what_is_no_message_is_not_there() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        let mut support = Colleague::new(&passport, "赵敏", &[Support]).await;
        let mut auditor = Colleague::new(&passport, "周杰", &[Auditor]).await;
        let dead = logout(&passport, "cet").await;
        give_up(&passport, dead, ("timed out", true)).await;
        let listed = support.open("/deliveries/logout").await;
        assert!(listed.text.contains("timed out") && !listed.has("a[href$='/retry']"), "{}", listed.text);
        assert_eq!(auditor.open("/deliveries").await.status.as_u16(), 403);
        for path in [
            "/deliveries/pigeon".to_owned(),
            "/deliveries/pigeon/retry".to_owned(),
            "/deliveries/logout/x/retry".to_owned(),
            format!("/deliveries/mail/{dead}/retry"),
        ] {
            assert_eq!(operator.open(&path).await.status.as_u16(), 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn more_messages_than_a_page_holds_are_found_on_the_next() {
    with_console(|passport| async move {
        let mut operator = Colleague::new(&passport, "王芳", &[Operator]).await;
        for n in 0..51 {
            passport.clock.advance(Duration::from_secs(1));
            logout(&passport, &format!("client-{n:02}.")).await;
        }
        let first = operator.open("/deliveries/logout?state=waiting").await;
        assert!(first.text.contains("client-50.") && !first.text.contains("client-00."), "the newest first");
        let older = first.attributes("main a[href*='before=']", "href").remove(0);
        let second = operator.open(&older).await;
        assert!(second.text.contains("client-00.") && !second.text.contains("client-01."), "{}", second.text);
        assert!(!second.has("main a[href*='before=']"), "there is no more");
        let stand = passport.db.read::<_, DbError, _>(|tx| store::by_kind(tx).boxed()).await.expect("figures");
        assert_eq!(stand[&ChannelKind::Logout].waiting, 51);
    })
    .await;
}
