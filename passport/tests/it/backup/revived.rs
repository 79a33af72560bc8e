//! What was used up, revoked or ended since a backup was made stays so after it is restored.

use std::time::Duration;

use futures_util::FutureExt as _;
use passport::MIGRATIONS;
use passport::backup::store::settle::settle;
use shared::clock::{Clock as _, Timestamp};
use shared::db::{Db, DbConfig, DbError, Tx, sql};
use shared::testkit;

use super::{Beside, Operator};
use crate::support::signer::{ASSERTION_TYPE, Signer, asserted};
use crate::support::site::{
    OURS, SECRET, THEIRS, authorize, basic, encoded, get, post, redemption, refreshing, request, token,
};
use crate::support::{BEGIN, Passport};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn codes_tokens_and_sessions_that_ended_since_the_backup_do_not_come_back() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        passport.register(&[OURS, THEIRS]).await;
        let operator = Operator::new(&passport.clock);
        let (mut browser, session) = passport.signed_in(Some("31")).await;
        let refresh = passport.tokens(&mut browser, "openid offline_access").await;
        let refresh = refresh["refresh_token"].as_str().expect("a token").to_owned();
        let own = token(&mut browser, &[("grant_type", "client_credentials")]).await.json();
        let own = own["access_token"].as_str().expect("a token").to_owned();
        let code = passport.code(&mut browser, &request()).await;
        let sealed = passport.app.keys.seal("authorization-code", b"text", b"");
        let file = folder.path().join("passport.backup");
        operator.back_up(&config, &file).await.expect("a backup");

        // All of it is used or revoked.
        passport.clock.advance(Duration::from_secs(5));
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200);
        assert_eq!(token(&mut browser, &refreshing(&refresh)).await.status, 200);
        post(&mut browser, "/revoke", encoded(&[("token", &own)]), &[("authorization", &basic("cet", SECRET))]).await;
        passport.end(session.id).await;
        passport.db.close().await;

        let beside = Beside::new(&config, folder.path()).await;
        let done = operator.restore(&file, &beside.config).await.expect("restored");
        assert_eq!((done.epoch.backup_made, done.epoch.began), (BEGIN, BEGIN + Duration::from_secs(5)));
        let db = Db::connect(&beside.config).await.expect("a database");
        let passport = Passport::start_again(db, passport.clock.now()).await;
        let mut later = passport.browser();
        later.cookies = browser.cookies.clone();
        for pairs in [redemption(&code), refreshing(&refresh)] {
            let answer = token(&mut later, &pairs).await;
            assert_eq!(
                (answer.status.as_u16(), answer.json()["error"].as_str()),
                (400, Some("invalid_grant")),
                "{pairs:?}"
            );
        }
        let ours = basic("cet", SECRET);
        let asked = post(&mut later, "/introspect", encoded(&[("token", &own)]), &[("authorization", &ours)]).await;
        assert_eq!(asked.json()["active"], false);
        assert!(authorize(&mut later, &request()).await.parameter("code").is_none(), "the session");
        assert_eq!(get(&mut later, "/account/profile", &[]).await.status, 303);
        let keys = &passport.app.keys;
        assert!(keys.open("authorization-code", &sealed, b"").is_some());
        assert!(keys.open_passing("authorization-code", &sealed, b"").is_none());
        assert!(keys.open_passing("authorization-code", &keys.seal("authorization-code", b"text", b""), b"").is_some());

        // Whoever signs in anew is served as ever.
        let (mut browser, _) = passport.signed_in(Some("31")).await;
        passport.tokens(&mut browser, "openid offline_access").await;
        passport.db.close().await;
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn an_assertion_that_was_used_since_the_backup_does_not_count_again() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        let key = Signer::new();
        let metadata = format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
        passport.register(&[&metadata]).await;
        let operator = Operator::new(&passport.clock);
        let file = folder.path().join("passport.backup");
        operator.back_up(&config, &file).await.expect("a backup");
        let ask = async |passport: &Passport, assertion: &str| {
            let pairs = asserted(vec![("grant_type", "client_credentials")], assertion);
            post(&mut passport.browser(), "/token", encoded(&pairs), &[]).await.status.as_u16()
        };
        let [used, late] =
            ["used", "late"].map(|jti| key.assertion(&passport, "cet", |claims| claims["jti"] = jti.into()));
        assert_eq!((ask(&passport, &used).await, ask(&passport, &used).await), (200, 401));
        passport.db.close().await;

        let beside = Beside::new(&config, folder.path()).await;
        operator.restore(&file, &beside.config).await.expect("restored");
        let db = Db::connect(&beside.config).await.expect("a database");
        let passport = Passport::start_again(db, passport.clock.now()).await;
        assert_eq!(ask(&passport, &used).await, 401, "the row is gone, its age tells");
        assert_eq!(ask(&passport, &late).await, 401, "nobody knows that it was not used");
        passport.clock.advance(MINUTE + Duration::from_secs(1));
        let anew = key.assertion(&passport, "cet", |claims| claims["iat"] = passport.clock.now().seconds().into());
        assert_eq!(ask(&passport, &anew).await, 200);
        assert!(ASSERTION_TYPE.ends_with("jwt-bearer"));
        passport.db.close().await;
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn an_account_that_was_erased_since_the_backup_is_erased_again() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        let mut operator = Operator::new(&passport.clock);
        let (gone, other) = (passport.signed_in(None).await.1, passport.signed_in(None).await.1);
        let file = folder.path().join("passport.backup");
        operator.back_up(&config, &file).await.expect("a backup");
        passport.db.close().await;

        let beside = Beside::new(&config, folder.path()).await;
        operator.erased = vec![gone.account.to_string(), "nobody".to_owned()];
        let done = operator.restore(&file, &beside.config).await.expect("restored");
        assert_eq!(done.closed_again, 1);
        let passport = Passport::start_again(Db::connect(&beside.config).await.expect("a database"), BEGIN).await;
        while passport.app.accounts.close_due().await.expect("closed") > 0 {}
        let closed = passport.db.read(|tx| passport::backup::store::erased::closed(tx).boxed()).await.expect("a list");
        assert_eq!(closed, [gone.account.to_string()]);
        assert_ne!(gone.account, other.account);
        passport.db.close().await;
        beside.remove().await;
    })
    .await;
}

