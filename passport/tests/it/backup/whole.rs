//! The way of an operator, with the program itself.

use std::path::Path;

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use super::Beside;
use crate::support::process::{Installation, SignIn};

/// Makes a key in that folder; its path and its recipient.
pub(super) fn key(installation: &Installation, folder: &Path) -> (String, String) {
    let path = folder.join("backup.key").display().to_string();
    let (done, said) = installation.command(&["backup", "--make-key", &path]);
    assert!(done, "{said}");
    (path, said["recipient"].as_str().expect("a recipient").to_owned())
}

/// What a command that succeeds says.
pub(super) fn succeeds(installation: &Installation, arguments: &[&str]) -> serde_json::Value {
    let (done, said) = installation.command(arguments);
    assert!(done, "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_it_serves_is_restored_and_people_sign_in_anew() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (key, recipient) = key(&installation, folder.path());
        let process = installation.start();
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };
        let file = folder.path().join("passport.backup").display().to_string();
        let made = succeeds(&installation, &["backup", "--to", &file, "--recipient", &recipient]);
        assert!(process.is_signed_in(&session).await, "it went on serving");
        let names = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a name").file_name());
        let hidden: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(hidden.is_empty(), "nothing is left beside it: {hidden:?}");
        let doctor = installation.findings();
        assert!(doctor.contains("the last backup was made"), "{doctor}");
        let kids = succeeds(&installation, &["keys", "list"]);
        process.kill();

        let beside = Beside::new(&config, folder.path()).await;
        let restored = installation.on(&beside.config);
        succeeds(&restored, &["restore", &file, "--key-file", &key, "--dry-run"]);
        assert_eq!(beside.tables().await, 0, "nothing is restored by looking");
        let said = succeeds(&restored, &["restore", &file, "--key-file", &key]);
        assert_eq!((&said["epoch"], &said["saved"]), (&1.into(), &made["saved"]), "{said}");
        let doctor = restored.findings();
        assert!(doctor.contains("there is no signing key") && doctor.contains("start a passport"), "{doctor}");

        let process = restored.start();
        assert!(!process.is_signed_in(&session).await, "a session of before");
        let SignIn::Acknowledged(anew) = process.visitor().sign_in().await else { panic!("nobody signs in") };
        assert!(process.is_signed_in(&anew).await);
        let now = succeeds(&restored, &["keys", "list"]).to_string();
        let signing = kids["keys"].as_array().expect("keys").iter().filter(|key| key["state"] == "active");
        for kid in signing.map(|key| key["kid"].as_str().expect("an id")) {
            assert!(now.contains(kid), "{kid} is known");
            let still = succeeds(&restored, &["keys", "list"])["keys"].as_array().expect("keys").clone();
            let states: Vec<_> = still.iter().filter(|key| key["kid"] == kid).map(|key| key["state"].clone()).collect();
            assert_eq!(states, ["destroyed"], "{kid}");
        }
        let doctor = restored.findings();
        assert!(doctor.contains("restored from the backup"), "{doctor}");
        process.kill();
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn a_recipient_may_begin_with_a_hyphen() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let file = folder.path().join("passport.backup").display().to_string();
        // One recipient in 64 does.
        let recipient = format!("-{}", "A".repeat(42));
        succeeds(&installation, &["backup", "--to", &file, "--recipient", &recipient]);
    })
    .await;
}

#[tokio::test]
async fn out_of_room_there_is_no_file_that_looks_like_a_backup_and_the_next_one_succeeds() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (_, recipient) = key(&installation, folder.path());
        let out = tempfile::tempdir().expect("a folder");
        let file = out.path().join("passport.backup").display().to_string();
        let order = ["backup", "--to", &file, "--recipient", &recipient];
        for kib in [4, 16, 48] {
            let (done, said) = installation.command_limited(&order, kib);
            assert!(!done && said["errors"].as_array().is_some_and(|errors| errors.len() == 1), "{kib} KiB: {said}");
            let left = std::fs::read_dir(out.path()).expect("a folder").count();
            assert_eq!(left, 0, "{kib} KiB");
        }
        succeeds(&installation, &order);
        let (done, said) = installation.command(&order);
        assert!(!done && said.to_string().contains("exists"), "{said}");
    })
    .await;
}
