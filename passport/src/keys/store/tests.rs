//! What older programs wrote, and write while nodes are exchanged one after the other.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, Migrations, Tx, sql};
use shared::testkit;
use sqlx::migrate::Migrator;

use super::*;
use crate::MIGRATIONS;
use crate::keys::pin::model::Pin;
use crate::keys::rotate::{Moment, Policy, Request, Step, plan};
use crate::keys::trial::model::Trial;

const BEFORE: Timestamp = Timestamp::from_seconds(900_000);
const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// The tables as they were before keys had all these states.
fn older() -> Migrations {
    let cut = |all: &Migrator| -> &'static Migrator {
        let migrations = all.iter().filter(|migration| migration.version < 45).cloned().collect();
        Box::leak(Box::new(Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }))
    };
    Migrations { sqlite: cut(MIGRATIONS.sqlite), postgres: cut(MIGRATIONS.postgres) }
}

/// A key in the words of the program before.
async fn insert_as_before(tx: &mut Tx, kid: &str, alg: Alg, state: &str) -> Result<(), DbError> {
    let retiring = state == "retiring";
    sql("INSERT INTO signing_keys \
         (kid, alg, state, state_since, retires_until, public_key, private_key, master_key_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4)")
    .bind(kid)
    .bind(alg.as_str())
    .bind(state)
    .bind(BEFORE)
    .bind(retiring.then_some(NOW))
    .bind(vec![4_u8; 65])
    .bind((!retiring).then(|| vec![1_u8; 10]))
    .bind("master")
    .execute(tx)
    .await
    .map(drop)
}

/// Damages the private half of a key.
pub(in crate::keys) async fn spoil(tx: &mut Tx, kid: &str) -> Result<(), DbError> {
    sql("UPDATE signing_keys SET private_key = public_key WHERE kid = $1").bind(kid).execute(tx).await.map(drop)
}

/// Every table with something that is sealed under a master key.
const OF_MASTER_KEYS: &str = "SELECT master_key_id FROM data_keys UNION SELECT master_key_id FROM signing_keys \
    UNION SELECT master_key_id FROM kept_key_halves";

/// The master keys that rows say they are sealed under, each once.
pub(in crate::keys) async fn masters_of_rows(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let rows = sql(OF_MASTER_KEYS).fetch_all(tx).await?;
    rows.iter().map(|row| row.get("master_key_id")).collect()
}

#[test]
fn no_table_is_forgotten_when_the_master_key_is_changed() {
    let all: Vec<_> = MIGRATIONS.sqlite.iter().map(|migration| migration.sql.as_str().to_owned()).collect();
    let tables = all.iter().flat_map(|text| text.split("CREATE TABLE ").skip(1));
    let sealed = tables.filter(|table| table.split(';').next().is_some_and(|body| body.contains("master_key_id")));
    let sealed: Vec<_> = sealed.filter_map(|table| table.split([' ', '(']).next()).collect();
    assert!(sealed.contains(&"signing_keys"), "{sealed:?}");
    for table in sealed {
        assert!(OF_MASTER_KEYS.contains(&format!("FROM {table}")), "{table}: `keys rewrap` has to seal it anew");
    }
}

async fn fill(db: &Db) {
    let put = db.write::<_, DbError, _>(|tx| {
        async move {
            insert_as_before(tx, "a", Alg::ES256, "active").await?;
            insert_as_before(tx, "b", Alg::ES256, "staged").await?;
            insert_as_before(tx, "r", Alg::ES256, "retiring").await?;
            insert_as_before(tx, "c", Alg::EdDsa, "active").await
        }
        .boxed()
    });
    put.await.expect("rows");
}

#[tokio::test]
async fn keys_of_an_older_program_go_on_where_they_were() {
    testkit::on_both(&older(), |db| async move {
        fill(&db).await;
        db.migrate(&MIGRATIONS).await.expect("migrated");
        let keys = db.read(|tx| records(tx).boxed()).await.expect("keys");
        let state = |kid: &str| keys.iter().find(|key| key.kid == kid).expect("a key").state;
        assert_eq!(state("a"), KeyState::Active { since: BEFORE });
        assert_eq!(state("b"), KeyState::Staged { since: BEFORE, planned: Some(BEFORE) });
        assert_eq!(state("r"), KeyState::Retiring { since: BEFORE, until: NOW });

        // The rotation that was under way is finished, the spent key archived, and what has no staged key gets one.
        let policy = Policy { publish_for: Duration::from_secs(3_600), ..Policy::default() };
        let steps = plan(&keys, &Moment { policy: &policy, now: NOW, served: Some(0) }, &Request::Tend);
        assert!(steps.contains(&Step::Activate { kid: "b".to_owned() }), "{steps:?}");
        assert!(steps.contains(&Step::Archive { kid: "r".to_owned(), until: NOW + policy.hint_for }), "{steps:?}");
        assert!(steps.contains(&Step::CreateStaged(Alg::EdDsa)), "{steps:?}");
        assert!(!steps.contains(&Step::CreateActive(Alg::EdDsa)), "{steps:?}");
    })
    .await;
}

#[tokio::test]
async fn an_older_program_may_go_on_writing_for_a_while() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        fill(&db).await;
        let move_on = db.write::<_, DbError, _>(|tx| {
            async move {
                archive(tx, "r", NOW, NOW).await?;
                // What it says when a rotation is due.
                sql("UPDATE signing_keys SET state = 'retiring', state_since = $2, retires_until = $2, private_key = NULL \
                     WHERE kid = $1 AND state = 'active'")
                .bind("a")
                .bind(NOW)
                .execute(tx)
                .await?;
                sql("UPDATE signing_keys SET state = 'active', state_since = $2 WHERE kid = $1 AND state = 'staged'")
                    .bind("b")
                    .bind(NOW)
                    .execute(tx)
                    .await
            }
            .boxed()
        });
        move_on.await.expect("moved");
        let keys = db.read(|tx| records(tx).boxed()).await.expect("keys");
        let state = |kid: &str| keys.iter().find(|key| key.kid == kid).expect("a key").state;
        assert_eq!(state("a"), KeyState::Retiring { since: NOW, until: NOW });
        assert_eq!(state("b"), KeyState::Active { since: NOW });
        assert_eq!(state("r"), KeyState::Archived { since: NOW, until: NOW });
        // It reads the table of what is published, and finds no state there that it does not know.
        let rows = db.read(|tx| sql("SELECT DISTINCT state FROM signing_keys").fetch_all(tx).boxed()).await;
        for row in rows.expect("rows") {
            let state: String = row.get("state").expect("a state");
            assert!(["staged", "active", "retiring"].contains(&state.as_str()), "{state}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_of_the_trial_and_the_pins_of_a_key_that_is_destroyed() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        fill(&db).await;
        let left = db.write::<_, DbError, _>(|tx| {
            async move {
                let trial = Trial { since: BEFORE, until: NOW, clients: Vec::new(), end: None };
                trials::begin(tx, "b", &trial).await?;
                let pin = Pin { client: "slow".to_owned(), since: BEFORE, until: NOW, ended: None };
                pins::put(tx, ("a", Alg::ES256), &pin).await?;
                pins::keep_half(tx, "a").await?;
                destroy(tx, "a", NOW, true).await?;
                destroy(tx, "b", NOW, true).await?;
                let rows = sql("SELECT kid FROM key_trials UNION ALL SELECT kid FROM key_pins UNION ALL \
                                SELECT kid FROM kept_key_halves");
                Ok(rows.fetch_all(tx).await?.len())
            }
            .boxed()
        });
        assert_eq!(left.await.expect("destroyed"), 0);
    })
    .await;
}
