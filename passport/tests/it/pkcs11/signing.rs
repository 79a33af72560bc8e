//! Signing keys in the token: used, exchanged, destroyed, and missed.

use std::path::Path;

use jsonwebtoken::{Algorithm, decode_header};
use serde_json::Value;

use super::{IN_TOKEN, on_both, text, until, verified};
use crate::support::process::{Installation, SignIn};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candidates_sign_in_by_keys_that_only_the_token_has_and_so_after_a_restart() {
    on_both(|house| async move {
        let holders = house.holders();
        let in_token = holders.iter().filter(|(_, holder)| holder.starts_with("token ")).count();
        let software = holders.iter().filter(|(purpose, _)| purpose.contains("EdDSA")).map(|(_, holder)| &**holder);
        assert_eq!((in_token, house.token.count()), (IN_TOKEN, IN_TOKEN), "{holders:?}");
        assert_eq!(
            software.collect::<Vec<_>>(),
            ["database, sealed by the master key"; 2],
            "nobody asked for it there"
        );
        let findings = house.installation.findings();
        assert!(findings.contains("takes the PIN") && findings.contains("it signs with"), "{findings}");

        let mut process = house.installation.start();
        for (alg, named) in [("ES256", Algorithm::ES256), ("RS256", Algorithm::RS256), ("PS256", Algorithm::PS256)] {
            house.register(alg);
            // A node knows of the change within a second.
            let takes = || async {
                let tokens = house.enter(&process).await;
                decode_header(text(&tokens, "id_token")).expect("a header").alg == named
            };
            until("the client gets that algorithm", takes).await;
            let tokens = house.enter(&process).await;
            let (kid, claims) = verified(&process, text(&tokens, "id_token")).await;
            assert_eq!((kid, &claims["aud"]), (house.kid(alg, "active"), &"cet".into()));
            process.kill();
            process = house.installation.start();
        }
        assert_eq!(house.token.count(), IN_TOKEN, "a restart makes none");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_token_holds_signs_and_does_nothing_else_and_is_never_handed_out() {
    on_both(|house| async move {
        let held = house.token.truths();
        assert_eq!(held.len(), IN_TOKEN);
        for truths in held {
            let is = |name: &&str| truths.iter().any(|truth| truth == *name);
            let wanted = ["CKA_PRIVATE", "CKA_SENSITIVE", "CKA_ALWAYS_SENSITIVE", "CKA_NEVER_EXTRACTABLE", "CKA_SIGN"];
            assert!(wanted.iter().all(is), "{truths:?}");
            let other = ["CKA_EXTRACTABLE", "CKA_DECRYPT", "CKA_UNWRAP", "CKA_DERIVE"];
            assert!(!other.iter().any(is), "{truths:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_compromised_or_retires_is_destroyed_in_the_token_while_others_sign() {
    on_both(|house| async move {
        let process = house.installation.start();
        let stolen = house.kid("ES256", "active");
        let form = [("grant_type", "client_credentials"), ("scope", "reports")];
        let signed = text(&house.token_endpoint(&process, &form).await.1, "access_token").to_owned();
        house.operate(&["keys", "compromise", &stolen]);
        assert_eq!(house.token.count(), IN_TOKEN, "one is destroyed, and one made");
        until("the node refuses what it signed", || async {
            let (_, said) = house.introspect(&process, &signed).await;
            said["active"] == false
        })
        .await;
        let id_token = text(&house.enter(&process).await, "id_token").to_owned();
        assert_eq!(verified(&process, &id_token).await.0, house.kid("ES256", "active"));

        for _ in 0..2 {
            house.age().await;
            let (retires, next) = (house.kid("ES256", "active"), house.kid("ES256", "staged"));
            house.operate(&["keys", "rotate", "--alg", "ES256"]);
            until("the next key signs", || async {
                let tokens = house.enter(&process).await;
                verified(&process, text(&tokens, "id_token")).await.0 == next
            })
            .await;
            assert_eq!(house.kid("ES256", "active"), next);
            assert!(house.keys().iter().any(|key| key["kid"] == *retires && key["state"] == "retiring"));
            // Until no node can sign by it any more, which is a minute later.
            assert!(house.token.count() > IN_TOKEN);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_token_is_away_the_node_is_not_ready_and_answers_503_and_serves_again_when_it_is_back() {
    on_both(|house| async move {
        let process = house.installation.start();
        assert_eq!((house.asks(&process).await, process.status("/readyz", "").await), (200, 200));
        house.token.take_away(true);
        until("it is not ready", || async { process.status("/readyz", "").await == 503 }).await;
        let (status, said) =
            house.token_endpoint(&process, &[("grant_type", "client_credentials"), ("scope", "reports")]).await;
        assert_eq!(status, 503, "{said}");
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };
        assert!(process.is_signed_in(&session).await, "what needs no signature goes on");
        assert_eq!(process.status("/jwks", "").await, 200);
        let findings = house.installation.findings();
        assert!(findings.contains("✗ token: there is no token passport"), "{findings}");

        house.token.take_away(false);
        until("it is ready again", || async { process.status("/readyz", "").await == 200 }).await;
        assert_eq!(house.asks(&process).await, 200);
    })
    .await;
}

/// What `serve` says that does not start, and doctor.
fn refusal(installation: &Installation, exit: i32) -> (Value, String) {
    let (done, said) = installation.command(&["serve"]);
    assert!(!done && said["exit"] == exit, "{said}");
    (said, installation.findings())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_pin_a_missing_module_and_another_token_are_each_told_in_a_sentence() {
    on_both(|house| async move {
        let tells = |what: &str, installation: &Installation, exit: i32| {
            let (said, findings) = refusal(installation, exit);
            assert!(said.to_string().contains(what), "{what}: {said}");
            assert!(findings.contains(what), "{what}: {findings}");
        };
        house.token.set_pin("wrong-one");
        // The unit of systemd does not start it again after that.
        tells("refuses the PIN", &house.installation, 3);
        house.token.right_pin();

        let beside = |name: &str, change: &dyn Fn(&str) -> String| {
            let folder = house.folder.join(name);
            std::fs::create_dir(&folder).expect("a folder");
            let node = house.installation.node_with(&folder, Some(&house.token));
            rewrite(&folder, change);
            node
        };
        let module = beside("module", &|text| text.replace("libsofthsm2.so", "no-such-module.so"));
        tells("no-such-module.so cannot be used", &module, 4);
        let label = beside("label", &|text| text.replace("token = 'passport'", "token = 'nobody'"));
        tells("there is no token nobody", &label, 4);
        house.token.add("other");
        let other = beside("other", &|text| text.replace("token = 'passport'", "token = 'other'"));
        tells("is not in the token", &other, 4);
        let process = house.installation.start();
        assert_eq!(house.asks(&process).await, 200, "with the right one it serves");
    })
    .await;
}

fn rewrite(folder: &Path, change: impl Fn(&str) -> String) {
    let file = folder.join("passport.toml");
    let text = std::fs::read_to_string(&file).expect("settings");
    std::fs::write(&file, change(&text)).expect("settings");
}
