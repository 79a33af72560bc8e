//! What operators report of messages, and what candidates read of it.

use std::io::Write as _;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;
use shared::clock::{Clock as _, Timestamp};
use shared::db::{DbError, sql};
use shared::secret::hmac_sha256;
use shared::testkit;

use super::contact::{ask, code_in, messages, registered};
use super::*;
use crate::support::on_both;

const SECRET: &str = "3f1c-a-shared-secret";

/// Runs a test on a passport that takes reports, on each database.
async fn on_both_reporting<F: Future<Output = ()>>(test: impl Fn(Passport) -> F) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "{SECRET}").expect("written");
    let settings = format!("{PLAIN}[delivery]\nreport_secret_file = '{}'\n", file.path().display());
    testkit::on_both(&passport::MIGRATIONS, |db| async { test(Passport::start(db, &settings).await).await }).await;
}

/// A signature over that body.
fn sign(secret: &str, at: Timestamp, body: &str) -> (String, String) {
    let stamp = at.seconds().to_string();
    let mac = hmac_sha256(secret.as_bytes(), format!("{stamp}.{body}").as_bytes());
    (stamp, mac.iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn post(browser: &mut Browser, signed: Option<(String, String)>, body: String) -> Answer {
    let mut request = Request::post(format!("{ISSUER}/delivery/reports")).header("content-type", "application/json");
    if let Some((stamp, signature)) = signed {
        request = request.header("x-passport-timestamp", stamp).header("x-passport-signature", signature);
    }
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

/// Reports of one message, signed now.
async fn report(passport: &Passport, id: &str, state: &str, reason: &str) -> Answer {
    let at = passport.clock.now();
    let body = json!({ "reports": [{ "id": id, "state": state, "reason": reason, "at": at.seconds() }] }).to_string();
    post(&mut passport.browser(), Some(sign(SECRET, at, &body)), body).await
}

/// The id of the message that was written last.
pub(super) async fn last_message(passport: &Passport) -> String {
    let found = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move {
            sql("SELECT id FROM outbox ORDER BY created_at DESC, id DESC LIMIT 1").fetch_one(tx).await?.get("id")
        })
    });
    found.await.expect("a message")
}

async fn contacts(browser: &mut Browser) -> Answer {
    browser.open(&page("/account/contact")).await
}

#[tokio::test]
async fn a_refused_sms_is_told_with_its_reason_where_the_code_is_awaited_and_at_the_contact() {
    on_both_reporting(|passport| async move {
        let mut browser = registered(&passport).await;
        let asked = ask(&mut browser, "mobile").await;
        let id = last_message(&passport).await;
        assert_eq!(report(&passport, &id, "refused", "unknown-recipient").await.status, StatusCode::NO_CONTENT);
        let seen = browser.open(asked.url.as_str()).await;
        assert!(seen.text.contains("今天 09:00运营商没有送达：这个号码是空号"), "{}", seen.text);
        let seen = contacts(&mut browser).await;
        assert!(seen.text.contains("联系不上") && seen.text.contains("这个号码是空号"), "{}", seen.text);
        let english = browser.open(&page("/account/contact?lang=en")).await;
        assert!(english.text.contains("refused by the operator, because the number is not in use"), "{}", english.text);
    })
    .await;
}

/// Has a code sent whose message is refused; the page that awaits it, and the code.
async fn refused(passport: &Passport, browser: &mut Browser) -> (Answer, String) {
    passport.clock.advance(Duration::from_secs(120));
    let asked = ask(browser, "mobile").await;
    let code = code_in(messages(passport).await.last().expect("a message"));
    report(passport, &last_message(passport).await, "refused", "away").await;
    assert!(contacts(browser).await.text.contains("关机"), "it is told");
    (asked, code)
}

