//! The tables' rules, on each database.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, sql};
use shared::entropy::{SeededEntropy, bytes};
use shared::testkit::on_both;

use super::grants::{Family, Grant, Redemption, Rotation};
use super::{consents, grants, revoked, sweep, used_tokens};
use crate::MIGRATIONS;
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, EndReason, Opening, Session, SessionPolicy, Stay};
use crate::oidc::authorize::interaction::Consent;
use crate::oidc::handle::{GrantId, Presented};
use crate::oidc::once::{Once, Use};
use crate::oidc::scope::Scope;
use crate::oidc::testing::{T0, code};

fn after(seconds: u64) -> Timestamp {
    T0 + Duration::from_secs(seconds)
}

/// A grant as a code holds it, its account and session stored.
async fn grant(db: &Db, scope: &str) -> Grant {
    let grant = code(|code| code.grant.scope = Scope::parse(scope).expect("scope")).grant;
    let (account, session) = (grant.account, grant.session);
    run(db, move |tx| {
        async move {
            sql("INSERT INTO accounts (id, password_hash, password_set_at, created_at, updated_at) \
                 VALUES ($1, $2, $3, $3, $3)")
            .bind(account)
            .bind("hash")
            .bind(T0)
            .execute(tx)
            .await?;
            let session = Session {
                id: session,
                account,
                auth_time: T0,
                acr: Acr::One,
                amr: vec!["pwd".to_owned()],
                province: None,
                last_seen_at: T0,
                term: SessionPolicy::default().term(Stay::Browser, T0),
            };
            let opening = Opening { token_hash: [9; 32], from: None, shown: Shown::Password };
            sessions::store::insert(tx, &session, &opening).await
        }
        .boxed()
    })
    .await;
    grant
}

/// Others that the same session gave.
fn sibling(grant: &Grant, seed: u64) -> Grant {
    Grant { id: GrantId::new(T0, &SeededEntropy::new(seed)), ..grant.clone() }
}

async fn run<R, F>(db: &Db, op: F) -> R
where
    R: Send + 'static,
    F: for<'t> Fn(&'t mut shared::db::Tx) -> futures_util::future::BoxFuture<'t, Result<R, DbError>>
        + Send
        + Sync
        + 'static,
{
    db.write(op).await.expect("the operation")
}

async fn redeem(db: &Db, grant: &Grant, refresh_hash: [u8; 32], expires_at: Timestamp) -> bool {
    let redemption =
        Redemption { grant, refresh_hash, refresh_key: None, now: after(1), expires_at, told_of_end: false };
    grants::redeem(db, redemption).await.expect("redeemed or not")
}

async fn rotate(db: &Db, token: Presented, next: [u8; 32], now: Timestamp) -> bool {
    let expires_at = now + Duration::from_secs(1_000);
    let rotation = Rotation { next, key: None, answer: next.to_vec(), now, expires_at };
    grants::rotate(db, token, &rotation).await.expect("rotated or not")
}

async fn family(db: &Db, id: GrantId) -> Option<Family> {
    run(db, move |tx| async move { grants::family(tx, id).await }.boxed()).await
}

async fn end_session(db: &Db, grant: &Grant) {
    let session = grant.session;
    run(db, move |tx| async move { sessions::store::end(tx, session, after(2), EndReason::SignedOut).await }.boxed())
        .await;
}

#[tokio::test]
async fn of_fifty_redemptions_of_a_code_one_succeeds() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid").await;
        let tries = (0..50).map(|n| redeem(&db, &grant, [n; 32], after(900)));
        assert_eq!(join_all(tries).await.into_iter().filter(|won| *won).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_redemption_repeated_after_a_lost_connection_succeeds_again_unless_revoked_since() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid").await;
        assert!(redeem(&db, &grant, [1; 32], after(900)).await);
        assert!(redeem(&db, &grant, [1; 32], after(900)).await, "the same try");
        assert!(!redeem(&db, &grant, [2; 32], after(900)).await, "another one");
        run(&db, move |tx| async move { grants::revoke(tx, grant.id, after(3)).await }.boxed()).await;
        assert!(!redeem(&db, &grant, [1; 32], after(900)).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_is_what_the_code_said() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid email").await;
        assert!(redeem(&db, &grant, [1; 32], after(900)).await);
        assert_eq!(family(&db, grant.id).await.map(|f| f.grant), Some(grant));
    })
    .await;
}

