//! Changing what seals everything else, as an operator does it: under a passport that serves, and killed at any moment.

use std::path::{Path, PathBuf};

use passport::MIGRATIONS;
use passport::keys::MasterKey;
use shared::db::DbConfig;
use shared::entropy::SystemEntropy;
use shared::secret::SecretString;
use shared::testkit;

use crate::support::process::{Installation, SignIn};

/// At how many moments of its life a command is killed, once it is known how long that is.
const MOMENTS: u32 = 24;

/// Where a passport under test looks for its master key, and the id of the key there.
fn placed(folder: &Path) -> (PathBuf, String) {
    let path = folder.join("master.key");
    let id = id_of(&path);
    (path, id)
}

fn id_of(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a key file");
    MasterKey::parse(&SecretString::new(text)).expect("a key").id().to_owned()
}

/// The one sentence in which a command refuses.
fn refusal(installation: &Installation, arguments: &[&str]) -> String {
    let (done, said) = installation.command(arguments);
    assert!(!done, "{said}");
    let errors = said["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{said}");
    errors[0].as_str().expect("a sentence").to_owned()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_master_key_is_changed_under_a_passport_that_serves_and_only_the_new_one_starts_another() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (path, old) = placed(folder.path());
        let process = installation.start();
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };

        let next = folder.path().join("next.key");
        let rewrap = ["keys", "rewrap", "--new-master-key-file", &text(&next), "--make"];
        let (done, said) = installation.command(&rewrap);
        assert!(done && said["changed_from"] == old.as_str() && said["keys"] == 10, "{said}");
        let new = id_of(&next);
        assert_eq!(said["master_key"], new.as_str());
        let (done, said) = installation.command(&rewrap);
        assert!(done && said["changed_from"].is_null(), "{said}");

        assert!(process.is_signed_in(&session).await);
        assert!(matches!(process.visitor().sign_in().await, SignIn::Acknowledged(_)));
        for command in [&["serve"][..], &["keys", "rotate"]] {
            let refused = refusal(&installation, command);
            assert!(refused.contains(&format!("under master key {new}")), "{refused}");
            assert!(refused.contains(&format!("given is {old}, which it was changed from on")), "{refused}");
        }
        std::fs::rename(&next, &path).expect("put in its place");
        let (done, said) = installation.command(&["keys", "rotate", "--data"]);
        assert!(done, "{said}");
        assert!(process.is_signed_in(&session).await);
        assert!(matches!(process.visitor().sign_in().await, SignIn::Acknowledged(_)));
        process.kill();
        let process = installation.start();
        assert!(process.is_signed_in(&session).await);
    })
    .await;
}

#[tokio::test]
async fn a_master_key_that_is_missing_or_of_another_installation_is_told_by_its_name_and_none_is_made() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (path, right) = placed(folder.path());
        let wanted = format!("under master key {right}");

        std::fs::remove_file(&path).expect("lost");
        for command in [&["serve"][..], &["keys", "init"], &["keys", "rotate"]] {
            let refused = refusal(&installation, command);
            assert!(refused.contains(&text(&path)) && refused.contains(&wanted), "{refused}");
            assert!(!path.exists(), "{command:?}");
        }
        let stranger = MasterKey::create(&path, &SystemEntropy::new()).expect("another key");
        for command in [&["serve"][..], &["keys", "init"], &["keys", "rewrap", "--new-master-key-file", &text(&path)]] {
            let refused = refusal(&installation, command);
            assert!(refused.contains(&wanted), "{refused}");
            let whose = format!("given is {}, which is of another installation", stranger.id());
            assert!(refused.contains(&whose), "{refused}");
        }
        std::fs::write(&path, "not a key").expect("a file");
        let refused = refusal(&installation, &["serve"]);
        assert!(refused.contains("must be 32 bytes") && refused.contains(&wanted), "{refused}");
    })
    .await;
}

/// Kills a command at moments spread over the time it takes, until none is left; after each it has to be as `settle` says.
/// How long it takes is found by letting it live longer and longer.
fn kill_again_and_again(installation: &Installation, command: &[&str], settle: impl Fn()) {
    let mut looks = 256;
    while !installation.kill_command(command, looks) {
        settle();
        looks *= 2;
    }
    for moment in 1..MOMENTS {
        installation.kill_command(command, looks / MOMENTS * moment);
        settle();
    }
    let (done, said) = installation.command(command);
    assert!(done, "{said}");
    settle();
}

#[tokio::test]
async fn a_change_of_the_master_key_that_is_killed_has_done_all_or_nothing() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let (path, old) = placed(folder.path());
        let next = folder.path().join("next.key");
        let rewrap = ["keys", "rewrap", "--new-master-key-file", &text(&next), "--make"];
        let opens = ["keys", "rotate", "--dry-run"];
        kill_again_and_again(&installation, &rewrap, || {
            // One of the two opens every key, and a refusal of the one before names the other.
            let (done, said) = installation.command(&opens);
            if !done {
                assert!(said.to_string().contains(&format!("under master key {}", id_of(&next))), "{said}");
                std::fs::rename(&next, &path).expect("put in its place");
                let (done, said) = installation.command(&opens);
                assert!(done, "{said}");
            }
        });
        assert_ne!(placed(folder.path()).1, old);
    })
    .await;
}
