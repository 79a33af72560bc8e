//! The tables' rules, on each database.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use shared::clock::Timestamp;
use shared::db::{Db, DbError};
use shared::entropy::{SeededEntropy, bytes};
use shared::testkit::on_both;

use super::grants::{Grant, NewGrant, Rotation, Unredeemed};
use super::{consents, grants, revoked, sweep};
use crate::MIGRATIONS;
use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::{Session, SessionId};
use crate::oidc::authorize::interaction::Consent;
use crate::oidc::handle::{self, GrantId, Presented};
use crate::oidc::scope::Scope;

const T0: Timestamp = Timestamp::from_seconds(1_000_000);

fn after(seconds: u64) -> Timestamp {
    T0 + Duration::from_secs(seconds)
}

struct World {
    entropy: SeededEntropy,
    session: Session,
}

impl World {
    fn new() -> Self {
        let entropy = SeededEntropy::new(7);
        let session = Session {
            id: SessionId::new(T0, &entropy),
            account: AccountId::new(T0, &entropy),
            auth_time: T0,
            acr: "acr".to_owned(),
            amr: vec!["pwd".to_owned()],
            province: Province::parse("31"),
            last_seen_at: T0,
        };
        Self { entropy, session }
    }

    /// Stores an authorization; its code.
    async fn grant(&self, db: &Db, change: impl FnOnce(&mut NewGrant)) -> Presented {
        let id = GrantId::new(T0, &self.entropy);
        let code = handle::mint_code(id, &self.entropy);
        let mut new = NewGrant {
            id,
            code_hash: code.hash,
            client_id: "a".to_owned(),
            scope: Scope::parse("openid").expect("scope"),
            redirect_uri: "https://a.example/cb".to_owned(),
            nonce: None,
            code_challenge: Some("c".to_owned()),
            refreshable: true,
            code_expires_at: after(60),
            expires_at: after(1_000),
        };
        change(&mut new);
        let session = self.session.clone();
        run(db, move |tx| {
            let (new, session) = (new.clone(), session.clone());
            async move { grants::insert(tx, &new, &session).await }.boxed()
        })
        .await;
        handle::read_code(&code.text).expect("a code")
    }
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

async fn redeem(db: &Db, code: Presented, first: [u8; 32], now: Timestamp) -> Option<Grant> {
    run(db, move |tx| async move { grants::redeem(tx, code, first, now).await }.boxed()).await
}

async fn rotate(db: &Db, token: Presented, next: [u8; 32], now: Timestamp) -> bool {
    run(db, move |tx| {
        let rotation = Rotation { next, answer: next.to_vec(), now, expires_at: now + Duration::from_secs(1_000) };
        async move { grants::rotate(tx, token, &rotation).await }.boxed()
    })
    .await
}

#[tokio::test]
async fn of_fifty_redemptions_of_a_code_one_succeeds() {
    on_both(&MIGRATIONS, |db| async move {
        let code = World::new().grant(&db, |_| ()).await;
        let tries = (0..50).map(|_| redeem(&db, code, [1; 32], after(1)));
        assert_eq!(join_all(tries).await.into_iter().flatten().count(), 1);
        let state = run(&db, move |tx| async move { grants::unredeemed(tx, code).await }.boxed()).await;
        assert!(matches!(state, Unredeemed::Spent { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_code_keeps_what_the_person_authorized() {
    on_both(&MIGRATIONS, |db| async move {
        let world = World::new();
        let code = world.grant(&db, |new| new.nonce = Some("n".to_owned())).await;
        let grant = redeem(&db, code, [1; 32], after(1)).await.expect("redeemed");
        assert_eq!((grant.account, grant.session), (world.session.account, world.session.id));
        assert_eq!(grant.nonce.as_deref(), Some("n"));
        assert_eq!(grant.amr, "pwd");
        assert_eq!(grant.province, Province::parse("31"));
    })
    .await;
}

#[tokio::test]
async fn a_code_ends_at_its_very_millisecond() {
    on_both(&MIGRATIONS, |db| async move {
        let world = World::new();
        let late = world.grant(&db, |_| ()).await;
        assert_eq!(redeem(&db, late, [1; 32], after(60)).await, None);
        let just = world.grant(&db, |_| ()).await;
        assert!(redeem(&db, just, [1; 32], Timestamp::from_millis(after(60).millis() - 1)).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn the_id_of_a_grant_without_its_secret_redeems_nothing() {
    on_both(&MIGRATIONS, |db| async move {
        let code = World::new().grant(&db, |_| ()).await;
        let forged = Presented { hash: [0; 32], ..code };
        assert_eq!(redeem(&db, forged, [1; 32], after(1)).await, None);
        let state = run(&db, move |tx| async move { grants::unredeemed(tx, forged).await }.boxed()).await;
        assert_eq!(state, Unredeemed::Unknown);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_refreshes_with_one_token_one_rotates() {
    on_both(&MIGRATIONS, |db| async move {
        let code = World::new().grant(&db, |_| ()).await;
        redeem(&db, code, [1; 32], after(1)).await.expect("redeemed");
        let token = Presented { grant: code.grant, hash: [1; 32] };
        let entropy = SeededEntropy::new(9);
        let tries = (0..50).map(|_| rotate(&db, token, bytes(&entropy), after(2)));
        assert_eq!(join_all(tries).await.into_iter().filter(|won| *won).count(), 1);
        let family = run(&db, move |tx| async move { grants::family(tx, token.grant).await }.boxed()).await;
        let family = family.expect("a family");
        assert_eq!(family.previous, Some([1; 32]));
        assert_eq!(family.current.map(|hash| hash.to_vec()), family.answer);
    })
    .await;
}

#[tokio::test]
async fn an_authorization_that_is_not_refreshable_has_no_refresh_token() {
    on_both(&MIGRATIONS, |db| async move {
        let code = World::new().grant(&db, |new| new.refreshable = false).await;
        redeem(&db, code, [1; 32], after(1)).await.expect("redeemed");
        assert!(!rotate(&db, Presented { grant: code.grant, hash: [1; 32] }, [2; 32], after(2)).await);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_authorization_gives_nothing_any_more() {
    on_both(&MIGRATIONS, |db| async move {
        let code = World::new().grant(&db, |_| ()).await;
        redeem(&db, code, [1; 32], after(1)).await.expect("redeemed");
        let id = code.grant;
        let lives =
            |jti: &'static str| run(&db, move |tx| async move { grants::of_access_token(tx, id, jti).await }.boxed());
        assert!(lives("x").await.is_some());
        run(&db, move |tx| async move { revoked::insert(tx, "x", after(100)).await }.boxed()).await;
        assert!(lives("x").await.is_none(), "one token is revoked");
        assert!(lives("y").await.is_some(), "others of the grant are not");
        let revoke = || run(&db, move |tx| async move { grants::revoke(tx, id, after(3)).await }.boxed());
        assert!(revoke().await);
        assert!(!revoke().await, "once");
        assert!(lives("y").await.is_none());
        assert!(!rotate(&db, Presented { grant: id, hash: [1; 32] }, [2; 32], after(4)).await);
    })
    .await;
}

#[tokio::test]
async fn a_later_consent_replaces_the_earlier_one() {
    on_both(&MIGRATIONS, |db| async move {
        let account = World::new().session.account;
        let consent = |scope: &str, declined: &str, at| Consent {
            scope: Scope::parse(scope).expect("scope"),
            declined: Scope::parse(declined).expect("scope"),
            granted_at: at,
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
        let world = World::new();
        let unredeemed = world.grant(&db, |_| ()).await;
        let living = world.grant(&db, |_| ()).await;
        let ended = world.grant(&db, |new| new.expires_at = after(100)).await;
        for code in [living, ended] {
            redeem(&db, code, [1; 32], after(1)).await.expect("redeemed");
        }
        let pass = |after_id| {
            run(&db, move |tx| async move { sweep::grants(tx, after_id, after(100), after(90)).await }.boxed())
        };
        let end = pass(None).await;
        assert!(end.is_some());
        assert_eq!(pass(end).await, None, "the walk ends");
        let rest = |code: Presented| run(&db, move |tx| async move { grants::unredeemed(tx, code).await }.boxed());
        assert!(matches!(rest(living).await, Unredeemed::Spent { .. }));
        assert_eq!(rest(ended).await, Unredeemed::Unknown);
        assert_eq!(redeem(&db, unredeemed, [1; 32], after(2)).await, None, "its time was over");
    })
    .await;
}

#[tokio::test]
async fn revoked_tokens_are_forgotten_once_they_would_have_expired() {
    on_both(&MIGRATIONS, |db| async move {
        for jti in ["x", "x"] {
            run(&db, move |tx| async move { revoked::insert(tx, jti, after(10)).await }.boxed()).await;
        }
        let sweep = |now| run(&db, move |tx| async move { sweep::revoked_tokens(tx, now).await }.boxed());
        assert_eq!(sweep(after(9)).await, 0);
        assert_eq!(sweep(after(10)).await, 1);
        assert!(!run(&db, |tx| async move { revoked::contains(tx, "x").await }.boxed()).await);
    })
    .await;
}
