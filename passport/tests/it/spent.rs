//! What was spent stays spent: on every node, and after a crash. Each kind of value that counts once is tried alone: in a
//! request with two of them one would hide what the other lets through.

use std::collections::HashSet;
use std::path::Path;

use futures_util::future::join_all;
use passport::MIGRATIONS;
use serde_json::Value;
use shared::clock::{Clock as _, SystemClock};
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::{Installation, Process, SignIn};
use crate::support::signer::{ASSERTION_TYPE, Signer, asserted};
use crate::support::site::{OURS, Pairs, redemption, refreshing, request};

/// What counts once.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Code,
    RefreshToken,
    PushedRequest,
    ClientAssertion,
    DpopProof,
}

const KINDS: [Kind; 5] = [Kind::Code, Kind::RefreshToken, Kind::PushedRequest, Kind::ClientAssertion, Kind::DpopProof];

const CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// One of our sites, with a key in place of a secret, and the session of somebody who uses it.
struct Site {
    installation: Installation,
    key: Signer,
    session: String,
}

impl Site {
    /// The site, and the passport that it talks to.
    async fn open(folder: &Path, db: &DbConfig) -> (Self, Process) {
        let (installation, key) = (Installation::new(folder, db), Signer::new());
        let metadata = format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
        installation.add_client(folder, &metadata);
        let process = installation.start();
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("nobody is signed in") };
        (Self { installation, key, session }, process)
    }

    fn assertion(&self) -> String {
        self.key.assertion_to(&self.installation.issuer(), SystemClock.now(), "cet", |_| ())
    }

    fn proof(&self) -> String {
        let address = format!("{}/token", self.installation.issuer());
        Signer::new().proof_to(("POST", &address), SystemClock.now(), |_| ())
    }

    /// The answer to a form, sent with an assertion of its own.
    async fn ask(&self, to: &Process, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        to.answer(path, &asserted(pairs.to_vec(), &self.assertion()), ("accept", "*/*")).await
    }

    /// A code for that request, unless it gets none.
    async fn code(&self, from: &Process, pairs: &[(&str, &str)]) -> Option<String> {
        from.sent_on("/authorize", pairs, &self.session).await?.remove("code")
    }

    /// An unspent value of that kind.
    async fn value(&self, kind: Kind, from: &Process) -> String {
        let text = |(status, answer): (u16, Value), name: &str| {
            let text = answer[name].as_str().map(str::to_owned);
            text.unwrap_or_else(|| panic!("{kind:?}: {status} {answer}"))
        };
        match kind {
            Kind::Code => self.code(from, &request()).await.expect("a code"),
            Kind::RefreshToken => {
                let code = self.code(from, &request()).await.expect("a code");
                text(self.ask(from, "/token", &redemption(&code)).await, "refresh_token")
            }
            Kind::PushedRequest => text(self.ask(from, "/par", &request()).await, "request_uri"),
            Kind::ClientAssertion => self.assertion(),
            Kind::DpopProof => self.proof(),
        }
    }

    /// What somebody gets for the value: what no other use of it may give.
    async fn spend(&self, kind: Kind, value: &str, at: &Process) -> Option<String> {
        let (asked, gain): (Pairs<'_>, _) = match kind {
            Kind::PushedRequest => return self.code(at, &[("client_id", "cet"), ("request_uri", value)]).await,
            Kind::Code => (redemption(value), "access_token"),
            // Who sends it twice at once is given the one successor twice.
            Kind::RefreshToken => (refreshing(value), "refresh_token"),
            Kind::ClientAssertion | Kind::DpopProof => (CREDENTIALS.to_vec(), "access_token"),
        };
        let (_, answer) = match kind {
            Kind::ClientAssertion => at.answer("/token", &asserted(asked, value), ("accept", "*/*")).await,
            Kind::DpopProof => at.answer("/token", &asserted(asked, &self.assertion()), ("dpop", value)).await,
            _ => self.ask(at, "/token", &asked).await,
        };
        answer[gain].as_str().map(str::to_owned)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_uses_on_two_nodes_one_succeeds() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        if db.url.starts_with("sqlite:") {
            // One file is for one process.
            return;
        }
        let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (site, first) = Site::open(folder.path(), &db).await;
        let second = site.installation.node(other.path()).start();
        for kind in KINDS {
            let value = site.value(kind, &first).await;
            let tries = (0..50).map(|n| site.spend(kind, &value, if n % 2 == 0 { &first } else { &second }));
            let gains: HashSet<_> = join_all(tries).await.into_iter().flatten().collect();
            assert_eq!(gains.len(), 1, "{kind:?}: {gains:?}");
            for node in [&first, &second] {
                let late = site.spend(kind, &value, node).await;
                assert!(late.is_none_or(|gain| gains.contains(&gain)), "{kind:?} is spent");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_spent_before_a_crash_is_refused_after_it() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (site, mut process) = Site::open(folder.path(), &db).await;
        let mut spent = Vec::new();
        for kind in KINDS {
            let value = site.value(kind, &process).await;
            let gain = site.spend(kind, &value, &process).await.expect("a gain");
            spent.push((kind, value, gain));
        }
        process.kill();
        process = site.installation.start();
        for (kind, value, gain) in spent {
            let late = site.spend(kind, &value, &process).await;
            assert!(late.is_none_or(|late| late == gain), "{kind:?} gives something again");
            let fresh = site.value(kind, &process).await;
            assert!(site.spend(kind, &fresh, &process).await.is_some(), "a new {kind:?} counts");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_together_is_spent_by_itself_as_well_after_a_crash() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (site, process) = Site::open(folder.path(), &db).await;
        let (assertion, proof) = (site.assertion(), site.proof());
        let form = [CREDENTIALS[0], ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
        assert_eq!(process.post("/token", &form, ("dpop", &proof)).await, 200);
        process.kill();
        let process = site.installation.start();
        assert_eq!(process.post("/token", &form, ("dpop", &proof)).await, 401);
        assert_eq!(site.spend(Kind::ClientAssertion, &assertion, &process).await, None);
        assert_eq!(site.spend(Kind::DpopProof, &proof, &process).await, None);
    })
    .await;
}
