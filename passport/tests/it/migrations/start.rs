//! Who refuses to start, and who does not.

use passport::MIGRATIONS;
use shared::db::{Db, DbConfig, DbError, sql};
use shared::testkit;

use crate::backup::Beside;
use crate::support::process::{Installation, SignIn};

/// Does that to the list of what was migrated.
async fn rewrite(config: &DbConfig, statement: &'static str) {
    let db = Db::connect(config).await.expect("a database");
    let done = db.write::<_, DbError, _>(move |tx| Box::pin(async move { sql(statement).execute(tx).await }));
    assert_eq!(done.await.expect("done"), 1, "{statement}");
    db.close().await;
}

const TAKEN_BACK: &str = "DELETE FROM _sqlx_migrations WHERE version = 9999";

/// What is done to the list, what is said then, and how it is taken back.
const MISFITS: [(&str, &str, &str); 4] = [
    (
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'drop things after 9998', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        "the database is of a newer version: its migration 9999 works only with versions that know migration 9998, and \
         this one does not",
        TAKEN_BACK,
    ),
    (
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'newer', NOT success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        "migration 9999 of the database was begun and did not come to its end",
        TAKEN_BACK,
    ),
    (
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 61",
        "the database has migration 9999, which this version does not know, and lacks migration 61 of it",
        "UPDATE _sqlx_migrations SET version = 61 WHERE version = 9999",
    ),
    (
        "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 1) \
         WHERE version = 2",
        "migration 2 of the database is another than the one of that number in this version",
        "",
    ),
];

#[tokio::test]
async fn a_database_that_does_not_fit_is_refused_in_one_sentence() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        for (change, told, back) in MISFITS {
            rewrite(&config, change).await;
            for command in [&["accounts", "closed"][..], &["migrate"], &["migrate", "--plan"], &["serve"]] {
                let (done, said) = installation.command(command);
                assert!(!done, "{command:?}: {said}");
                assert_eq!(said["errors"], serde_json::json!([told]), "{command:?}");
                assert!(said["advice"].is_string(), "it says what to do: {said}");
            }
            assert!(installation.findings().contains(told), "doctor finds it too");
            if !back.is_empty() {
                rewrite(&config, back).await;
                assert!(installation.command(&["accounts", "closed"]).0);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_that_lacks_a_migration_is_refused_until_it_is_migrated() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let beside = Beside::new(&config, folder.path()).await;
        let upgraded = installation.on(&beside.config);
        assert!(upgraded.command(&["migrate"]).0);
        rewrite(&beside.config, "DELETE FROM _sqlx_migrations WHERE version = 61").await;
        take_away(&beside.config).await;
        let (done, said) = upgraded.command(&["serve"]);
        assert!(!done && said["errors"][0] == "the database lacks 1 migration(s) of this version", "{said}");
        assert_eq!(said["advice"], "run `passport migrate`");
        let (done, said) = upgraded.command(&["migrate"]);
        assert!(done && said["applied"] == serde_json::json!([61]), "{said}");
        let process = upgraded.start();
        assert_eq!(process.status("/sign-in", "none=0").await, 200);
        process.kill();
        beside.remove().await;
    })
    .await;
}

/// Takes away what migration 61 made.
async fn take_away(config: &DbConfig) {
    let db = Db::connect(config).await.expect("a database");
    let gone = db.write::<_, DbError, _>(|tx| Box::pin(async { sql("DROP TABLE status_notices").execute(tx).await }));
    gone.await.expect("gone");
    db.close().await;
}

#[tokio::test]
async fn a_program_starts_beside_a_newer_one_that_only_added() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        for newer in [
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9998, 'more', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
            // This version is the one that it was made for.
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9999, 'drop things after 0061', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        ] {
            rewrite(&config, newer).await;
            let process = installation.start();
            assert!(matches!(process.visitor().sign_in().await, SignIn::Acknowledged(_)));
            process.kill();
            let (done, said) = installation.command(&["migrate"]);
            assert!(done && said["applied"] == serde_json::json!([]), "{said}");
        }
        let (_, planned) = installation.command(&["migrate", "--plan"]);
        assert_eq!(planned["newer"], serde_json::json!([9998, 9999]));
        assert!(installation.findings().contains("2 migration(s) are newer than this program"));
        rewrite(&config, "DELETE FROM _sqlx_migrations WHERE version = 9998").await;
        rewrite(&config, TAKEN_BACK).await;
    })
    .await;
}
