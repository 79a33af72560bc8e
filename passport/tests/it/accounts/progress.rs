//! How far a message has come: whoever waits for a code reads it in words, and nobody learns by it who has an account.

use std::time::Duration;

use shared::clock::Clock as _;
use shared::db::{DbError, sql};

use super::contact::{ask, messages, registered};
use super::register::register_form;
use super::reports::last_message;
use super::*;
use crate::support::on_both_with;

/// What becomes of the last message, and what is said of it where mails and where SMS are waited for.
const STATES: [(&str, &str, &str); 3] = [
    ("UPDATE outbox SET doubtful_at = $2 WHERE id = $1", "发出，结果不明", "发出，结果不明"),
    (
        "UPDATE outbox SET state = 'sent', finished_at = $2, doubtful_at = NULL WHERE id = $1",
        "已交给邮件服务器。几分钟后还没有收到，请看看垃圾邮件",
        "已交给运营商",
    ),
    (
        "UPDATE outbox SET state = 'failed', finished_at = $2 WHERE id = $1",
        "邮件服务器拒收，请核对地址",
        "运营商拒收，请核对手机号",
    ),
];

/// Has that become of the message that was written last.
async fn becomes(passport: &Passport, what: &'static str) {
    let (id, now) = (last_message(passport).await, passport.clock.now());
    let done = passport.db.write::<_, DbError, _>(move |tx| {
        let id = id.clone();
        Box::pin(async move { sql(what).bind(id).bind(now).execute(tx).await })
    });
    assert_eq!(done.await.expect("written"), 1);
}

/// The page that waits tells each of them, at nine o'clock.
pub(super) async fn tells_all(passport: &Passport, browser: &mut Browser, waits: &Answer, is_mail: bool) {
    let waiting = if is_mail {
        "开始发送，还没有交给邮件服务器"
    } else {
        "开始发送，还没有交给运营商"
    };
    assert!(waits.text.contains(&format!("09:00:00{waiting}")), "{}", waits.text);
    for (what, mail, sms) in STATES {
        becomes(passport, what).await;
        let seen = browser.open(waits.url.as_str()).await;
        let told = format!("09:00:00{}", if is_mail { mail } else { sms });
        assert!(seen.text.contains(&told), "{told}: {}", seen.text);
        assert!(seen.has("input[name=code]"), "the code may be typed all the same: it may arrive");
    }
}

#[tokio::test]
async fn who_proves_a_contact_reads_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        // The mail went out as the account was made, and may not be asked for again at once.
        let waits = ask(&mut browser, "mobile").await;
        tells_all(&passport, &mut browser, &waits, false).await;
    })
    .await;
}

#[tokio::test]
async fn who_appeals_reads_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        for (contact, is_mail) in [("13900139000", false), ("owner@example.com", true)] {
            passport.clock.advance(Duration::from_millis(1));
            let shown = browser.open(&page("/appeal")).await;
            let waits = browser.submit(form(&shown, "/appeal").set("contact", contact)).await;
            tells_all(&passport, &mut browser, &waits, is_mail).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_child_whose_guardian_was_asked_reads_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let registered = register_form(&mut browser).await.set("age", "under").set("name", "李小华");
        let answer = browser.submit(registered).await;
        browser.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
        passport.clock.advance(Duration::from_millis(1));
        let shown = browser.open(&page("/account/guardian")).await;
        let named = shown.form("main form:has([name=guardian_name])").set("guardian_name", "王芳");
        let named = named.set("relation", "mother").set("birthdate", "2013-09-01");
        let waits = browser.submit(named.set("contact", "wangfang@example.com")).await;
        tells_all(&passport, &mut browser, &waits, true).await;
    })
    .await;
}

#[tokio::test]
async fn who_forgot_the_password_reads_nothing_of_it_whether_anybody_has_the_name_or_not() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let before = messages(&passport).await.len();
        let mut told = Vec::new();
        for name in [EMAIL, "nobody2006@example.com"] {
            let mut browser = passport.browser();
            let shown = browser.open(&page("/recover")).await;
            let waits = browser.submit(form(&shown, "/recover").set("username", name)).await;
            if name == EMAIL {
                assert_eq!(messages(&passport).await.len(), before + 1, "this one is written to");
                becomes(&passport, STATES[2].0).await;
            }
            let seen = browser.open(waits.url.as_str()).await;
            told.push(seen.texts("main").concat().replace(name, "…"));
        }
        assert_eq!(told[0], told[1]);
        assert!(!told[0].contains("09:00:00"), "{}", told[0]);
    })
    .await;
}
