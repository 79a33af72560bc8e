//! What a busy day leaves in the database, for measuring beside it: sessions that go on and refresh tokens that live.

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use shared::clock::Timestamp;
use shared::db::{Db, DbError};
use shared::entropy::bytes;

use super::world::{clock, entropy};
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, Opening, Session, SessionId, SessionPolicy, Stay};
use crate::oidc::audience::Audience;
use crate::oidc::handle::GrantId;
use crate::oidc::named_claims::NamedClaims;
use crate::oidc::scope::Scope;
use crate::oidc::store::grants::{self, Grant, Redemption};

/// How long what is left there lives, at the least.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How many are written side by side, so that they share commits.
const TOGETHER: usize = 256;

/// Gives each account a session that began `age` ago and an authorization of that client in it, whose refresh token nobody
/// holds.
///
/// # Errors
/// See [`DbError`].
pub async fn fill(db: &Db, accounts: Vec<AccountId>, client: &str, age: Duration) -> Result<(), DbError> {
    let began = clock().now() - age;
    let authorize = |account| authorize(db, account, client, began);
    stream::iter(accounts).map(authorize).buffer_unordered(TOGETHER).try_collect().await
}

async fn authorize(db: &Db, account: AccountId, client: &str, now: Timestamp) -> Result<(), DbError> {
    let entropy = entropy();
    let session = Session {
        id: SessionId::new(now, &*entropy),
        account,
        auth_time: now,
        acr: Acr::One,
        amr: Shown::Password.amr().iter().map(|method| (*method).to_owned()).collect(),
        province: None,
        last_seen_at: now,
        term: SessionPolicy { idle: LIFETIME, absolute: LIFETIME }.term(Stay::Browser, now),
    };
    let grant = Grant {
        id: GrantId::new(now, &*entropy),
        client_id: client.to_owned(),
        account,
        session: session.id,
        scope: Scope::parse("openid offline_access").unwrap_or_default(),
        named: NamedClaims::default(),
        audience: Audience::default(),
        auth_time: now,
        acr: session.acr.uri().to_owned(),
        amr: session.amr.join(" "),
        province: None,
        refreshable: true,
        by_consent: false,
    };
    let opening = Opening { token_hash: bytes::<32>(&*entropy), from: None, shown: Shown::Password };
    db.write::<_, DbError, _>(move |tx| {
        let session = session.clone();
        async move { sessions::store::insert(tx, &session, &opening).await }.boxed()
    })
    .await?;
    let redemption = Redemption {
        grant: &grant,
        refresh_hash: bytes::<32>(&*entropy),
        refresh_key: None,
        now,
        expires_at: now + LIFETIME,
        told_of_end: false,
    };
    grants::redeem(db, redemption).await.map(drop)
}

#[cfg(test)]
mod tests {
    use shared::db::sql;
    use shared::testkit::on_both;

    use super::*;
    use crate::MIGRATIONS;

    const MANY: usize = 20;

    async fn filled(db: &Db, age: Duration) -> Vec<AccountId> {
        let ids: Vec<_> = (0..MANY).map(|_| AccountId::new(clock().now(), &*entropy())).collect();
        for id in &ids {
            let account = sql("INSERT INTO accounts (id, password_hash, password_set_at, created_at, updated_at) \
                 VALUES ($1, $2, $3, $3, $3)");
            db.execute(account.bind(*id).bind("hash").bind(clock().now())).await.expect("an account");
        }
        fill(db, ids.clone(), "busy", age).await.expect("a filled database");
        ids
    }

    #[tokio::test]
    async fn every_account_has_a_session_and_a_refresh_token_that_live() {
        on_both(&MIGRATIONS, |db| async move {
            for id in filled(&db, Duration::ZERO).await {
                let found = "SELECT g.id FROM grants g JOIN sessions s ON s.id = g.session_id \
                     WHERE g.account_id = $1 AND g.refresh_hash IS NOT NULL AND g.client_id = $2 AND s.idle_at > $3";
                let row = db.find(sql(found).bind(id).bind("busy").bind(clock().now())).await;
                let grant = row.expect("an answer").expect("an authorization").get("id").expect("its id");
                let family = grants::look_up_family(&db, grant).await.expect("an answer").expect("a family");
                assert!(!family.over && family.expires_at > clock().now());
            }
        })
        .await;
    }

    #[tokio::test]
    async fn what_began_long_ago_is_there_for_a_clean_up() {
        on_both(&MIGRATIONS, |db| async move {
            filled(&db, LIFETIME * 30).await;
            let limit = clock().now() - LIFETIME * 28;
            let rule = crate::tables::table("sessions").and_then(crate::tables::Table::sweep).expect("a rule");
            let over = db.read::<_, DbError, _>(move |tx| rule.count.rows(tx, limit).boxed()).await;
            assert_eq!(over.expect("a count"), MANY as i64);
        })
        .await;
    }
}
