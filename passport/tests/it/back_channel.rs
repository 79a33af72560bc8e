//! Sites are told when a session ends (OIDC Back-Channel Logout 1.0): who, by what, and what they learn.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use form_urlencoded::parse;
use futures_util::FutureExt as _;
use http::StatusCode;
use passport::delivery::{Channel, LogoutNotice, MessageId, Outgoing, Policy, Transport as _, Ways, Worker, store};
use passport::egress::Egress;
use passport::oidc::logout::LogoutTokens;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::entropy::SystemEntropy;

use crate::support::listener::{Listener, listen};
use crate::support::site::{
    OURS, SECRET, THEIRS, agreed_code, basic, claims, encoded, get, post as send, redemption, request, with,
};
use crate::support::{ISSUER, Passport, on_both};

/// One of our own sites that wants to be told.
fn told() -> String {
    format!("{OURS}backchannel_logout_uri = 'https://site.test/backchannel-logout'\n")
}

#[tokio::test]
async fn the_sites_of_the_session_that_want_to_know_are_told_once() {
    on_both(|passport| async move {
        let silent = OURS.replace("'cet'", "'silent'").replace("cet.test", "silent.test");
        passport.register(&[&told(), &silent, THEIRS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        passport.tokens(&mut browser, "openid email").await;
        let at_silent = with(with(request(), "client_id", "silent"), "redirect_uri", "https://silent.test/cb");
        let code = passport.code(&mut browser, &at_silent).await;
        let pairs = with(redemption(&code), "redirect_uri", "https://silent.test/cb");
        let by = basic("silent", SECRET);
        assert_eq!(send(&mut browser, "/token", encoded(&pairs), &[("authorization", &by)]).await.status, 200);
        // A code that was never redeemed signed nobody in.
        let third = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        agreed_code(&mut browser, &third).await;
        passport.end(session.id).await;
        passport.end(session.id).await;
        assert_eq!(passport.waiting().await, ["logout:cet"]);
    })
    .await;
}

#[tokio::test]
async fn another_session_of_the_person_stays_untold() {
    on_both(|passport| async move {
        passport.register(&[&told()]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let mut other = passport.browser();
        let second = passport.sign_in(&mut other, Some(session.account), None).await;
        passport.tokens(&mut browser, "openid").await;
        passport.end(second.id).await;
        assert!(passport.waiting().await.is_empty());
        passport.end(session.id).await;
        assert_eq!(passport.waiting().await, ["logout:cet"]);
    })
    .await;
}

#[tokio::test]
async fn signing_out_at_a_site_tells_it_too() {
    on_both(|passport| async move {
        passport.register(&[&told()]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let hint = tokens["id_token"].as_str().expect("an ID token");
        let query = encoded(&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://cet.test/out")]);
        assert_eq!(get(&mut browser, &format!("/logout?{query}"), &[]).await.status, 303);
        assert_eq!(passport.waiting().await, ["logout:cet"]);
    })
    .await;
}

#[tokio::test]
async fn locking_an_account_tells_the_sites_of_all_its_sessions() {
    on_both(|passport| async move {
        passport.register(&[&told()]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        let mut other = passport.browser();
        passport.sign_in(&mut other, Some(session.account), None).await;
        passport.tokens(&mut other, "openid").await;
        passport.app.accounts.lock(session.account).await.expect("locked");
        assert_eq!(passport.waiting().await, ["logout:cet", "logout:cet"]);
    })
    .await;
}

/// A site that keeps what it is told and answers with that status.
pub(crate) struct Site {
    pub(crate) egress: Egress,
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
    pub(crate) url: String,
    /// What its certificate goes back to.
    pub(crate) ca: PathBuf,
    _listener: Listener,
}

pub(crate) async fn site(status: StatusCode) -> Site {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let routes = Router::new().route(
        "/out",
        post(move |body: String| {
            kept.lock().expect("a list").push(body);
            async move { status }
        }),
    );
    let listener = listen(routes).await;
    let (egress, ca, url) = (listener.egress.clone(), listener.ca.clone(), format!("{}/out", listener.origin));
    Site { egress, heard, url, ca, _listener: listener }
}

fn message(passport: &Passport, notice: &LogoutNotice) -> Outgoing {
    Outgoing {
        id: MessageId::new(passport.clock.now(), &SystemEntropy::new()),
        attempt: 1,
        payload: passport::delivery::Payload::of(notice),
        created_at: passport.clock.now(),
    }
}

#[tokio::test]
async fn a_logout_token_says_whose_session_ended_and_nothing_more() {
    on_both(|passport| async move {
        let site = site(StatusCode::OK).await;
        passport.register(&[&format!("{OURS}backchannel_logout_uri = '{}'\n", site.url)]).await;
        let notice =
            LogoutNotice { client: "cet".to_owned(), account: "account-1".to_owned(), session: "session-1".to_owned() };
        let out = LogoutTokens::new(passport.app.oidc.clone(), site.egress.clone());
        let message = message(&passport, &notice);
        out.send(&message).await.expect("taken");
        let body = site.heard.lock().expect("a list").pop().expect("a call");
        let fields: Vec<_> = parse(body.as_bytes()).into_owned().collect();
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].0, "logout_token");
        let claims: Value = passport.app.keys.verify(&fields[0].1, "logout+jwt").expect("signed by the passport");
        let now = passport.clock.now().seconds();
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("cet")));
        assert_eq!((&claims["sub"], &claims["sid"]), (&json!("account-1"), &json!("session-1")));
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert_eq!(claims["iat"], now);
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp > now && exp <= now + 120));
        assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()));
        assert_eq!(claims.get("nonce"), None);
    })
    .await;
}