#[tokio::test]
async fn a_contact_that_refused_is_reachable_again_once_a_later_message_arrives_or_it_is_proven() {
    on_both_reporting(|passport| async move {
        let mut browser = registered(&passport).await;
        refused(&passport, &mut browser).await;
        passport.clock.advance(Duration::from_secs(120));
        let asked = ask(&mut browser, "mobile").await;
        report(&passport, &last_message(&passport).await, "delivered", "").await;
        assert!(!contacts(&mut browser).await.text.contains("联系不上"));
        assert!(browser.open(asked.url.as_str()).await.text.contains("09:04:00已送达手机"));

        let (asked, code) = refused(&passport, &mut browser).await;
        let proven = browser.submit(form(&asked, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(proven.url.path(), "/account/contact", "{:?}", summary(&proven));
        assert!(!proven.text.contains("联系不上"), "who shows the code has read it");
    })
    .await;
}

#[tokio::test]
async fn only_what_is_signed_with_the_secret_within_five_minutes_counts_and_a_replay_changes_nothing() {
    on_both_reporting(|passport| async move {
        let mut browser = registered(&passport).await;
        ask(&mut browser, "mobile").await;
        let (id, now) = (last_message(&passport).await, passport.clock.now());
        let body = json!({ "reports": [{ "id": id, "state": "refused", "at": now.seconds() }] }).to_string();
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let (stamp, signature) = sign(SECRET, now, &body);
        let mut operator = passport.browser();
        for (signed, what) in [
            (None, "unsigned"),
            (Some(sign("another secret", now, &body)), "another secret"),
            (Some(sign(SECRET, now, &format!("{body} "))), "another body"),
            (Some(sign(SECRET, now - minutes(6), &body)), "too old"),
            (Some(sign(SECRET, now + minutes(6), &body)), "from the future"),
            (Some(((now.seconds() + 1).to_string(), signature.clone())), "another time"),
            (Some((format!("{stamp}x"), signature.clone())), "no time"),
            (Some((stamp.clone(), signature[..63].to_owned())), "cut"),
        ] {
            assert_eq!(post(&mut operator, signed, body.clone()).await.status, StatusCode::UNAUTHORIZED, "{what}");
        }
        assert!(!contacts(&mut browser).await.text.contains("联系不上"));
        let signed = Some((stamp, signature));
        assert_eq!(post(&mut operator, signed.clone(), body.clone()).await.status, StatusCode::NO_CONTENT);
        assert!(contacts(&mut browser).await.text.contains("没有说明原因"));
        passport.clock.advance(minutes(2));
        report(&passport, &id, "delivered", "").await;
        assert_eq!(post(&mut operator, signed, body).await.status, StatusCode::NO_CONTENT, "the old one once more");
        assert!(!contacts(&mut browser).await.text.contains("联系不上"), "it changes nothing");
    })
    .await;
}

#[tokio::test]
async fn unknown_messages_are_taken_and_broken_reports_are_told_what_is_expected() {
    on_both_reporting(|passport| async move {
        let rows = passport.rows().await;
        for id in ["01990000-0000-7000-8000-000000000000", "nonsense", "", "'; DROP TABLE outbox; --"] {
            assert_eq!(report(&passport, id, "refused", "full").await.status, StatusCode::NO_CONTENT, "{id}");
        }
        let now = passport.clock.now();
        let mut operator = passport.browser();
        let report = |at: &str| format!(r#"{{"reports":[{{"id":"x","state":"refused","at":{at}}}]}}"#);
        for body in ["", "{}", "[]", "null", r#"{"reports":[{"id":"x","state":"lost","at":1}]}"#, &report("\"now\"")] {
            let answer = post(&mut operator, Some(sign(SECRET, now, body)), body.to_owned()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
            assert!(answer.text.contains("expected"), "{}", answer.text);
        }
        for at in ["-9223372036854775808", "9223372036854775807", "0"] {
            let body = report(at);
            let answer = post(&mut operator, Some(sign(SECRET, now, &body)), body.clone()).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{at}");
        }
        let long = " ".repeat(70_000);
        let answer = post(&mut operator, Some(sign(SECRET, now, &long)), long.clone()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(passport.rows().await, rows);
    })
    .await;
}

#[tokio::test]
async fn without_a_secret_there_is_no_such_address() {
    on_both(|passport| async move {
        let body = r#"{"reports":[]}"#.to_owned();
        let signed = sign("", passport.clock.now(), &body);
        assert_eq!(post(&mut passport.browser(), Some(signed), body).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
