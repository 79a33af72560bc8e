//! Accounts in the console: found by name, read with a reason that their owner sees, masked, and changed on record.

use std::time::Duration;

use futures_util::FutureExt as _;
use passport::console::model::Role;
use shared::db::{DbError, sql};

use super::*;
use crate::accounts::{EMAIL, PASSWORD, candidate};
use crate::support::ISSUER;

async fn support(passport: &Passport) -> Colleague {
    Colleague::new(passport, "王芳", &[Role::Operator]).await;
    Colleague::new(passport, "赵敏", &[Role::Support]).await
}

/// The candidate, signed in with that browser: whether that went well.
async fn candidate_signs_in(browser: &mut Browser) -> bool {
    let page = browser.open(&format!("{ISSUER}/sign-in")).await;
    let form = page.form("main form[action^='/sign-in']").set("username", EMAIL).set("password", PASSWORD);
    browser.submit(form).await.url.path() == "/"
}

async fn activity(browser: &mut Browser) -> Vec<String> {
    browser.open(&format!("{ISSUER}/account/activity?lang=en")).await.texts(".event p:first-child")
}

async fn reads(passport: &Passport) -> i64 {
    let read = passport.db.read::<_, DbError, _>(|tx| {
        async move { sql("SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_viewed'").fetch_one(tx).await }
            .boxed()
    });
    read.await.expect("a count").get("n").expect("a number")
}

#[tokio::test]
async fn an_account_is_found_by_its_whole_name_with_a_reason_and_its_owner_sees_both() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        for part in ["lihua2006", "lihua2006@", "13800138", "李华", "%"] {
            let typed = [("name", part), ("reason", "owner")];
            let answer = one.send("/accounts", "/accounts", &typed).await;
            assert!(answer.url.path() == "/accounts" && answer.has(".notice"), "{part}: {}", answer.text);
        }
        let answer = one.send("/accounts", "/accounts", &[("name", EMAIL)]).await;
        assert!(answer.has(".summary"), "without a reason: {}", answer.text);
        assert_eq!(reads(&passport).await, 0);
        let account = one.look_at(" LIHUA2006@example.com ").await;
        let page = one.open(&account).await;
        assert_eq!(reads(&passport).await, 1, "one reading, one line");
        assert!(page.text.contains("li***06@example.com") && page.text.contains("138****8000"), "{}", page.text);
        for plain in [EMAIL, "13800138000", "李华"] {
            assert!(!page.text.contains(plain), "{plain}: {}", page.text);
        }
        let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account").to_string();
        assert!(!account.contains(&id) && !page.text.contains(&id), "the address tells no account");
        let mut owner = passport.browser();
        assert!(candidate_signs_in(&mut owner).await);
        let lines = activity(&mut owner).await;
        let line = "Our staff looked at this account because its owner asked for help";
        assert!(lines.iter().any(|said| said == line), "{lines:?}");
    })
    .await;
}

#[tokio::test]
async fn a_reading_is_its_readers_and_over_after_a_quarter_of_an_hour() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        let mut other = Colleague::new(&passport, "李强", &[Role::Reviewer, Role::Operator]).await;
        let account = one.look_at(EMAIL).await;
        assert_eq!(other.open(&account).await.url.path(), "/accounts", "a link that a colleague sent");
        assert_eq!(reads(&passport).await, 1);
        passport.clock.advance(Duration::from_secs(14 * 60));
        assert_eq!(one.open(&account).await.url.path(), account);
        passport.clock.advance(Duration::from_secs(60));
        let over = one.open(&account).await;
        assert!(over.url.path() == "/accounts" && over.has(".notice"), "{}", over.text);
    })
    .await;
}