#[tokio::test]
async fn what_a_site_does_not_take_is_tried_again() {
    on_both(|passport| async move {
        let notice = LogoutNotice { client: "cet".to_owned(), account: "a".to_owned(), session: "s".to_owned() };
        for (status, is_taken) in [
            (200, true),
            (204, true),
            (201, false),
            (202, false),
            (206, false),
            (303, false),
            (400, false),
            (503, false),
        ] {
            let site = site(StatusCode::from_u16(status).expect("a status")).await;
            passport.register(&[&format!("{OURS}backchannel_logout_uri = '{}'\n", site.url)]).await;
            let out = LogoutTokens::new(passport.app.oidc.clone(), site.egress.clone());
            match out.send(&message(&passport, &notice)).await {
                Ok(_) => assert!(is_taken, "{status}"),
                Err(refused) => {
                    let again = matches!(refused, passport::delivery::SendError::Temporary(_));
                    assert!(again && !is_taken, "{status}: {refused:?}");
                }
            }
            let gone = LogoutNotice { client: "gone".to_owned(), ..notice.clone() };
            out.send(&message(&passport, &gone)).await.expect("a client that is gone wants to know nothing");
        }
    })
    .await;
}

#[tokio::test]
async fn channels_are_told_apart_by_client() {
    assert_eq!(Channel::named("logout:cet"), Some(Channel::Logout("cet".to_owned())));
}

/// Sends what is due for `cet`, as often as a message is tried at most.
async fn send_until_given_up(passport: &Passport, site: &Site) {
    let worker = Worker {
        db: passport.db.clone(),
        clock: passport.clock.clone(),
        entropy: Arc::new(SystemEntropy::new()),
        outbox: passport.app.outbox.clone(),
        policy: Policy { max_attempts: 3, timeout: Duration::from_secs(20), concurrency: 4 },
        ways: Ways {
            logout: Some(Arc::new(LogoutTokens::new(passport.app.oidc.clone(), site.egress.clone()))),
            ..Ways::default()
        },
    };
    for _ in 0..4 {
        worker.send_due(&Channel::Logout("cet".to_owned())).await.expect("written down");
        passport.clock.advance(Duration::from_secs(2 * 60 * 60));
    }
}

async fn undelivered(passport: &Passport) -> Vec<store::Undelivered> {
    passport.db.read(|tx| async move { store::undelivered(tx, 100).await }.boxed()).await.expect("messages")
}

#[tokio::test]
async fn a_logout_token_that_was_given_up_stays_visible_and_can_be_sent_after_all() {
    on_both(|passport| async move {
        let away = site(StatusCode::SERVICE_UNAVAILABLE).await;
        passport.register(&[&format!("{OURS}backchannel_logout_uri = '{}'\n", away.url)]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        passport.end(session.id).await;
        send_until_given_up(&passport, &away).await;
        let dead = undelivered(&passport).await;
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].channel.as_str(), dead[0].given_up, dead[0].attempts), ("logout:cet", true, 3));
        assert_eq!(dead[0].last_error.as_deref(), Some("the site answered 503"));
        let tried: Vec<_> = std::mem::take(&mut *away.heard.lock().expect("a list"));
        assert_eq!(tried.len(), 3);
        let ids: HashSet<_> = tried.iter().map(|body| claims(body)["jti"].to_string()).collect();
        assert_eq!(ids.len(), 3, "each try is a token of its own");

        let back = site(StatusCode::OK).await;
        passport.register(&[&format!("{OURS}backchannel_logout_uri = '{}'\n", back.url)]).await;
        let now = passport.clock.now();
        let taken = passport.db.write::<_, DbError, _>(move |tx| store::take_up(tx, None, now).boxed()).await;
        assert_eq!(taken.expect("taken up"), 1);
        send_until_given_up(&passport, &back).await;
        assert!(undelivered(&passport).await.is_empty());
        let heard = back.heard.lock().expect("a list");
        assert_eq!(heard.len(), 1);
        assert_eq!(claims(&heard[0])["sid"], session.id.to_string());
    })
    .await;
}

async fn grants(passport: &Passport) -> usize {
    let found = passport
        .db
        .read(|tx| async move { sql("SELECT id FROM grants").fetch_all(tx).await.map(|rows| rows.len()) }.boxed());
    found.await.expect("rows")
}

#[tokio::test]
async fn a_site_is_told_although_all_its_tokens_are_long_over() {
    on_both(|passport| async move {
        let brief = |client: &str| client.replace("'refresh_token', ", "");
        let silent = brief(OURS).replace("'cet'", "'silent'").replace("cet.test", "silent.test");
        passport.register(&[&brief(&told()), &silent]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        passport.tokens(&mut browser, "openid").await;
        let at_silent = with(with(request(), "client_id", "silent"), "redirect_uri", "https://silent.test/cb");
        let code = passport.code(&mut browser, &at_silent).await;
        let pairs = with(redemption(&code), "redirect_uri", "https://silent.test/cb");
        send(&mut browser, "/token", encoded(&pairs), &[("authorization", &basic("silent", SECRET))]).await;
        passport.clock.advance(Duration::from_secs(90 * 60));
        assert_eq!(grants(&passport).await, 2);
        passport.app.oidc.sweep(None).await.expect("swept");
        assert_eq!(grants(&passport).await, 1, "who wants to know nothing is forgotten");
        passport.end(session.id).await;
        assert_eq!(passport.waiting().await, ["logout:cet"]);
        passport.app.oidc.sweep(None).await.expect("swept");
        assert_eq!(grants(&passport).await, 0, "and whoever was told");
    })
    .await;
}
