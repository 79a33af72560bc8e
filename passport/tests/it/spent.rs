//! What was spent stays spent: on every node, and after a crash.

use std::path::Path;

use futures_util::future::join_all;
use passport::MIGRATIONS;
use shared::clock::{Clock as _, SystemClock};
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::{Installation, Process};
use crate::support::signer::{ASSERTION_TYPE, Signer};
use crate::support::site::OURS;

/// One of our sites, with a key in place of a secret.
fn install(folder: &Path, db: &DbConfig, key: &Signer) -> Installation {
    let installation = Installation::new(folder, db);
    let metadata = format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
    installation.add_client(folder, &metadata);
    installation
}

/// A token request with both kinds of tokens that count once.
struct TokenRequest {
    assertion: String,
    proof: String,
}

impl TokenRequest {
    fn new(issuer: &str, key: &Signer) -> Self {
        let now = SystemClock.now();
        let address = format!("{issuer}/token");
        Self {
            assertion: key.assertion_to(issuer, now, "cet", |_| ()),
            proof: Signer::new().proof_to(("POST", &address), now, |_| ()),
        }
    }

    async fn send(&self, to: &Process) -> u16 {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &self.assertion),
        ];
        to.post("/token", &form, ("dpop", &self.proof)).await
    }

    /// The same with another assertion, or with another proof.
    fn renewed(&self, issuer: &str, key: &Signer) -> [Self; 2] {
        let (one, other) = (Self::new(issuer, key), Self::new(issuer, key));
        [
            Self { assertion: one.assertion, proof: self.proof.clone() },
            Self { assertion: self.assertion.clone(), proof: other.proof },
        ]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_uses_on_two_nodes_one_succeeds() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        if db.url.starts_with("sqlite:") {
            // One file is for one process.
            return;
        }
        let (first_folder, second_folder) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let key = Signer::new();
        let installation = install(first_folder.path(), &db, &key);
        let first = installation.start();
        let second = installation.node(second_folder.path()).start();
        let request = TokenRequest::new(&installation.issuer(), &key);
        let tries = (0..50).map(|n| request.send(if n % 2 == 0 { &first } else { &second }));
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        for renewed in request.renewed(&installation.issuer(), &key) {
            assert_ne!(renewed.send(&second).await, 200, "each of the two is spent");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_spent_before_a_crash_is_refused_after_it() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Signer::new();
        let installation = install(folder.path(), &db, &key);
        let process = installation.start();
        let request = TokenRequest::new(&installation.issuer(), &key);
        assert_eq!(request.send(&process).await, 200);
        process.kill();
        let process = installation.start();
        assert_eq!(request.send(&process).await, 401);
        let [new_assertion, new_proof] = request.renewed(&installation.issuer(), &key);
        assert_eq!(new_assertion.send(&process).await, 400);
        assert_eq!(new_proof.send(&process).await, 401);
        assert_eq!(TokenRequest::new(&installation.issuer(), &key).send(&process).await, 200);
    })
    .await;
}
