//! The database's promises, on SQLite and, where `TEST_POSTGRES_URL` names a server, on PostgreSQL.

use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection as _, PgConnection, SqlStr};

use super::*;
use crate::testkit::{each_engine, on_both};

const TABLE: &str = "CREATE TABLE things (name TEXT NOT NULL UNIQUE, amount BIGINT, content TEXT)";

const NONE: Migrations = Migrations { sqlite: &Migrator::DEFAULT, postgres: &Migrator::DEFAULT };

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the rule says no")]
    Rule,
    #[error(transparent)]
    Db(#[from] DbError),
}

async fn sqlite() -> (tempfile::TempDir, Db) {
    let dir = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    (dir, Db::connect(&DbConfig::new(url)).await.expect("a database"))
}

async fn table(db: &Db) {
    db.write::<_, DbError, _>(|tx| async move { sql(TABLE).execute(tx).await }.boxed()).await.expect("a table");
}

async fn insert(db: &Db, name: String, refuse: bool) -> Result<(), Refusal> {
    db.write(move |tx| {
        let name = name.clone();
        async move {
            sql("INSERT INTO things (name, amount) VALUES ($1, $2)").bind(name).bind(None::<i64>).execute(tx).await?;
            if refuse { Err(Refusal::Rule) } else { Ok(()) }
        }
        .boxed()
    })
    .await
}

async fn names(db: &Db) -> Vec<String> {
    db.read::<_, DbError, _>(|tx| {
        async move {
            let rows = sql("SELECT name FROM things ORDER BY name").fetch_all(tx).await?;
            rows.iter().map(|r| r.get("name")).collect()
        }
        .boxed()
    })
    .await
    .expect("names")
}

#[tokio::test]
async fn a_refused_operation_undoes_its_own_changes_and_no_others() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let all = join_all((0..40).map(|n| insert(&db, format!("n{n:02}"), n % 4 == 0))).await;
    assert_eq!(all.iter().filter(|r| matches!(r, Err(Refusal::Rule))).count(), 10);
    let kept = names(&db).await;
    assert_eq!(kept.len(), 30);
    assert!(!kept.contains(&"n04".to_owned()) && kept.contains(&"n05".to_owned()));
}

#[tokio::test]
async fn of_twenty_equal_names_one_is_stored_and_the_rest_are_conflicts() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let all = join_all((0..20).map(|_| insert(&db, "same".to_owned(), false))).await;
    assert_eq!(all.iter().filter(|r| r.is_ok()).count(), 1);
    let conflict = all.into_iter().find_map(Result::err).expect("a conflict");
    assert!(matches!(conflict, Refusal::Db(DbError::Conflict { constraint }) if constraint == "things_name_key"));
}

#[tokio::test]
async fn a_panic_in_an_operation_leaves_the_writer_alive() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let lost = db
        .write::<(), DbError, _>(|tx| {
            async move {
                sql("INSERT INTO things (name) VALUES ('half')").execute(tx).await?;
                panic!("a defect")
            }
            .boxed()
        })
        .await;
    assert!(lost.is_err_and(|e| e.is_unavailable()));
    insert(&db, "next".to_owned(), false).await.expect("the writer lives");
    assert_eq!(names(&db).await, ["next"]);
}

#[tokio::test]
async fn a_reading_operation_cannot_write() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let answer =
        db.read::<_, DbError, _>(|tx| async move { sql("DELETE FROM things").execute(tx).await }.boxed()).await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn values_come_back_as_they_were_bound() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let row = db
        .write::<_, DbError, _>(|tx| {
            async move {
                sql("INSERT INTO things (name, amount, content) VALUES ($1, $2, $3) RETURNING name, amount, content")
                    .bind("a")
                    .bind(i64::MAX)
                    .bind(None::<String>)
                    .fetch_one(tx)
                    .await
            }
            .boxed()
        })
        .await
        .expect("a row");
    assert_eq!(row.get::<i64>("amount").ok(), Some(i64::MAX));
    assert_eq!(row.get::<Option<String>>("content").ok(), Some(None));
    assert!(matches!(row.get::<String>("content"), Err(DbError::Row(BrokenRow { column: "content", .. }))));
    assert!(row.get::<bool>("amount").is_err());
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    let (dir, db) = sqlite().await;
    table(&db).await;
    insert(&db, "kept".to_owned(), false).await.expect("stored");
    db.close().await;
    assert!(insert(&db, "late".to_owned(), false).await.is_err());
    let again = Db::connect(&DbConfig::new(format!("sqlite:{}", dir.path().join("test.db").display())))
        .await
        .expect("reopened");
    assert_eq!(names(&again).await, ["kept"]);
}

