//! The listener that takes certificates, as `passport serve` opens it: a process, and sites that shake hands with it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use passport::MIGRATIONS;
use serde_json::{Value, json};
use shared::db::DbConfig;
use shared::secret::sha256;
use shared::testkit;

use crate::support::process::{Installation, Process, SignIn};
use crate::support::site::{OURS, claims, encoded, redemption, request, with};

/// A certificate that nobody vouches for.
struct Own {
    der: Vec<u8>,
    /// With its key, as PEM.
    identity: String,
    /// Its key and itself, as the client registers them.
    jwk: String,
}

impl Own {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["cet.test".to_owned()]).expect("a certificate");
        let identity = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
        let der = made.cert.der().to_vec();
        // Without compression a point is 4, then its coordinates of 32 bytes each (SEC 1 §2.3.3).
        let (x, y) = made.signing_key.public_key_raw()[1..].split_at(32);
        let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let x5c = STANDARD.encode(&der);
        let jwk = format!("{{ kty = 'EC', crv = 'P-256', x = '{x}', y = '{y}', x5c = ['{x5c}'] }}");
        Self { der, identity, jwk }
    }

    /// A client that authenticates with it, and has its tokens bound to it.
    fn metadata(&self) -> String {
        format!(
            "{OURS}token_endpoint_auth_method = 'self_signed_tls_client_auth'\n\
             tls_client_certificate_bound_access_tokens = true\n\
             jwks = {{ keys = [{}] }}\n",
            self.jwk
        )
    }
}

/// A code for `cet`, from the candidate's own browser.
async fn code(process: &Process, issuer: &str) -> String {
    let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("the candidate signs in") };
    let address = format!("{issuer}/authorize?{}", encoded(&request()));
    let answer = process.site(None).get(address).header("cookie", session).send().await.expect("an answer");
    let location = answer.headers()["location"].to_str().expect("text").to_owned();
    let (_, query) = location.split_once('?').expect("a query");
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == "code").then(|| value.into_owned())).expect(&location)
}

/// The status of a token request of `cet` for itself.
async fn status(site: &reqwest::Client, address: &str) -> u16 {
    let form = [("grant_type", "client_credentials"), ("client_id", "cet")];
    site.post(address).form(&form).send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_with_a_certificate_redeems_and_uses_a_token_at_the_addresses_that_the_metadata_names() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let own = Own::new();
        let installation = Installation::taking_certificates(folder.path(), &db);
        installation.add_client(folder.path(), &own.metadata());
        let (process, issuer) = (installation.start(), installation.issuer());
        let (site, bare) = (process.site(Some(&own.identity)), process.site(None));
        let stranger = process.site(Some(&Own::new().identity));

        let answer = bare.get(format!("{issuer}/.well-known/openid-configuration")).send().await.expect("an answer");
        let metadata: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("metadata");
        let alias = |name: &str| metadata["mtls_endpoint_aliases"][name].as_str().expect("an address");
        let (token_endpoint, userinfo_endpoint) = (alias("token_endpoint"), alias("userinfo_endpoint"));

        let form = encoded(&with(redemption(&code(&process, &issuer).await), "client_id", "cet"));
        let form_type = ("content-type", "application/x-www-form-urlencoded");
        let answer = site.post(token_endpoint).header(form_type.0, form_type.1).body(form).send().await;
        let answer = answer.expect("an answer").bytes().await.expect("a body");
        let tokens: Value = serde_json::from_slice(&answer).expect("JSON");
        let access = tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
        assert_eq!(claims(access)["cnf"], json!({ "x5t#S256": URL_SAFE_NO_PAD.encode(sha256(&own.der)) }));

        let asked = async |client: &reqwest::Client, address: &str| {
            let answer = client.get(address).bearer_auth(access).send().await.expect("an answer");
            answer.status().as_u16()
        };
        assert_eq!(asked(&site, userinfo_endpoint).await, 200);
        assert_eq!(asked(&stranger, userinfo_endpoint).await, 401, "a stolen token, with another certificate");
        assert_eq!(asked(&bare, userinfo_endpoint).await, 401, "a stolen token");
        // The main listener asks nobody for a certificate: one that was brought is not seen there.
        assert_eq!(asked(&site, &format!("{issuer}/userinfo")).await, 401);

        assert_eq!(status(&site, token_endpoint).await, 200);
        for wrong in [&stranger, &bare] {
            assert_eq!(status(wrong, token_endpoint).await, 401);
        }
        assert_eq!(status(&site, &format!("{issuer}/token")).await, 401);
        // No browser has anything to do where certificates are taken.
        let origin = token_endpoint.strip_suffix("/token").expect("its path");
        let page = site.get(format!("{origin}/sign-in")).send().await.expect("an answer");
        assert_eq!(page.status(), 404);
    })
    .await;
}
