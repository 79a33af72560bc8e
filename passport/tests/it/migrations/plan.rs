//! `passport migrate --plan`

use std::collections::BTreeMap;

use passport::MIGRATIONS;
use shared::db::locks::{Lock, Work, steps};
use shared::db::{DbConfig, Engine};
use shared::testkit;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::backup::Beside;
use crate::support::process::Installation;

/// What a transaction that is under way does to tables: the strongest lock of each by which it keeps somebody from
/// something, and what it does to the rows.
const SUFFERED: &str = "SELECT c.relname::text, \
    (array_agg(l.mode ORDER BY array_position(ARRAY['AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', \
        'RowExclusiveLock'], l.mode)))[1], \
    CASE WHEN min(pg_relation_filenode(c.oid)) <> min(b.node) THEN 'rewrite' \
        WHEN max(pg_stat_get_xact_numscans(c.oid)) > max(b.scans) THEN 'scan' ELSE 'description' END \
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN before b ON b.oid = c.oid \
    WHERE l.pid = pg_backend_pid() AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') GROUP BY c.relname";

/// What there is at its beginning. What is counted of earlier ones may still be among the figures.
const BEFORE: &str = "DROP TABLE IF EXISTS before; CREATE TEMPORARY TABLE before AS \
    SELECT oid, pg_relation_filenode(oid) AS node, pg_stat_get_xact_numscans(oid) AS scans FROM pg_class \
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

type Suffered = BTreeMap<String, (String, String)>;

/// What the server says that statements do; they are kept or taken back.
async fn seen(conn: &mut PgConnection, statements: sqlx::SqlStr, end: &'static str) -> Suffered {
    conn.execute("BEGIN").await.expect("begun");
    sqlx::raw_sql(BEFORE).execute(&mut *conn).await.expect("noted");
    sqlx::raw_sql(statements).execute(&mut *conn).await.expect("carried out");
    let rows: Vec<(String, String, String)> = sqlx::query_as(SUFFERED).fetch_all(&mut *conn).await.expect("locks");
    conn.execute(end).await.expect("ended");
    rows.into_iter().map(|(table, mode, work)| (table, (mode, work))).collect()
}

/// What is told of them, in the same form.
fn told(statements: &str) -> Suffered {
    let mut told: BTreeMap<String, (Lock, Work)> = BTreeMap::new();
    for step in steps(Engine::Postgres, statements).expect("every statement is known") {
        let so_far = told.entry(step.table).or_insert((step.lock, step.work));
        *so_far = (so_far.0.max(step.lock), so_far.1.max(step.work));
    }
    told.into_iter().map(|(table, (lock, work))| (table, (lock.mode().to_owned(), work.code().to_owned()))).collect()
}

/// A second, empty database of the server; none: this is SQLite, which has no locks to look at.
async fn server(config: &DbConfig, folder: &std::path::Path) -> Option<(Beside, PgConnection)> {
    if config.url.starts_with("sqlite:") {
        return None;
    }
    let beside = Beside::new(config, folder).await;
    let conn = PgConnection::connect(&beside.config.url).await.expect("the server");
    Some((beside, conn))
}

#[tokio::test]
async fn what_each_migration_is_said_to_lock_is_what_postgresql_locks() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let Some((beside, mut conn)) = server(&config, folder.path()).await else { return };
        for migration in MIGRATIONS.postgres.iter() {
            let locks = |suffered: Suffered| suffered.into_iter().map(|(table, (mode, _))| (table, mode));
            let seen: Vec<_> = locks(seen(&mut conn, migration.sql.clone(), "COMMIT").await).collect();
            let mut told: Vec<_> = locks(told(migration.sql.as_str())).collect();
            // What became of a table that is gone is in no list of the server's any more.
            let there: Vec<String> =
                sqlx::query_scalar("SELECT c.relname::text FROM before b JOIN pg_class c ON c.oid = b.oid")
                    .fetch_all(&mut conn)
                    .await
                    .expect("tables");
            told.retain(|(table, _)| there.contains(table));
            assert_eq!(seen, told, "migration {}", migration.version);
        }
        conn.close().await.expect("closed");
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_statement_is_said_to_do_to_a_table_is_what_postgresql_does() {
    const TABLES: &str = "CREATE TABLE owners (id TEXT PRIMARY KEY); INSERT INTO owners VALUES ('a'); \
        CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL, owner TEXT); \
        INSERT INTO things SELECT g::text, g, 'a' FROM generate_series(1, 50) g; \
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let Some((beside, mut conn)) = server(&config, folder.path()).await else { return };
        sqlx::raw_sql(TABLES).execute(&mut conn).await.expect("tables");
        for statement in [
            "CREATE TABLE more (thing TEXT REFERENCES things (id))",
            "CREATE INDEX things_n ON things (n)",
            "CREATE UNIQUE INDEX things_n ON things (n)",
            "CREATE TRIGGER t BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TABLE things ADD COLUMN m BIGINT",
            "ALTER TABLE things ADD COLUMN m BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE things ADD COLUMN m BIGINT DEFAULT (random() * 10)",
            "ALTER TABLE things ADD COLUMN m BIGINT CHECK (m > 0)",
            "ALTER TABLE things ADD COLUMN m TEXT UNIQUE",
            "ALTER TABLE things ADD COLUMN m TEXT REFERENCES owners (id)",
            "ALTER TABLE things ADD CONSTRAINT c CHECK (n > 0)",
            "ALTER TABLE things ADD CONSTRAINT c CHECK (n > 0) NOT VALID",
            "ALTER TABLE things ADD CONSTRAINT c UNIQUE (n)",
            "ALTER TABLE things ALTER COLUMN n TYPE TEXT",
            "ALTER TABLE things ALTER COLUMN owner SET NOT NULL",
            "ALTER TABLE things ALTER COLUMN n DROP NOT NULL",
            "ALTER TABLE things ALTER COLUMN n SET DEFAULT 1",
            "ALTER TABLE things RENAME COLUMN n TO m",
            "ALTER TABLE things DROP COLUMN n",
        ] {
            let seen = seen(&mut conn, sqlx::SqlStr::from_static(statement), "ROLLBACK").await;
            assert_eq!(seen, told(statement), "{statement}");
        }
        conn.close().await.expect("closed");
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn an_operator_sees_what_is_to_come_before_it_is_done() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let beside = Beside::new(&config, folder.path()).await;
        let empty = installation.on(&beside.config);
        let all = MIGRATIONS.postgres.iter().count();
        for _ in 0..2 {
            let (done, planned) = empty.command(&["migrate", "--plan"]);
            assert!(done && planned["in_force"] == serde_json::json!([]), "nothing is done by asking: {planned}");
            let to_come = planned["to_come"].as_array().expect("a list");
            assert_eq!(to_come.len(), all);
            let sealing = to_come.iter().find(|one| one["version"] == 49).expect("that one");
            let step = &sealing["steps"][0];
            assert_eq!((&step["table"], &step["work"]), (&"data_keys".into(), &"description".into()), "{sealing}");
            let lock =
                if config.url.starts_with("sqlite:") { serde_json::Value::Null } else { Lock::All.mode().into() };
            assert_eq!(step["lock"], lock);
        }
        let (done, applied) = empty.command(&["migrate"]);
        assert!(done && applied["applied"].as_array().is_some_and(|list| list.len() == all), "{applied}");
        let (done, planned) = empty.command(&["migrate", "--plan"]);
        assert!(done && planned["in_force"].as_array().is_some_and(|list| list.len() == all), "{planned}");
        assert_eq!(planned["to_come"], serde_json::json!([]));
        beside.remove().await;
    })
    .await;
}
