//! Keys in a token, from outside: the program as a process, and SoftHSM as the token.

mod hanging;
mod master;
mod nodes;
mod signing;

use std::path::PathBuf;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use passport::MIGRATIONS;
use serde_json::Value;
use shared::clock::{Clock as _, SystemClock};
use shared::db::{Db, DbConfig, sql};
use shared::testkit;

use crate::support::process::{Installation, Process, SignIn};
use crate::support::signer::{ASSERTION_TYPE, Signer};
use crate::support::site::{OURS, redemption, request};
use crate::support::softhsm::SoftToken;

/// Three algorithms with two keys each.
const IN_TOKEN: usize = 6;

/// A passport with a token, and the client `cet`.
struct House {
    db: DbConfig,
    folder: PathBuf,
    token: SoftToken,
    installation: Installation,
    client: Signer,
}

/// Runs a test for each database; nothing where there is no SoftHSM.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(token) = SoftToken::new(folder.path(), "passport") else { return };
        let installation = Installation::with_token(folder.path(), &db, Some(&token));
        // The folder stays until the test is over, whatever of the house that takes along.
        let path = folder.path().to_owned();
        let house = House { db, folder: path, token, installation, client: Signer::new() };
        house.register("ES256");
        test(house).await;
    })
    .await;
}

impl House {
    /// Registers `cet` with ID tokens of that algorithm.
    fn register(&self, alg: &str) {
        let ours = OURS.replace("'ES256'", &format!("'{alg}'"));
        let keys = format!("{ours}token_endpoint_auth_method = 'private_key_jwt'\n{}", self.client.jwks());
        self.installation.add_client(&self.folder, &keys);
    }

    fn operate(&self, arguments: &[&str]) -> Value {
        let (done, said) = self.installation.command(arguments);
        assert!(done, "{arguments:?}: {said}");
        said
    }

    fn keys(&self) -> Vec<Value> {
        self.operate(&["keys", "list"])["keys"].as_array().expect("keys").clone()
    }

    fn kid(&self, alg: &str, state: &str) -> String {
        let keys = self.keys();
        let found = keys.iter().find(|key| key["alg"] == alg && key["state"] == state).expect("a key");
        found["kid"].as_str().expect("an id").to_owned()
    }

    /// Who holds each signing key, as the operator sees it.
    fn holders(&self) -> Vec<(String, String)> {
        let all = self.operate(&["keys", "list", "--all"]);
        let entries = all["keys"].as_array().expect("keys").iter();
        let text = |entry: &Value, name: &str| entry[name].as_str().expect("a text").to_owned();
        let signing = entries.filter(|entry| text(entry, "purpose").starts_with("signs tokens"));
        signing.map(|entry| (text(entry, "purpose"), text(entry, "holder"))).collect()
    }

    /// The form with what proves that `cet` sends it.
    fn as_client<'f>(&self, form: &[(&'f str, &'f str)], assertion: &'f str) -> Vec<(&'f str, &'f str)> {
        [form, &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]].concat()
    }

    /// What `cet` is answered to that form.
    async fn token_endpoint(&self, process: &Process, form: &[(&str, &str)]) -> (u16, Value) {
        let assertion = self.client.assertion_to(&self.installation.issuer(), SystemClock.now(), "cet", |_| ());
        process.answer("/token", &self.as_client(form, &assertion), ("accept", "application/json")).await
    }

    /// Asks for an access token for the client itself; the status.
    async fn asks(&self, process: &Process) -> u16 {
        self.token_endpoint(process, &[("grant_type", "client_credentials"), ("scope", "reports")]).await.0
    }

    /// Signs the candidate in and redeems the code; the tokens.
    async fn enter(&self, process: &Process) -> Value {
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };
        let sent = process.sent_on("/authorize", &request(), &session).await.expect("they are sent on");
        let code = sent.get("code").unwrap_or_else(|| panic!("no code: {sent:?}"));
        let (status, tokens) = self.token_endpoint(process, &redemption(code)).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn introspect(&self, process: &Process, token: &str) -> (u16, Value) {
        let assertion = self.client.assertion_to(&self.installation.issuer(), SystemClock.now(), "cet", |_| ());
        let form = [("token", token)];
        process.answer("/introspect", &self.as_client(&form, &assertion), ("accept", "application/json")).await
    }

    /// Has every key look as if it had been published for two hours.
    async fn age(&self) {
        let db = Db::connect(&self.db).await.expect("a database");
        let older = sql("UPDATE signing_keys SET state_since = state_since - $1").bind(7_200_000_i64);
        db.execute(older).await.expect("older keys");
        db.close().await;
    }
}

/// The claims of a token that a site verifies by the published keys, and the key's id.
async fn verified(process: &Process, token: &str) -> (String, Value) {
    let set = process.site(None).get(format!("{}/jwks", process.address())).send().await.expect("an answer");
    let set: JwkSet = serde_json::from_slice(&set.bytes().await.expect("a body")).expect("keys");
    let header = decode_header(token).expect("a header");
    let kid = header.kid.expect("an id");
    let key = DecodingKey::from_jwk(set.find(&kid).expect("it is published")).expect("a key");
    let mut validation = Validation::new(header.alg);
    validation.validate_aud = false;
    let claims = decode::<Value>(token, &key, &validation).expect("a good signature").claims;
    (kid, claims)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

/// Asks again and again until it is so.
async fn until<F: Future<Output = bool>>(what: &str, so: impl Fn() -> F) {
    let asking = async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(std::time::Duration::from_secs(60), asking).await.is_ok(), "never: {what}");
}
