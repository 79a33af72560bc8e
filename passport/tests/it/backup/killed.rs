//! A backup or a restore that is killed at any moment.

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use super::Beside;
use super::whole::{key, succeeds};
use crate::support::process::{Installation, SignIn};

/// At how many moments of its life a command is killed, once it is known how long that is.
const MOMENTS: u32 = 16;

/// Kills a command at moments spread over the time it takes, and says after each what has to be so then. How long it takes
/// is found by letting it live longer and longer.
pub(crate) async fn kill_again_and_again(
    installation: &Installation,
    command: impl Fn() -> Vec<String>,
    after: impl AsyncFn(&[&str], bool),
) {
    let kill = async |looks| {
        let command = command();
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let done = installation.kill_command(&command, looks);
        after(&command, done).await;
        done
    };
    let mut looks = 256;
    while !kill(looks).await {
        looks *= 2;
    }
    for moment in 1..MOMENTS {
        kill(looks / MOMENTS * moment).await;
    }
}

#[tokio::test]
async fn a_backup_that_is_killed_is_whole_or_not_there() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (key, recipient) = key(&installation, folder.path());
        let file = folder.path().join("passport.backup");
        let path = file.display().to_string();
        let order = ["backup", "--to", &path, "--recipient", &recipient].map(str::to_owned).to_vec();
        kill_again_and_again(
            &installation,
            || order.clone(),
            async |_, _| {
                if file.exists() {
                    succeeds(&installation, &["restore", &path, "--key-file", &key, "--dry-run"]);
                    std::fs::remove_file(&file).expect("removed");
                }
            },
        )
        .await;
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        succeeds(&installation, &order);
        let left = std::fs::read_dir(folder.path()).expect("a folder").filter_map(Result::ok);
        let left: Vec<_> =
            left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(left.is_empty(), "what killed ones left is gone: {left:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_is_killed_leaves_the_database_empty_or_unusable_until_it_is_run_again() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (key, recipient) = key(&installation, folder.path());
        let file = folder.path().join("passport.backup").display().to_string();
        succeeds(&installation, &["backup", "--to", &file, "--recipient", &recipient]);
        let beside = Beside::new(&config, folder.path()).await;
        let restored = installation.on(&beside.config);
        let order = ["restore", &file, "--key-file", &key].map(str::to_owned).to_vec();
        let lists = ["accounts", "show", "lihua@example.cn"];
        kill_again_and_again(
            &restored,
            || order.clone(),
            async |order, _| {
                if beside.tables().await > 0 {
                    // SQLite has the whole of it; PostgreSQL that, or a database that says what is missing.
                    let (usable, said) = restored.command(&lists);
                    if !usable {
                        let told = said["errors"][0].as_str().unwrap_or_default();
                        assert!(told.contains("was begun and did not come to its end"), "{said}");
                        assert!(beside.server.is_some(), "an SQLite file is whole: {said}");
                        succeeds(&restored, order);
                        succeeds(&restored, &lists);
                    }
                }
                beside.empty().await;
            },
        )
        .await;
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        succeeds(&restored, &order);
        let process = restored.start();
        assert!(matches!(process.visitor().sign_in().await, SignIn::Acknowledged(_)));
        process.kill();
        beside.remove().await;
    })
    .await;
}
