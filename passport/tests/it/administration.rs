//! What operators do with accounts, and what people notice of it.

use std::collections::BTreeSet;
use std::time::Duration;

use passport::accounts::admin::Seed;
use passport::accounts::model::{Email, Mobile};
use passport::audit::{self, Event};
use passport::keys::{Alg, Request};
use serde_json::Value;
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::secret::SecretString;
use shared::testkit::Browser;

use crate::support::site::{
    OURS, SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo, with,
};
use crate::support::{self, Passport};

fn seed() -> Seed {
    Seed {
        email: Some(Email::parse("li@example.com").expect("an address")),
        mobile: Some(Mobile::parse("13800138000").expect("a number")),
        ..Seed::default()
    }
}

async fn add(passport: &Passport, if_missing: bool) -> Result<usize, String> {
    let password = SecretString::new("Passw0rd!");
    let added = passport.app.accounts.seed(vec![seed()], &password, if_missing).await;
    added.map(|ids| ids.len()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_new_house_has_no_account() {
    support::on_both(|passport| async move {
        let count = passport.db.read::<_, DbError, _>(|tx| {
            Box::pin(async move { sql("SELECT COUNT(*) AS n FROM accounts").fetch_one(tx).await?.get::<i64>("n") })
        });
        assert_eq!(count.await.expect("a count"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_found_by_its_id_and_each_login_name() {
    support::on_both(|passport| async move {
        assert_eq!(add(&passport, false).await, Ok(1));
        let accounts = &passport.app.accounts;
        let id = accounts.locate("LI@example.com").await.expect("an answer").expect("an account");
        for name in ["138 0013 8000".to_owned(), id.to_string()] {
            assert_eq!(accounts.locate(&name).await.expect("an answer"), Some(id), "{name}");
        }
        assert_eq!(accounts.locate("nobody@example.com").await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_there_is_refused_or_passed_over() {
    support::on_both(|passport| async move {
        assert_eq!(add(&passport, false).await, Ok(1));
        assert!(add(&passport, false).await.is_err());
        assert_eq!(add(&passport, true).await, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn locking_and_unlocking_are_on_record() {
    support::on_both(|passport| async move {
        add(&passport, false).await.expect("an account");
        let accounts = &passport.app.accounts;
        let id = accounts.locate("li@example.com").await.expect("an answer").expect("an account");
        assert!(accounts.lock(id).await.expect("an answer"));
        assert!(accounts.standing(id).await.expect("an answer").expect("an account").locked);
        assert!(accounts.unlock(id).await.expect("an answer"));
        assert!(!accounts.standing(id).await.expect("an answer").expect("an account").locked);

        let entries = passport
            .db
            .read(|tx| Box::pin(async move { audit::store::latest(tx, 100).await }))
            .await
            .expect("the record");
        for kind in ["account_locked", "account_unlocked"] {
            let entry = entries.iter().find(|entry| entry.kind == kind).expect(kind);
            assert_eq!(entry.actor, "operator");
        }
        let unlocked = Event::AccountUnlocked { account: id.to_string() };
        assert_eq!(unlocked.account(), Some(id.to_string().as_str()));
    })
    .await;
}

/// Whether introspection calls the token active.
async fn is_active(browser: &mut Browser, token: &str) -> bool {
    let asked = encoded(&[("token", token)]);
    let answer = post(browser, "/introspect", asked, &[("authorization", &basic("cet", SECRET))]).await.json();
    answer["active"].as_bool().expect("an answer")
}

#[tokio::test]
async fn a_locked_account_loses_its_sessions_and_every_token_for_offline_use_too() {
    support::on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let mut held = Vec::new();
        for scope in ["openid", "openid offline_access"] {
            let tokens = passport.tokens(&mut browser, scope).await;
            held.push(["access_token", "refresh_token"].map(|kind| tokens[kind].as_str().expect("a token").to_owned()));
        }
        let code = passport.code(&mut browser, &request()).await;
        // Signed out long ago, as far as the site with offline access is concerned.
        let mut gone = passport.browser();
        let older = passport.sign_in(&mut gone, Some(session.account), None).await;
        let offline = passport.tokens(&mut gone, "openid offline_access").await;
        held.push(["access_token", "refresh_token"].map(|kind| offline[kind].as_str().expect("a token").to_owned()));
        passport.end(older.id).await;
        assert_eq!(userinfo(&mut browser, &held[2][0]).await.status, 200, "offline use outlasts a sign-out");

        assert!(passport.app.accounts.lock(session.account).await.expect("an answer"));
        for unlocked in [false, true] {
            if unlocked {
                assert!(passport.app.accounts.unlock(session.account).await.expect("an answer"));
            }
            for [access, refresh] in &held {
                assert_eq!(userinfo(&mut browser, access).await.status, 401);
                assert!(!is_active(&mut browser, access).await && !is_active(&mut browser, refresh).await);
                assert_eq!(token(&mut browser, &refreshing(refresh)).await.json()["error"], "invalid_grant");
            }
            assert_eq!(token(&mut browser, &redemption(&code)).await.json()["error"], "invalid_grant");
            let answer = authorize(&mut browser, &with(request(), "prompt", "none")).await;
            assert_eq!(answer.parameter("error").as_deref(), Some("login_required"));
            assert_eq!(get(&mut browser, "/account/profile", &[]).await.status, 303);
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_of_a_session_that_was_ended_becomes_no_tokens() {
    support::on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        passport.end(session.id).await;
        assert_eq!(token(&mut browser, &redemption(&code)).await.json()["error"], "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_rotation_of_keys_is_on_record() {
    support::on_both(|passport| async move {
        let now = passport.clock.now();
        let (alg, at) = (Alg::ES256, Some(now + Duration::from_secs(86_400)));
        passport.app.keys.change(Request::Rotate { alg, at, without_trial: false }).await.expect("planned");
        passport.clock.advance(Duration::from_secs(86_400));
        passport.app.keys.watch().await.expect("moved");
        let keys = passport.app.keys.stock().await.expect("keys").keys;
        let retiring = keys.iter().find(|key| key.state.as_str() == "retiring").expect("a retiring key");
        passport.app.keys.compromise(&retiring.kid).await.expect("destroyed");
        let entries = passport
            .db
            .read(|tx| Box::pin(async move { audit::store::latest(tx, 100).await }))
            .await
            .expect("the record");
        let moved: BTreeSet<_> = entries
            .iter()
            .filter(|entry| entry.kind.starts_with("signing_key_"))
            .map(|entry| {
                let details: Value = serde_json::from_str(&entry.details).expect("JSON");
                (entry.actor.clone(), entry.kind.clone(), details["to"].as_str().unwrap_or_default().to_owned())
            })
            .collect();
        let on_record =
            |actor: &str, kind: &str, to: &str| (actor.to_owned(), format!("signing_key_{kind}"), to.to_owned());
        assert_eq!(
            moved,
            BTreeSet::from([
                on_record("operator", "planned", ""),
                on_record("system", "moved", "retiring"),
                on_record("system", "moved", "active"),
                on_record("system", "moved", "staged"),
                on_record("operator", "compromised", ""),
                on_record("operator", "moved", "destroyed"),
            ])
        );
    })
    .await;
}