#[tokio::test]
async fn operations_outlive_the_connections_that_a_restarted_server_dropped() {
    on_both(&NONE, |db| async move {
        if db.engine() == Engine::Sqlite {
            return;
        }
        table(&db).await;
        // Ten connections at once, nine of which the server then drops.
        for operation in join_all((0..10).map(|n| insert(&db, format!("before {n}"), false))).await {
            operation.expect("stored");
        }
        db.read::<_, DbError, _>(|tx| {
            let kill = sql("SELECT CAST(COUNT(pg_terminate_backend(pid)) AS BIGINT) AS killed FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()");
            async move { kill.fetch_one(tx).await?.get::<i64>("killed") }.boxed()
        })
        .await
        .expect("killed");
        let (reads, writes, singles) = tokio::join!(
            join_all((0..10).map(|_| db.ping())),
            join_all((0..10).map(|n| insert(&db, format!("after {n}"), false))),
            join_all(
                (0..10).map(|n| db.execute(sql("INSERT INTO things (name) VALUES ($1)").bind(format!("one {n}"))))
            ),
        );
        assert!(
            reads.iter().all(Result::is_ok) && writes.iter().all(Result::is_ok) && singles.iter().all(Result::is_ok)
        );
        assert_eq!(names(&db).await.len(), 30);
    })
    .await;
}

#[tokio::test]
async fn whoever_finds_no_free_connection_in_time_is_told_so() {
    let (dir, _) = sqlite().await;
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    let patience = Duration::from_millis(20);
    let db = Db::connect(&DbConfig { max_connections: 1, acquire_timeout: patience, ..DbConfig::new(url) }).await;
    let db = db.expect("a database");
    let inner = db.clone();
    let answer = db
        .read::<_, DbError, _>(move |_| {
            let inner = inner.clone();
            async move { inner.ping().await }.boxed()
        })
        .await;
    assert!(answer.is_err_and(|e| e.is_unavailable()));
    db.ping().await.expect("the connection is free again");
}

#[tokio::test]
async fn a_single_statement_is_durable_and_tells_what_it_touched() {
    on_both(&NONE, |db| async move {
        table(&db).await;
        let insert = || {
            sql("INSERT INTO things (name, amount) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING").bind("a").bind(1_i64)
        };
        assert_eq!(db.execute(insert()).await.expect("inserted"), 1);
        assert_eq!(db.execute(insert()).await.expect("passed over"), 0);
        assert_eq!(names(&db).await, ["a"]);
        let broken = sql("INSERT INTO things (name) VALUES ($1)").bind("a");
        assert!(db.execute(broken).await.is_err_and(|e| e.is_unique_violation()));
    })
    .await;
}

#[tokio::test]
async fn on_a_full_disk_what_was_acknowledged_is_there_and_nothing_else() {
    let (_dir, db) = sqlite().await;
    table(&db).await;
    let room = |pragma: &'static str| {
        db.write::<_, DbError, _>(move |tx| async move { sql(pragma).fetch_optional(tx).await.map(drop) }.boxed())
    };
    room("PRAGMA max_page_count = 20").await.expect("a limit");
    let large = |n: usize| format!("{n:02}{}", "x".repeat(2_000));
    // A full disk takes back all that one commit would have carried, so the first ones go alone.
    let mut all = vec![insert(&db, large(0), false).await, insert(&db, large(1), false).await];
    all.extend(join_all((2..40).map(|n| insert(&db, large(n), false))).await);
    let kept: Vec<_> = (0..40).filter(|n| all[*n].is_ok()).map(large).collect();
    assert!(!kept.is_empty() && kept.len() < 40, "{} were stored", kept.len());
    let unavailable = |answer: &Result<(), Refusal>| matches!(answer, Err(Refusal::Db(e)) if e.is_unavailable());
    assert!(all.iter().filter(|answer| answer.is_err()).all(unavailable));
    assert_eq!(names(&db).await, kept);

    room("PRAGMA max_page_count = 1000").await.expect("more room");
    insert(&db, "a".to_owned(), false).await.expect("there is room again");
    assert_eq!(names(&db).await.len(), kept.len() + 1);
}

