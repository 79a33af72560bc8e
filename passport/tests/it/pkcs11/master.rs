//! The master key in the token: changed to and from while the passport serves, and missed.

use jsonwebtoken::jwk::JwkSet;
use shared::db::DbConfig;

use super::{IN_TOKEN, on_both, text, until};
use crate::support::process::{Installation, SignIn};
use crate::support::softhsm::SoftToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_master_key_goes_into_the_token_and_out_of_it_while_the_passport_serves() {
    on_both(|house| async move {
        let (process, file) = (house.installation.start(), house.folder.join("master.key"));
        let before = text(&house.enter(&process).await, "access_token").to_owned();
        for (name, more) in [("in-token.key", &["--in-token"][..]), ("in-file.key", &[])] {
            let next = house.folder.join(name);
            let rewrap = ["keys", "rewrap", "--new-master-key-file", next.to_str().expect("a path"), "--make"];
            house.operate(&[&rewrap[..], more].concat());
            let is_named = std::fs::read_to_string(&next).expect("a file").starts_with("pkcs11:");
            assert_eq!(is_named, !more.is_empty(), "{name}");
            assert_eq!(house.token.count(), IN_TOKEN + 1, "the one that backups of then want stays");
            std::fs::rename(&next, &file).expect("in its place");
            let holder = house.operate(&["keys", "list", "--all"])["keys"][0]["holder"].to_string();
            assert_eq!(holder.starts_with("\"token"), is_named, "{holder}");
            assert!(house.installation.findings().contains("✓ master key"), "{}", house.installation.findings());
            // What is made now is sealed under it, and the running node opens it.
            house.operate(&["keys", "rotate", "--data"]);
            house.operate(&["keys", "compromise", &house.kid("EdDSA", "active")]);
            let follows = || async {
                let set = process.site(None).get(format!("{}/jwks", process.address())).send().await;
                let set: JwkSet =
                    serde_json::from_slice(&set.expect("one").bytes().await.expect("a body")).expect("keys");
                let listed = house.keys();
                let there = listed.iter().filter(|key| key["state"] != "destroyed").count();
                set.keys.len() == there
            };
            until("the node follows", follows).await;
            house.enter(&process).await;
            let (_, said) = house.introspect(&process, &before).await;
            assert_eq!(said["active"], true);
        }
        process.kill();
        let process = house.installation.start();
        house.enter(&process).await;
    })
    .await;
}

#[tokio::test]
async fn an_installation_can_begin_with_a_master_key_in_the_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(token) = SoftToken::new(folder.path(), "passport") else { return };
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    let installation = Installation::unmade(folder.path(), &DbConfig::new(url), Some(&token));
    std::fs::remove_file(folder.path().join("master.key")).expect("removed");
    for command in [&["migrate"][..], &["keys", "init", "--in-token"]] {
        let (done, said) = installation.command(command);
        assert!(done, "{said}");
    }
    assert_eq!(token.count(), IN_TOKEN + 1);
    for truths in token.truths() {
        let is = |name: &&str| truths.iter().any(|truth| truth == *name);
        assert!(["CKA_SENSITIVE", "CKA_NEVER_EXTRACTABLE"].iter().all(is), "{truths:?}");
        assert!(!["CKA_EXTRACTABLE", "CKA_WRAP", "CKA_UNWRAP", "CKA_DERIVE"].iter().any(is), "{truths:?}");
    }
    let findings = installation.findings();
    assert!(findings.contains("is in the token"), "{findings}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_token_that_has_the_master_key_the_passport_says_so_and_serves_on_if_it_runs() {
    on_both(|house| async move {
        let (process, file) = (house.installation.start(), house.folder.join("master.key"));
        let next = house.folder.join("next.key");
        let path = next.to_str().expect("a path");
        house.operate(&["keys", "rewrap", "--new-master-key-file", path, "--make", "--in-token"]);
        std::fs::rename(&next, &file).expect("in its place");
        house.operate(&["keys", "rotate", "--data"]);
        house.enter(&process).await;

        let refused = |installation: &Installation| {
            let (done, said) = installation.command(&["keys", "rotate", "--data"]);
            assert!(!done, "{said}");
            said.to_string()
        };
        house.token.take_away(true);
        until("it is not ready", || async { process.status("/readyz", "").await == 503 }).await;
        let (said, findings) = (refused(&house.installation), house.installation.findings());
        assert!(said.contains("there is no token passport"), "{said}");
        assert!(findings.contains("✗ master key: there is no token passport"), "{findings}");
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };
        assert!(process.is_signed_in(&session).await, "what is opened stays open");
        house.token.take_away(false);
        house.token.set_pin("wrong-one");
        assert!(refused(&house.installation).contains("refuses the PIN"));
        house.token.right_pin();

        let folder = house.folder.join("without");
        std::fs::create_dir(&folder).expect("a folder");
        let without = house.installation.node_with(&folder, None);
        std::fs::copy(&file, folder.join("master.key")).expect("copied");
        assert!(refused(&without).contains("the master key is in a token"), "{}", refused(&without));
        until("it is ready again", || async { process.status("/readyz", "").await == 200 }).await;
        house.enter(&process).await;
    })
    .await;
}
