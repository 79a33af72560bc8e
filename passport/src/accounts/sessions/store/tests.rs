//! What the page of sign-ins asks is found along indexes, however much else there is, on each database.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, Query, Tx, sql};
use shared::entropy::{Entropy, SeededEntropy, bytes};
use shared::http::Caller;
use shared::testkit::on_both;

use super::list::{LISTED, PAST};
use super::*;
use crate::MIGRATIONS;
use crate::accounts::SessionPolicy;
use crate::audit::store::{NETWORKS, New, SIGN_IN, append};
use crate::audit::{Actor, Event, EventId};

const ACCOUNTS: u64 = 60;
const T0: Timestamp = Timestamp::from_seconds(1_773_797_100);

/// What many accounts have done, so that a planner has something to choose from; one of them.
async fn filled(db: &Db) -> AccountId {
    let entropy = SeededEntropy::new(42);
    let mut last = AccountId::new(T0, &entropy);
    for _ in 0..ACCOUNTS {
        last = AccountId::new(T0, &entropy);
        let account = sql("INSERT INTO accounts (id, password_hash, password_set_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $3, $3)");
        db.execute(account.bind(last).bind("hash").bind(T0)).await.expect("an account");
        let seed = last.to_string().bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let written = db.write::<_, DbError, _>(move |tx| {
            async move { live_a_little(tx, last, &SeededEntropy::new(seed)).await }.boxed()
        });
        written.await.expect("written");
    }
    db.execute(sql("ANALYZE")).await.expect("statistics");
    last
}

/// Eight sign-ins of an account, and a hundred wrong passwords of strangers.
async fn live_a_little(tx: &mut Tx, account: AccountId, entropy: &dyn Entropy) -> Result<(), DbError> {
    let caller = Caller::at(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
    for n in 0..8_u32 {
        let at = T0 + Duration::from_secs(60) * n;
        let session = Session {
            id: SessionId::new(at, entropy),
            account,
            auth_time: at,
            acr: Acr::One,
            amr: Vec::new(),
            province: None,
            last_seen_at: at,
            term: SessionPolicy::default().term(Stay::Browser, at),
        };
        let opening = Opening { token_hash: bytes::<32>(entropy), from: Some(caller), shown: Shown::Password };
        insert(tx, &session, &opening).await?;
        let event = Event::SignedIn { account: account.to_string(), session: session.id.to_string() };
        note(tx, (EventId::new(at, entropy), at), caller, &event).await?;
    }
    let event = Event::SignInRefused { account: account.to_string(), reason: "password".into() };
    for n in 0..100_u32 {
        let at = T0 + Duration::from_secs(1) * n;
        note(tx, (EventId::new(at, entropy), at), caller, &event).await?;
    }
    Ok(())
}

async fn note(tx: &mut Tx, (id, at): (EventId, Timestamp), caller: Caller, event: &Event) -> Result<(), DbError> {
    append(tx, &New { id, at, from: Some(caller), actor: &Actor::Visitor, event }).await
}

/// How the database means to run a statement.
async fn plan(db: &Db, statement: &str, bind: impl Fn(Query) -> Query) -> String {
    let is_sqlite = db.find(sql("SELECT sqlite_version() AS version")).await.is_ok();
    let (explain, column) = if is_sqlite { ("EXPLAIN QUERY PLAN", "detail") } else { ("EXPLAIN", "QUERY PLAN") };
    let query = bind(sql(Box::leak(format!("{explain} {statement}").into_boxed_str())));
    let rows = db.write::<_, DbError, _>(move |tx| {
        let query = query.clone();
        async move { query.fetch_all(tx).await?.iter().map(|row| row.get::<String>(column)).collect() }.boxed()
    });
    let rows: Vec<String> = rows.await.expect("a plan");
    rows.join("\n")
}

#[tokio::test]
async fn what_the_page_of_sign_ins_asks_is_found_along_indexes() {
    on_both(&MIGRATIONS, |db| async move {
        let account = filled(&db).await;
        let id = account.to_string();
        let most = 100_i64;
        let by_account = "sessions_account";
        let by_sign_in = "audit_events_sign_ins";
        for (plan, index) in [
            (plan(&db, LISTED, |q| q.bind(account).bind(T0).bind(most)).await, by_account),
            (plan(&db, PAST, |q| q.bind(account).bind(T0).bind(T0).bind(most)).await, by_account),
            (plan(&db, NETWORKS, |q| q.bind(&id).bind(most)).await, by_sign_in),
            (
                plan(&db, SIGN_IN, |q| q.bind(&id).bind("203.0.113.7").bind("sealed:x").bind(T0).bind(T0)).await,
                "audit_events_",
            ),
        ] {
            assert!(plan.contains(index) && !plan.contains("Seq Scan") && !plan.contains("SCAN sessions"), "{plan}");
        }
    })
    .await;
}