/// What a statement finds of its one row.
async fn one(db: &Db, text: &'static str) -> Option<i64> {
    let found = db
        .read::<_, DbError, _>(move |tx| async move { sql(text).fetch_one(tx).await?.get::<Option<i64>>("n") }.boxed());
    found.await.expect("a value")
}

/// Runs statements in one transaction.
async fn run(db: &Db, statements: &'static [&'static str]) {
    let done = db.write::<_, DbError, _>(move |tx: &mut Tx| {
        async move {
            for statement in statements {
                sql(statement).execute(tx).await?;
            }
            Ok(())
        }
        .boxed()
    });
    done.await.expect("done");
}

/// A row of each kind, as it may have been at 1000.
const ROWS: &[&str] = &[
    "INSERT INTO accounts (id, password_hash, password_set_at, created_at, updated_at) VALUES ('a', 'h', 1, 1, 1)",
    "INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ('a', 1, 1500, '\\x01')",
    "INSERT INTO number_claims (name, account_id, lang, asked_at, due_at, keep_hash) VALUES ('m', 'a', 'en', 1, 1600, '\\x01')",
    "INSERT INTO contact_changes (id, account_id, kind, new_contact, changed_at, undo_hash, undo_until) \
     VALUES ('c', 'a', 'email', 'n', 1, '\\x01', 1700)",
    "INSERT INTO proofs (id, purpose, account_id, name, contact, code_mac, tries, asked_from, message_id, created_at, code_until, \
     link_until) VALUES ('p', 'contact', 'a', 'n', 'c', '\\x01', 0, 'f', 'm', 1, 9000, 9000)",
    "INSERT INTO recoveries (id, account_id, token_hash, name, created_at, expires_at) VALUES ('r', 'a', '\\x01', 'n', 1, 9000)",
    "INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES ('a', '\\x01', 1)",
    "INSERT INTO authenticators (account_id, secret_sealed, last_step, created_at) VALUES ('a', '\\x01', 1, 1)",
    "INSERT INTO known_devices (account_id, token_hash, expires_at, trusted_until, stepped_at) VALUES ('a', '\\x01', 9000, 9000, 1)",
    "INSERT INTO half_sign_ins (token_hash, account_id, password_set_at, expires_at) VALUES ('\\x01', 'a', 1, 9000)",
    "INSERT INTO sms_codes (attempt, account_id, name, code_mac, tries, sent_at, expires_at) \
     VALUES ('\\x01', 'a', 'n', '\\x02', 0, 1, 9000)",
    "INSERT INTO ceremonies (id, purpose, browser, state, expires_at) VALUES ('c', 'p', '\\x01', 's', 9000)",
    "INSERT INTO pushed_requests (hash, client_id, parameters, signed, expires_at) VALUES ('\\x01', 'c', 'p', 0, 9000)",
    "INSERT INTO client_invitations (hash, uses_left, expires_at, created_at) VALUES ('\\x01', 1, 9000, 1)",
    "INSERT INTO consents (account_id, client_id, scope, declined, granted_at) VALUES ('a', 'c', 's', '', 1)",
    "INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at) VALUES ('w', 'mail', 'waiting', 'x', 0, 1, 1)",
    "INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at) VALUES ('f', 'mail', 'failed', 'x', 9, 1, 1)",
];

#[tokio::test]
async fn links_codes_devices_consents_and_messages_are_settled_and_who_can_object_has_as_much_time_as_before() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        run(&db, ROWS).await;
        let (made, now) = (Timestamp::from_millis(1_000), Timestamp::from_millis(61_000));
        let settled = db.write::<_, DbError, _>(move |tx| async move { settle(tx, made, now).await }.boxed());
        settled.await.expect("settled");
        for (text, left) in [
            ("SELECT due_at AS n FROM closures", Some(61_500)),
            ("SELECT due_at AS n FROM number_claims", Some(61_600)),
            ("SELECT undo_until AS n FROM contact_changes", Some(61_700)),
            ("SELECT ended_at AS n FROM proofs", Some(61_000)),
            ("SELECT ended_at AS n FROM recoveries", Some(61_000)),
            ("SELECT used_at AS n FROM recovery_codes", Some(61_000)),
            ("SELECT last_step AS n FROM authenticators", Some(3)),
            ("SELECT trusted_until AS n FROM known_devices", None),
            ("SELECT stepped_at AS n FROM known_devices", None),
            ("SELECT COUNT(*) AS n FROM half_sign_ins", Some(0)),
            ("SELECT COUNT(*) AS n FROM sms_codes", Some(0)),
            ("SELECT COUNT(*) AS n FROM ceremonies", Some(0)),
            ("SELECT COUNT(*) AS n FROM pushed_requests", Some(0)),
            ("SELECT COUNT(*) AS n FROM client_invitations", Some(0)),
            ("SELECT COUNT(*) AS n FROM consents", Some(0)),
            ("SELECT COUNT(*) AS n FROM outbox WHERE payload IS NOT NULL OR state = 'waiting'", Some(0)),
        ] {
            assert_eq!(one(&db, text).await, left, "{text}");
        }
    })
    .await;
}
