//! Changing what seals everything else, as an operator does it: under a passport that serves, and killed at any moment.

use std::path::{Path, PathBuf};

use futures_util::FutureExt as _;
use passport::MIGRATIONS;
use passport::keys::MasterKey;
use passport::web::KeyUse;
use shared::db::{Db, DbConfig, DbError, sql};
use shared::entropy::SystemEntropy;
use shared::secret::SecretString;
use shared::testkit;

use crate::support::Passport;
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
        // With it the node has followed the other changes too, and holds none of them up.
        let (done, said) = installation.command(&["keys", "reseal"]);
        assert!(done && said["waits_until"].is_string(), "{said}");
        let (done, said) = installation.command(&["keys", "rehash"]);
        assert!(done && said["state"] == "settled", "{said}");
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

/// Kills a command at moments spread over the time it takes; after each it has to be as `settle` says. How long it takes
/// is found by letting it live longer and longer.
async fn kill_again_and_again(installation: &Installation, command: &[&str], settle: impl AsyncFn()) {
    let mut looks = 256;
    while !installation.kill_command(command, looks) {
        settle().await;
        looks *= 2;
    }
    for moment in 1..MOMENTS {
        installation.kill_command(command, looks / MOMENTS * moment);
        settle().await;
    }
    let (done, said) = installation.command(command);
    assert!(done, "{said}");
    settle().await;
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
        kill_again_and_again(&installation, &rewrap, async || {
            // One of the two opens every key, and a refusal of the one before names the other.
            let (done, said) = installation.command(&opens);
            if !done {
                assert!(said.to_string().contains(&format!("under master key {}", id_of(&next))), "{said}");
                std::fs::rename(&next, &path).expect("put in its place");
                let (done, said) = installation.command(&opens);
                assert!(done, "{said}");
            }
        })
        .await;
        assert_ne!(placed(folder.path()).1, old);
    })
    .await;
}

/// Gives every account a document, as a passport with that master key does. How many there are; each of them opens, and is
/// found by what such a passport looks for.
async fn documents(config: &DbConfig, put: bool) -> usize {
    let db = Db::connect(config).await.expect("a database");
    let passport = Passport::start(db.clone(), "").await;
    let keys = passport.app.keys.clone();
    let count = db.write::<_, DbError, _>(move |tx| {
        let keys = keys.clone();
        async move {
            if put {
                for (n, row) in sql("SELECT id FROM accounts").fetch_all(tx).await?.iter().enumerate() {
                    let number = format!("E{n:08}");
                    sql("INSERT INTO identities (account_id, kind, number_sealed, number_mac, created_at) \
                         VALUES ($1, 'passport', $2, $3, 1)")
                    .bind(row.get::<String>("id")?)
                    .bind(keys.seal("id-document", number.as_bytes(), b""))
                    .bind(keys.mac("id-document", format!("passport:{number}").as_bytes()))
                    .execute(tx)
                    .await?;
                }
            }
            let rows = sql("SELECT number_sealed, number_mac, number_mac_next FROM identities").fetch_all(tx).await?;
            for row in &rows {
                let sealed: Vec<u8> = row.get("number_sealed")?;
                let opened = keys.open("id-document", &sealed, b"").expect("a key that opens it");
                let hashes = keys.hashes("id-document", &[b"passport:", opened.as_slice()].concat());
                let (present, next): (Vec<u8>, Option<Vec<u8>>) = (row.get("number_mac")?, row.get("number_mac_next")?);
                let found = |held: &Vec<u8>| *held == hashes.written || *held == hashes.other;
                assert!(found(&present) || next.as_ref().is_some_and(found), "{}", String::from_utf8_lossy(&opened));
            }
            Ok(rows.len())
        }
        .boxed()
    });
    let count = count.await.expect("documents");
    db.close().await;
    count
}