#[tokio::test]
async fn a_code_dies_with_its_session() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid offline_access").await;
        end_session(&db, &grant).await;
        assert!(!redeem(&db, &grant, [1; 32], after(900)).await);
        assert!(family(&db, grant.id).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn what_was_granted_ends_with_its_session_unless_it_was_for_offline_use() {
    on_both(&MIGRATIONS, |db| async move {
        let bound = grant(&db, "openid").await;
        let offline = Grant { scope: Scope::parse("openid offline_access").expect("scope"), ..sibling(&bound, 8) };
        for grant in [&bound, &offline] {
            assert!(redeem(&db, grant, [1; 32], after(900)).await);
        }
        end_session(&db, &bound).await;
        for (grant, over) in [(bound, true), (offline, false)] {
            let id = grant.id;
            assert_eq!(family(&db, id).await.map(|f| f.over), Some(over));
            let token = grants::of_access_token(&db, id, "x").await.expect("an answer");
            assert_eq!(token.is_none(), over);
            let person = grants::person(&db, id, "x", true).await.expect("an answer");
            assert_eq!(person.is_none(), over);
        }
    })
    .await;
}

#[tokio::test]
async fn of_fifty_refreshes_with_one_token_one_rotates() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid").await;
        assert!(redeem(&db, &grant, [1; 32], after(900)).await);
        let token = Presented { grant: grant.id, hash: [1; 32] };
        let entropy = SeededEntropy::new(9);
        let tries = (0..50).map(|_| rotate(&db, token, bytes(&entropy), after(2)));
        assert_eq!(join_all(tries).await.into_iter().filter(|won| *won).count(), 1);
        let family = family(&db, grant.id).await.expect("a family");
        assert_eq!(family.previous, Some([1; 32]));
        assert_eq!(family.current.map(|hash| hash.to_vec()), family.answer);
    })
    .await;
}

#[tokio::test]
async fn an_authorization_that_is_not_refreshable_has_no_refresh_token() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = Grant { refreshable: false, ..grant(&db, "openid").await };
        assert!(redeem(&db, &grant, [1; 32], after(900)).await);
        assert!(!rotate(&db, Presented { grant: grant.id, hash: [1; 32] }, [2; 32], after(2)).await);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_authorization_gives_nothing_any_more() {
    on_both(&MIGRATIONS, |db| async move {
        let grant = grant(&db, "openid").await;
        assert!(redeem(&db, &grant, [1; 32], after(900)).await);
        let id = grant.id;
        let lives = async |jti| grants::of_access_token(&db, id, jti).await.expect("an answer");
        let person = async |jti| grants::person(&db, id, jti, false).await.expect("an answer");
        assert!(lives("x").await.is_some() && person("x").await.is_some());
        run(&db, move |tx| async move { revoked::insert(tx, "x", after(100)).await }.boxed()).await;
        assert!(lives("x").await.is_none() && person("x").await.is_none(), "one token is revoked");
        assert!(lives("y").await.is_some() && person("y").await.is_some(), "others of the grant are not");
        let revoke = || run(&db, move |tx| async move { grants::revoke(tx, id, after(3)).await }.boxed());
        assert!(revoke().await);
        assert!(!revoke().await, "once");
        assert!(lives("y").await.is_none() && person("y").await.is_none());
        assert!(!rotate(&db, Presented { grant: id, hash: [1; 32] }, [2; 32], after(4)).await);
    })
    .await;
}