#[tokio::test]
async fn a_database_whose_file_was_taken_away_is_unavailable_until_it_is_back() {
    let (dir, db) = sqlite().await;
    table(&db).await;
    insert(&db, "a".to_owned(), false).await.expect("stored");
    let (file, aside) = (dir.path().join("test.db"), dir.path().join("aside.db"));
    std::fs::rename(&file, &aside).expect("moved");
    for another_in_its_place in [false, true] {
        if another_in_its_place {
            std::fs::write(&file, "").expect("a file");
        }
        let refused = insert(&db, "lost".to_owned(), false).await;
        assert!(matches!(refused, Err(Refusal::Db(e)) if e.is_unavailable()));
        assert!(db.ping().await.is_err_and(|e| e.is_unavailable()));
    }
    std::fs::rename(&aside, &file).expect("moved back");
    db.ping().await.expect("it is back");
    insert(&db, "b".to_owned(), false).await.expect("stored");
    assert_eq!(names(&db).await, ["a", "b"]);
}

/// Thirty of each kind at once, so that most of them go together.
#[tokio::test]
async fn statements_that_go_together_do_what_they_would_do_alone() {
    on_both(&NONE, |db| async move {
        table(&db).await;
        let add = |n: i64| {
            // Every third name is there already, and stays as it is.
            let name = if n % 3 == 2 { format!("n{}", n - 1) } else { format!("n{n}") };
            let statement = sql("INSERT INTO things (name, amount) SELECT $1, $2 WHERE $2 >= 0 \
                 ON CONFLICT (name) DO UPDATE SET amount = things.amount WHERE things.amount = excluded.amount");
            db.execute(statement.bind(name).bind(n))
        };
        let added: Vec<u64> = join_all((0..30).map(add)).await.into_iter().collect::<Result<_, _>>().expect("rows");
        assert_eq!(added.iter().sum::<u64>(), 20, "one of two with the same name");
        let find = |n: i64| db.find(sql("SELECT name, amount FROM things WHERE name = $1").bind(format!("n{n}")));
        let found = join_all((0..30).map(find)).await;
        for (n, row) in (0..).zip(found) {
            let name = row.expect("an answer").map(|row| row.get::<String>("name").expect("a name"));
            assert_eq!(name, (n % 3 != 2).then(|| format!("n{n}")));
        }
        let raise =
            |n: i64| db.execute(sql("UPDATE things SET amount = $2 WHERE name = $1").bind(format!("n{n}")).bind(-n));
        let raised = join_all((0..30).map(raise)).await;
        let raised: Vec<u64> = raised.into_iter().map(|rows| rows.expect("rows")).collect();
        assert_eq!(raised, (0..30).map(|n| u64::from(n % 3 != 2)).collect::<Vec<_>>());
        assert_eq!(find(4).await.expect("an answer").expect("a row").get::<i64>("amount").expect("an amount"), -4);
    })
    .await;
}

/// The first so many of two migrations.
fn migrations(count: usize) -> Migrations {
    let migrator = || -> &'static Migrator {
        let texts = [TABLE, "ALTER TABLE things ADD COLUMN colour TEXT"];
        let one = |(version, text): (i64, &'static str)| {
            Migration::new(version, "things".into(), MigrationType::Simple, SqlStr::from_static(text), false)
        };
        let migrations: Vec<_> = (1..).zip(texts).take(count).map(one).collect();
        Box::leak(Box::new(Migrator { migrations: migrations.into(), ..Migrator::DEFAULT }))
    };
    Migrations { sqlite: migrator(), postgres: migrator() }
}

#[tokio::test]
async fn a_migration_that_waits_for_a_table_lets_others_through_and_comes_to_its_end() {
    each_engine(&NONE, async |config: DbConfig| {
        let db = Db::connect(&config).await.expect("a database");
        db.migrate(&migrations(1)).await.expect("a table");
        if db.engine() == Engine::Sqlite {
            return;
        }
        let connect = async || PgConnection::connect(&config.url).await.expect("a connection");
        let (mut first, mut later) = (connect().await, connect().await);
        sqlx::raw_sql("BEGIN; SELECT * FROM things").execute(&mut first).await.expect("it reads, and goes on with it");
        let migrating = async { db.migrate(&migrations(2)).await.expect("migrated") };
        let around = async {
            let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'things'::regclass";
            while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut later).await.expect("a count") == 0 {}
            // Who comes now stands behind the migration, which stands behind who reads.
            let through =
                sqlx::raw_sql("SET statement_timeout = '60s'; SELECT * FROM things").execute(&mut later).await;
            through.expect("it is let through");
            sqlx::raw_sql("COMMIT").execute(&mut first).await.expect("it is done");
        };
        join(migrating, around).await;
        sqlx::raw_sql("SELECT colour FROM things").execute(&mut later).await.expect("the column");
        db.close().await;
    })
    .await;
}