/// A passport, and 251 accounts with documents.
async fn with_documents(folder: &Path, config: &DbConfig) -> (Installation, usize) {
    let installation = Installation::new(folder, config);
    let password = folder.join("password");
    let many = ["accounts", "add", "--login", "c", "--count", "250", "--password-file", &text(&password)];
    let (done, said) = installation.command(&many);
    assert!(done, "{said}");
    let people = documents(config, true).await;
    assert_eq!(people, 251);
    (installation, people)
}

#[tokio::test]
async fn a_change_of_the_key_of_hashes_is_killed_and_taken_up_and_every_document_is_found() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, people) = with_documents(folder.path(), &config).await;
        kill_again_and_again(&installation, &["keys", "rehash"], async || {
            assert_eq!(documents(&config, false).await, people);
        })
        .await;
        let (_, said) = installation.command(&["keys", "rehash", "--dry-run"]);
        assert_eq!(said["state"], "settled", "{said}");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_keys_that_seal_is_killed_and_taken_up_and_nothing_is_lost() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, people) = with_documents(folder.path(), &config).await;
        kill_again_and_again(&installation, &["keys", "reseal"], async || {
            assert_eq!(documents(&config, false).await, people);
            // There is something to do again.
            let (done, said) = installation.command(&["keys", "rotate", "--data"]);
            assert!(done, "{said}");
        })
        .await;
        let (_, said) = installation.command(&["keys", "reseal", "--dry-run"]);
        assert_eq!(said["rows"]["identities.number_sealed"], people, "{said}");
        let (done, said) = installation.command(&["keys", "reseal"]);
        assert!(done && said["rows"]["identities.number_sealed"] == people, "{said}");
        assert!(said["finished"] == false && said["waits_until"].is_string(), "{said}");
        let (_, said) = installation.command(&["keys", "reseal", "--dry-run"]);
        assert_eq!(said["rows"]["identities.number_sealed"], 0, "{said}");
        assert_eq!(documents(&config, false).await, people);
    })
    .await;
}

#[tokio::test]
async fn every_key_and_secret_is_listed_with_its_holder_and_what_changes_it_and_none_is_shown() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::taking_certificates(folder.path(), &config);
        let (path, master) = placed(folder.path());
        let (_, signing) = installation.command(&["keys", "list"]);
        for command in [&["keys", "reseal"][..], &["keys", "rehash"]] {
            let (done, said) = installation.command(command);
            assert!(done, "{said}");
        }
        // It opens nothing, so it works when nothing else does.
        std::fs::remove_file(&path).expect("lost");
        let (done, said) = installation.command(&["keys", "list", "--all"]);
        assert!(done, "{said}");
        assert!(!said.to_string().contains("0707"), "{said}");
        let listed = said["keys"].as_array().expect("keys");
        let entry = |name: &str| {
            let found = listed.iter().find(|entry| entry["key"] == name);
            found.unwrap_or_else(|| panic!("{name} is not in {said}"))
        };
        for used in KeyUse::ALL {
            assert!(entry(used.as_str())["holder"].as_str().expect("a holder").starts_with("derived from data:"));
        }
        for key in signing["keys"].as_array().expect("keys") {
            let entry = entry(key["kid"].as_str().expect("an id"));
            assert_eq!(entry["at"], key["next"]["at"]);
        }
        assert!(entry(&master)["holder"].as_str().expect("a holder").contains(&text(&path)));
        assert!(entry("server.tls_cert")["at"].is_string());
        for (key, purpose) in
            [("data:1", "opens what it"), ("data:3", "seals"), ("data:2", "hashes"), ("data:4", "finds")]
        {
            assert!(entry(key)["purpose"].as_str().expect("a purpose").contains(purpose), "{key}: {said}");
        }
        for entry in listed {
            for fact in ["purpose", "holder", "changed_by"] {
                assert!(entry[fact].as_str().is_some_and(|text| !text.is_empty()), "{fact} of {entry}");
            }
        }
    })
    .await;
}
