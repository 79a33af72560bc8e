//! What is off is told in one sentence, and nothing is changed.

use std::sync::Arc;

use passport::MIGRATIONS;
use passport::backup::OpeningKey;
use passport::keys::MasterKey;
use shared::clock::FakeClock;
use shared::db::{Db, DbConfig, DbError, sql};
use shared::secret::SecretBytes;
use shared::testkit;

use super::{Beside, Operator, master};
use crate::support::{BEGIN, Passport};

async fn run(db: &Db, text: &'static str) {
    let done = db.write::<_, DbError, _>(move |tx| Box::pin(async move { sql(text).execute(tx).await }));
    done.await.expect("done");
}

#[tokio::test]
async fn a_backup_that_is_damaged_or_anothers_is_not_restored() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        let operator = Operator::new(&passport.clock);
        let file = folder.path().join("passport.backup");
        operator.back_up(&config, &file).await.expect("a backup");
        let whole = std::fs::read(&file).expect("a file");
        let beside = Beside::new(&config, folder.path()).await;
        let refused = async |key: &OpeningKey, master: MasterKey| {
            let refused =
                operator.restore_with(&file, &beside.config, (key, master)).await.expect_err("refused").to_string();
            assert_eq!(beside.tables().await, 0, "{refused}");
            assert!(!folder.path().join("restored.db.restoring").exists(), "{refused}");
            refused
        };

        let stranger = OpeningKey::make().expect("a key");
        assert!(refused(&stranger, master()).await.starts_with("the backup is sealed for the recipient"));
        let other = MasterKey::new(&SecretBytes::new([8; 32]));
        let told = refused(&operator.key, other).await;
        assert!(told.contains("an installation whose master key is") && told.contains(master().id()), "{told}");
        let lengths = [0, 10, 60, 70, whole.len() / 2, whole.len() - 1];
        for length in lengths {
            std::fs::write(&file, &whole[..length]).expect("a file");
            let told = refused(&operator.key, master()).await;
            assert!(told.contains("damaged or cut off") || told.contains("no backup"), "{length} bytes: {told}");
        }
        for at in [0, 30, 40, 70, whole.len() / 3, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&file, changed).expect("a file");
            refused(&operator.key, master()).await;
        }
        std::fs::write(&file, [&whole[..], b"\n"].concat()).expect("a file");
        assert!(refused(&operator.key, master()).await.contains("damaged"));

        std::fs::write(&file, &whole).expect("a file");
        operator.restore(&file, &beside.config).await.expect("the file itself is right");
        let told = operator.restore(&file, &beside.config).await.expect_err("refused").to_string();
        assert!(told.contains("is not empty"), "{told}");
        passport.db.close().await;
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn a_backup_of_a_newer_or_another_schema_is_not_restored() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        let operator = Operator::new(&passport.clock);
        let beside = Beside::new(&config, folder.path()).await;
        for (n, (change, back, told)) in [
            (
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 SELECT 9999, 'newer', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
                "DELETE FROM _sqlx_migrations WHERE version = 9999",
                "by a newer version (0.1.0), whose migration 9999",
            ),
            (
                "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 1) \
                 WHERE version = 2",
                "SELECT 1 AS one",
                "migration 2 of the backup is another",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let file = folder.path().join(format!("{n}.backup"));
            run(&passport.db, change).await;
            operator.back_up(&config, &file).await.expect("a backup");
            run(&passport.db, back).await;
            let refused = operator.restore(&file, &beside.config).await.expect_err("refused").to_string();
            assert!(refused.contains(told), "{refused}");
            assert_eq!(beside.tables().await, 0);
        }
        passport.db.close().await;
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn a_backup_of_one_kind_of_database_is_not_restored_into_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let passport = Passport::start(Db::connect(&config).await.expect("a database"), "").await;
        let operator = Operator::new(&Arc::new(FakeClock::at(BEGIN)));
        let (other, told) = if config.url.starts_with("sqlite:") {
            (
                "postgres://nobody@127.0.0.1:1/nothing".to_owned(),
                "is of a SQLite database; database.url names one of PostgreSQL",
            )
        } else {
            let path = folder.path().join("other.db");
            (format!("sqlite:{}", path.display()), "is of a PostgreSQL database; database.url names one of SQLite")
        };
        let file = folder.path().join(format!("{}.backup", config.url.split(':').next().unwrap_or_default()));
        operator.back_up(&config, &file).await.expect("a backup");
        let refused = operator.restore(&file, &DbConfig::new(other)).await.expect_err("refused").to_string();
        assert!(refused.contains(told), "{refused}");
        assert!(!folder.path().join("other.db").exists());
        passport.db.close().await;
    })
    .await;
}