#[tokio::test]
async fn nobody_goes_through_a_list_of_names() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        let page = one.open("/accounts").await;
        let form = page.form("main form[action='/accounts']").set("reason", "incident");
        for n in 0..60 {
            one.browser.submit(form.clone().set("name", &format!("u{n}@example.com"))).await;
        }
        let answer = one.browser.submit(form.set("name", EMAIL)).await;
        assert!(answer.url.query().unwrap_or_default().contains("too-often"), "{}", answer.url);
        assert_eq!(reads(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_suspended_with_a_reason_and_its_end_typed_and_reinstated_by_another_role() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        let mut owner = passport.browser();
        assert!(candidate_signs_in(&mut owner).await);
        let account = one.look_at(EMAIL).await;
        let (tail, at) = (one.tail(&account).await, format!("{account}/suspend"));
        for (reason, typed) in [("", tail.as_str()), ("sold its place", "wrong")] {
            let answer = one.send(&at, &at, &[("reason", reason), ("typed", typed)]).await;
            assert!(answer.has(".summary"), "{}", answer.text);
        }
        assert!(candidate_signs_in(&mut passport.browser()).await, "nothing was done");
        let done = one.send(&at, &at, &[("reason", "sold its place"), ("typed", &tail)]).await;
        assert!(done.has(".notice.ok"), "{}", done.text);
        assert!(!candidate_signs_in(&mut passport.browser()).await);
        assert_eq!(activity(&mut owner).await, Vec::<String>::new(), "the sessions ended");
        assert_eq!(one.open(&format!("{account}/reinstate")).await.status.as_u16(), 403, "by another role");
        let mut other = Colleague::new(&passport, "李强", &[Role::Operator]).await;
        let account = other.look_at(EMAIL).await;
        let at = format!("{account}/reinstate");
        let typed = [("reason", "it was a mistake"), ("typed", tail.as_str())];
        assert!(other.send(&at, &at, &typed).await.has(".notice.ok"));
        assert!(candidate_signs_in(&mut owner).await);
        let lines = activity(&mut owner).await;
        for line in ["The account was locked", "The account was unlocked"] {
            assert!(lines.iter().any(|said| said == line), "{lines:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn sessions_end_and_tries_are_forgotten_on_record() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        let mut owner = passport.browser();
        assert!(candidate_signs_in(&mut owner).await);
        let account = one.look_at(EMAIL).await;
        for end in ["sessions", "unlock"] {
            let at = format!("{account}/{end}");
            let done = one.send(&at, &at, &[("reason", "lost a laptop")]).await;
            assert!(done.has(".notice.ok"), "{}", done.text);
        }
        assert_eq!(activity(&mut owner).await, Vec::<String>::new());
        assert!(candidate_signs_in(&mut owner).await);
        let lines = activity(&mut owner).await;
        for told in ["Our staff ended a sign-in", "Staff ended every sign-in, and what sites were granted for longer"] {
            assert!(lines.iter().any(|said| said == told), "{lines:?}");
        }
        let in_their_name =
            "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'session_ended' AND actor LIKE 'staff:%'";
        assert_eq!(count(&passport, in_their_name).await, 1, "the record names who ended it");
        let listed = one.open("/proposals").await;
        assert_eq!(listed.texts("h2.site-name .tag"), ["done", "done"], "{}", listed.text);
    })
    .await;
}

#[tokio::test]
async fn an_auditor_sees_who_looked_and_acts_on_nothing() {
    with_console(|passport| async move {
        candidate(&passport).await;
        let mut one = support(&passport).await;
        one.look_at(EMAIL).await;
        let mut auditor = Colleague::new(&passport, "周杰", &[Role::Auditor]).await;
        let found = auditor.open("/audit?kind=account_viewed").await;
        assert_eq!(found.texts("li.event code:first-child").first().map(String::as_str), Some("account_viewed"));
        assert!(found.texts("li.event .hint").concat().contains("赵敏"), "{}", found.text);
        assert!(!found.text.contains(EMAIL));
        assert_eq!(auditor.open("/accounts").await.status.as_u16(), 403);
    })
    .await;
}
