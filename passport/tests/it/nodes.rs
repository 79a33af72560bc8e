//! What an operator changes, every node obeys soon after, without a restart.

use std::collections::BTreeSet;
use std::time::Duration;

use passport::MIGRATIONS;
use serde_json::Value;
use shared::clock::{Clock as _, SystemClock};
use shared::db::{Db, DbConfig, sql};
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
    running: Vec<(Process, TempDir)>,
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
        Self { installation, addresses, http, folder: own, running }
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

    /// The ids of the keys that the command line lists, of those that are so.
    fn listed(&self, so: impl Fn(&Value) -> bool) -> BTreeSet<String> {
        let (_, listed) = self.installation.command(&["keys", "list"]);
        listed["keys"].as_array().expect("keys").iter().filter(|key| so(key)).map(id).collect()
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
async fn no_node_trusts_or_publishes_a_leaked_key_any_longer_and_every_node_publishes_the_new_one() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let key = Signer::new();
        let nodes = Nodes::start(&db, &signing(&key));
        let issuer = nodes.installation.issuer();
        assert_eq!(nodes.kids(issuer.clone()).await, nodes.listed(|key| key["state"] != "destroyed"));

        let form = [("grant_type", "client_credentials"), ("scope", "reports")];
        let (_, tokens) = nodes.told(format!("{issuer}/token"), &key, &form).await;
        let token = tokens["access_token"].as_str().expect("a token");
        let form = [("token", token)];
        let asked = |at| {
            let (nodes, key, form) = (&nodes, &key, &form);
            async move { nodes.told(format!("{at}/introspect"), key, form).await.1["active"] == true }
        };
        nodes.until("the token counts", asked, |active| *active).await;
        let leaked = nodes.listed(|key| key["state"] == "active" && key["alg"] == "ES256");
        nodes.operate(&["keys", "compromise", leaked.first().expect("a key")]);
        nodes.until("the token counts no more", asked, |active| !active).await;
        let known = nodes.listed(|key| key["state"] != "destroyed");
        assert!(known.is_disjoint(&leaked), "{known:?}");
        nodes.until("the new keys are published", |at| nodes.kids(at), |kids| *kids == known).await;
    })
    .await;
}

/// Has every staged key look as if it had been published for two hours.
async fn age(db: &Db) {
    let two_hours = 7_200_000_i64;
    let older = sql("UPDATE signing_keys SET state_since = state_since - $1").bind(two_hours);
    db.execute(older).await.expect("older keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_killed_holds_a_rotation_up_until_its_lease_is_over_and_no_longer() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        // SQLite's file is for one server.
        if config.url.starts_with("sqlite:") {
            return;
        }
        let mut nodes = Nodes::start(&config, OURS);
        let db = Db::connect(&config).await.expect("a database");
        age(&db).await;
        let (node, _folder) = nodes.running.pop().expect("a node");
        let address = nodes.addresses.pop().expect("its address");
        node.kill();
        // Until then the others count with it; it has followed so far, and knows the key that signs now.
        let (_, listed) = nodes.installation.command(&["keys", "list"]);
        let leases = listed["nodes"].as_array().expect("nodes").iter();
        let lease = leases.clone().find(|node| address.ends_with(node["name"].as_str().expect("a name")));
        let lease = lease.expect("its lease")["lease_until"].as_str().expect("a time").to_owned();
        nodes.operate(&["keys", "rotate", "--alg", "ES256"]);
        age(&db).await;
        // The next one was made after its death.
        let next = nodes.listed(|key| key["state"] == "staged" && key["alg"] == "ES256");
        nodes.operate(&["keys", "rotate", "--alg", "ES256"]);
        let asked = &nodes;
        let signs = |_| async move { asked.listed(|key| key["state"] == "active" && key["alg"] == "ES256") };
        nodes.until("the next key signs", signs, |active| *active == next).await;
        let (_, listed) = nodes.installation.command(&["keys", "list"]);
        let keys = listed["keys"].as_array().expect("keys");
        let active = keys.iter().find(|key| next.contains(&id(key))).expect("the key");
        assert!(active["activated"].as_str() >= Some(lease.as_str()), "{active} before {lease}");
        db.close().await;
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
