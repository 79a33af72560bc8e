//! Certificates that are exchanged while the passport serves: its own, on both listeners, and the authorities of clients'.

use std::path::{Path, PathBuf};

use passport::MIGRATIONS;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::{Installation, Process};
use crate::support::site::OURS;

const KEPT: &str = "the certificate in use stays";
const TAKEN: &str = "certificate taken up again";

/// The client `cet`, which any authority that counts may vouch for.
const CLIENT: &str = "token_endpoint_auth_method = 'tls_client_auth'\ntls_client_auth_san_dns = 'cet.test'\n";

/// An authority, and what a client shows that it vouches for: certificate and key as PEM.
struct Authority {
    pem: String,
    client: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let (issuer, own) = (Issuer::new(params, key), KeyPair::generate().expect("a key"));
        let client = CertificateParams::new(vec!["cet.test".to_owned()]).expect("parameters");
        let client = client.signed_by(&own, &issuer).expect("a certificate");
        Self { pem, client: format!("{}{}", client.pem(), own.serialize_pem()) }
    }
}

/// A certificate of the passport until the beginning of that year, and its key.
fn own(until: i32) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().expect("a key");
    (params.self_signed(&key).expect("a certificate"), key)
}

/// The files of a passport.
struct Files(PathBuf);

impl Files {
    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    /// Puts a certificate in place; what trusts it and nothing else.
    fn put_own(&self, (cert, key): &(rcgen::Certificate, KeyPair)) -> reqwest::Certificate {
        self.put("cert.pem", &cert.pem());
        self.put("key.pem", &key.serialize_pem());
        reqwest::Certificate::from_der(cert.der()).expect("a certificate")
    }
}

/// Somebody who trusts one certificate of the passport and shows that one; connections are kept.
fn caller(trusted: &reqwest::Certificate, shown: &Authority) -> reqwest::Client {
    let identity = reqwest::Identity::from_pem(shown.client.as_bytes()).expect("an identity");
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([trusted.clone()]);
    builder.identity(identity).build().expect("a client")
}

/// The statuses of the main listener and of the one that takes certificates; none where there is no connection.
async fn asked(by: &reqwest::Client, (main, beside): (&str, &str)) -> [Option<u16>; 2] {
    let page = by.get(format!("{main}/jwks")).send().await;
    let form = [("grant_type", "client_credentials"), ("client_id", "cet")];
    let token = by.post(beside).form(&form).send().await;
    [page, token].map(|answer| answer.ok().map(|answer| answer.status().as_u16()))
}

/// Tells the passport to look, and waits until each listener has said so.
async fn hung_up(process: &Process, words: &[&str]) {
    process.hang_up();
    for words in words {
        process.says(words).await;
    }
}

async fn token_endpoint(by: &reqwest::Client, issuer: &str) -> String {
    let answer = by.get(format!("{issuer}/.well-known/openid-configuration")).send().await.expect("an answer");
    let metadata = answer.bytes().await.expect("a body");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("metadata");
    metadata["mtls_endpoint_aliases"]["token_endpoint"].as_str().expect("an address").to_owned()
}

fn start(folder: &Path, db: &DbConfig, authority: &Authority) -> (Process, String, Files) {
    let files = Files(folder.to_owned());
    files.put("ca.pem", &authority.pem);
    let more = format!("ca_file = '{}'\n", folder.join("ca.pem").display());
    let installation = Installation::taking_certificates_of(folder, db, &more);
    installation.add_client(folder, &format!("{OURS}{CLIENT}"));
    (installation.start(), installation.issuer(), files)
}

fn first_certificate(folder: &Path) -> reqwest::Certificate {
    reqwest::Certificate::from_pem(&std::fs::read(folder.join("cert.pem")).expect("a file")).expect("a certificate")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_seen_by_new_connections_and_open_ones_go_on() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (Authority::new(), Authority::new());
        let (process, issuer, files) = start(folder.path(), &db, &first);
        let old = first_certificate(folder.path());
        let open = caller(&old, &first);
        let beside = token_endpoint(&open, &issuer).await;
        let at = (issuer.as_str(), beside.as_str());
        assert_eq!(asked(&open, at).await, [Some(200), Some(200)]);

        let new = files.put_own(&own(2100));
        files.put("ca.pem", &format!("{}{}", first.pem, second.pem));
        hung_up(&process, &[TAKEN, TAKEN]).await;
        // It trusts the old certificate alone: what it is answered, it is answered on its open connections.
        assert_eq!(asked(&open, at).await, [Some(200), Some(200)]);
        assert_eq!(asked(&caller(&old, &first), at).await, [None, None]);
        assert_eq!(asked(&caller(&new, &first), at).await, [Some(200), Some(200)]);
        assert_eq!(asked(&caller(&new, &second), at).await, [Some(200), Some(200)], "another authority");
        process.kill();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_was_taken_out_vouches_for_nobody_on_open_connections_either() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (Authority::new(), Authority::new());
        let (process, issuer, files) = start(folder.path(), &db, &first);
        let trusted = first_certificate(folder.path());
        let open = caller(&trusted, &first);
        let beside = token_endpoint(&open, &issuer).await;
        let at = (issuer.as_str(), beside.as_str());
        assert_eq!(asked(&open, at).await, [Some(200), Some(200)]);

        files.put("ca.pem", &second.pem);
        hung_up(&process, &["authorities of clients' certificates are taken up"]).await;
        assert_eq!(asked(&open, at).await, [Some(200), Some(401)]);
        assert_eq!(asked(&caller(&trusted, &second), at).await, [Some(200), Some(200)]);
        process.kill();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_used_are_said_in_the_log_and_those_in_use_stay() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Authority::new();
        let (process, issuer, files) = start(folder.path(), &db, &authority);
        let old = first_certificate(folder.path());
        let beside = token_endpoint(&caller(&old, &authority), &issuer).await;
        let at = (issuer.as_str(), beside.as_str());
        let goes_on = async |why: &str| {
            assert_eq!(asked(&caller(&old, &authority), at).await, [Some(200), Some(200)], "{why}");
        };

        files.put_own(&own(2100));
        files.put("key.pem", &KeyPair::generate().expect("a key").serialize_pem());
        hung_up(&process, &[KEPT, KEPT]).await;
        goes_on("a foreign key").await;
        files.put_own(&own(2026));
        hung_up(&process, &["it expired on 2026-01-01T00:00:00Z", KEPT]).await;
        goes_on("a certificate that is over").await;
        files.put("ca.pem", "broken");
        hung_up(&process, &["authorities of clients' certificates that are in use stay"]).await;
        goes_on("no authorities").await;
        process.kill();
    })
    .await;
}