#[tokio::test]
async fn a_later_consent_replaces_the_earlier_one() {
    on_both(&MIGRATIONS, |db| async move {
        let account = AccountId::new(T0, &SeededEntropy::new(7));
        let consent = |scope: &str, declined: &str, at| Consent {
            scope: Scope::parse(scope).expect("scope"),
            declined: Scope::parse(declined).expect("scope"),
            granted_at: at,
            used_at: at,
        };
        for consent in [consent("openid", "email", T0), consent("openid email", "", after(5))] {
            let stored = consent.clone();
            run(&db, move |tx| {
                let stored = stored.clone();
                async move { consents::put(tx, account, "a", &stored).await }.boxed()
            })
            .await;
            let found = run(&db, move |tx| async move { consents::find(tx, account, "a").await }.boxed()).await;
            assert_eq!(found, Some(consent));
        }
        let other = run(&db, move |tx| async move { consents::find(tx, account, "b").await }.boxed()).await;
        assert_eq!(other, None);
    })
    .await;
}

#[tokio::test]
async fn sweeping_removes_what_is_over_and_nothing_else() {
    on_both(&MIGRATIONS, |db| async move {
        let living = grant(&db, "openid").await;
        let ended = sibling(&living, 8);
        assert!(redeem(&db, &living, [1; 32], after(101)).await);
        assert!(redeem(&db, &ended, [1; 32], after(100)).await);
        let pass = |after_id| {
            run(&db, move |tx| async move { sweep::grants(tx, after_id, after(100), after(90)).await }.boxed())
        };
        let end = pass(None).await;
        assert!(end.is_some());
        assert_eq!(pass(end).await, None, "the walk ends");
        assert!(family(&db, living.id).await.is_some());
        assert!(family(&db, ended.id).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn revoked_tokens_are_forgotten_once_they_would_have_expired() {
    on_both(&MIGRATIONS, |db| async move {
        for jti in ["x", "x"] {
            run(&db, move |tx| async move { revoked::insert(tx, jti, after(10)).await }.boxed()).await;
        }
        let rule = crate::tables::table("revoked_tokens").and_then(crate::tables::Table::sweep).expect("a rule");
        let sweep = |now| run(&db, move |tx| async move { rule.remove(tx, now).await }.boxed());
        assert_eq!(sweep(after(9)).await, 0);
        assert_eq!(sweep(after(10)).await, 1);
        assert!(!revoked::contains(&db, "x").await.expect("an answer"));
    })
    .await;
}

#[tokio::test]
async fn a_token_that_counts_once_is_spent_by_one_attempt_of_fifty() {
    on_both(&MIGRATIONS, |db| async move {
        let token = Once::new(Use::DpopProof, "key", "1", after(10));
        let entropy = SeededEntropy::new(9);
        let tries = (0..50).map(|_| {
            let attempt = bytes(&entropy);
            let db = db.clone();
            async move { used_tokens::spend(&db, token, attempt).await.expect("an answer") }
        });
        assert_eq!(join_all(tries).await.into_iter().filter(|won| *won).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_repeated_after_a_lost_connection_succeeds_again() {
    on_both(&MIGRATIONS, |db| async move {
        let token = |used_for, jti| Once::new(used_for, "a", jti, after(10));
        let (assertion, proof) = (token(Use::ClientAssertion, "1"), token(Use::DpopProof, "1"));
        let both = |pair, attempt| {
            let db = db.clone();
            async move { used_tokens::spend_both(&db, pair, attempt).await.expect("an answer") }
        };
        assert!(both([assertion, proof], [1; 16]).await);
        assert!(both([assertion, proof], [1; 16]).await, "the same attempt");
        assert!(!both([assertion, proof], [2; 16]).await, "another one");
        let fresh = token(Use::ClientAssertion, "2");
        assert!(!both([fresh, proof], [3; 16]).await, "one of them was used");
        let spent_by = |token, attempt: [u8; 16]| {
            run(&db, move |tx| async move { used_tokens::was_spent_by(tx, token, attempt).await }.boxed())
        };
        assert!(spent_by(fresh, [3; 16]).await && !spent_by(proof, [3; 16]).await);
        let rule = crate::tables::table("used_tokens").and_then(crate::tables::Table::sweep).expect("a rule");
        let purged = |now| run(&db, move |tx| async move { rule.remove(tx, now).await }.boxed());
        assert_eq!(purged(after(69)).await, 0, "kept for a minute longer");
        assert_eq!(purged(after(70)).await, 3);
    })
    .await;
}
