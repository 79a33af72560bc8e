//! What an operator changes, every node obeys soon after, without a restart.

use std::collections::BTreeSet;
use std::time::Duration;

use passport::MIGRATIONS;
use serde_json::Value;
use shared::clock::{Clock as _, SystemClock};
use shared::db::DbConfig;
use shared::testkit;
use tempfile::TempDir;

use crate::support::process::{Installation, Process};
use crate::support::signer::{ASSERTION_TYPE, Signer};
use crate::support::site::{OURS, encoded, request, with};

/// How long a node is asked again and again before it counts as one that does not obey. Not what is promised: a busy
/// machine may take longer than a second for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Running nodes of one passport, and the operator's command line.
struct Nodes {
    installation: Installation,
    /// The address of each.
    addresses: Vec<String>,
    http: reqwest::Client,
    folder: TempDir,
    _running: Vec<(Process, TempDir)>,
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

impl Nodes {
    /// Two on PostgreSQL; on SQLite, whose file is for one server, one beside the command line.
    fn start(db: &DbConfig, client: &str) -> Self {
        let own = folder();
        let installation = Installation::new(own.path(), db);
        installation.add_client(own.path(), client);
        let mut addresses = vec![installation.issuer()];
        let first = installation.start();
        let http = first.site(None);
        let mut running = vec![(first, folder())];
        if !db.url.starts_with("sqlite:") {
            let beside = folder();
            let node = installation.node(beside.path());
            addresses.push(node.issuer());
            running.push((node.start(), beside));
        }
        Self { installation, addresses, http, folder: own, _running: running }
    }

    /// Has the operator run a command.
    fn operate(&self, arguments: &[&str]) {
        let (done, said) = self.installation.command(arguments);
        assert!(done, "{arguments:?}: {said}");
    }

    /// Asks every node until it answers so.
    async fn until<T, F>(&self, what: &str, ask: impl Fn(String) -> F, so: impl Fn(&T) -> bool)
    where
        T: std::fmt::Debug,
        F: Future<Output = T>,
    {
        for address in &self.addresses {
            let asking = async { while !so(&ask(address.clone()).await) {} };
            let obeyed = tokio::time::timeout(PATIENCE, asking).await.is_ok();
            assert!(obeyed, "{address}: {what}; it answers {:?}", ask(address.clone()).await);
        }
    }

    /// The ids of the published keys.
    async fn kids(&self, address: String) -> BTreeSet<String> {
        let answer = self.http.get(format!("{address}/jwks")).send().await.expect("an answer");
        let jwks: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
        let keys = jwks["keys"].as_array().expect("keys");
        keys.iter().map(id).collect()
    }

    /// What the client `cet`, which signs with that key, is told to a form.
    async fn told(&self, url: String, key: &Signer, form: &[(&str, &str)]) -> (u16, Value) {
        let assertion = key.assertion_to(&self.installation.issuer(), SystemClock.now(), "cet", |_| ());
        let own = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
        let sent = self.http.post(url).form(&[form, &own].concat()).send().await.expect("an answer");
        let status = sent.status().as_u16();
        (status, serde_json::from_slice(&sent.bytes().await.expect("a body")).unwrap_or_default())
    }

    /// Where an authorization request with that redirect URI leads, if it leads anywhere.
    async fn led(&self, address: String, redirect_uri: &str) -> Option<String> {
        let query = encoded(&with(with(request(), "prompt", "none"), "redirect_uri", redirect_uri));
        let answer = self.http.get(format!("{address}/authorize?{query}")).send().await.expect("an answer");
        answer.headers().get("location").map(|way| way.to_str().expect("ASCII").to_owned())
    }
}

/// The id of a key.
fn id(key: &Value) -> String {
    key["kid"].as_str().expect("an id").to_owned()
}

fn signing(key: &Signer) -> String {
    format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_publishes_a_new_key_and_no_longer_trusts_a_leaked_one() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let key = Signer::new();
        let nodes = Nodes::start(&db, &signing(&key));
        let issuer = nodes.installation.issuer();
        let before = nodes.kids(issuer.clone()).await;
        nodes.operate(&["keys", "rotate"]);
        let (_, listed) = nodes.installation.command(&["keys", "list"]);
        let known: BTreeSet<String> = listed.as_array().expect("keys").iter().map(id).collect();
        assert!(known.is_superset(&before) && known.len() > before.len(), "{listed}");
        nodes.until("the new keys are published", |at| nodes.kids(at), |kids| *kids == known).await;

        let form = [("grant_type", "client_credentials"), ("scope", "reports")];
        let (_, tokens) = nodes.told(format!("{issuer}/token"), &key, &form).await;
        let token = tokens["access_token"].as_str().expect("a token");
        let form = [("token", token)];
        let asked = |at| {
            let (nodes, key, form) = (&nodes, &key, &form);
            async move { nodes.told(format!("{at}/introspect"), key, form).await.1["active"] == true }
        };
        nodes.until("the token counts", asked, |active| *active).await;
        nodes.operate(&["keys", "rotate", "--now"]);
        nodes.until("the token counts no more", asked, |active| !active).await;
        nodes.until("no old key is published", |at| nodes.kids(at), |kids| kids.is_disjoint(&before)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_obeys_what_a_client_was_changed_to() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let (old, new) = (Signer::new(), Signer::new());
        let nodes = Nodes::start(&db, &signing(&old));
        let form = [("grant_type", "client_credentials")];
        let asks = async |at: String, key: &Signer| nodes.told(format!("{at}/token"), key, &form).await.0;
        // Each has read the client before it changes.
        nodes.until("the first address counts", |at| nodes.led(at, "https://cet.test/cb"), Option::is_some).await;
        nodes.until("the first key counts", |at| asks(at, &old), |status| *status == 200).await;

        let changed = signing(&new).replace("https://cet.test/cb", "https://cet.test/other");
        nodes.installation.add_client(nodes.folder.path(), &changed);
        nodes.until("the new address counts", |at| nodes.led(at, "https://cet.test/other"), Option::is_some).await;
        nodes.until("the old one does not", |at| nodes.led(at, "https://cet.test/cb"), Option::is_none).await;
        nodes.until("the new key counts", |at| asks(at, &new), |status| *status == 200).await;
        nodes.until("the old one does not", |at| asks(at, &old), |status| *status == 401).await;

        nodes.operate(&["clients", "remove", "cet"]);
        nodes.until("the client is gone", |at| nodes.led(at, "https://cet.test/other"), Option::is_none).await;
        nodes.until("it gets no tokens", |at| asks(at, &new), |status| *status == 401).await;
    })
    .await;
}
