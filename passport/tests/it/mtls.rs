//! Clients that show a certificate, from outside (RFC 8705): behind a proxy that hands it on (RFC 9440). That a
//! handshake gives the same is proven where the server is.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use passport::MIGRATIONS;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SanType};
use serde_json::{Value, json};
use shared::secret::sha256;
use shared::testkit::{self, Answer, Browser};

use crate::support::signer::Signer;
use crate::support::site::{OURS, claims, encoded, get, post, redemption, request, with};
use crate::support::{MTLS, Passport};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// A certificate, as DER.
struct Certificate(Vec<u8>);

impl Certificate {
    /// `Client-Cert`
    fn header(&self) -> String {
        format!(":{}:", STANDARD.encode(&self.0))
    }

    fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&self.0))
    }
}

/// An authority, and its certificate as PEM.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Authority");
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn certificate(&self, change: impl FnOnce(&mut CertificateParams)) -> Certificate {
        let key = KeyPair::generate().expect("a key");
        Certificate(client(change).signed_by(&key, &self.issuer).expect("a certificate").der().to_vec())
    }
}

fn client(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["cet.test".to_owned()]).expect("parameters");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "CN");
    params.distinguished_name.push(DnType::OrganizationName, "考试中心");
    params.distinguished_name.push(DnType::CommonName, "cet");
    change(&mut params);
    params
}

/// A certificate that nobody vouches for, and a line of client metadata with it.
fn registered_certificate() -> (Certificate, String) {
    let key = KeyPair::generate().expect("a key");
    let certificate = Certificate(client(|_| ()).self_signed(&key).expect("a certificate").der().to_vec());
    let x5c = STANDARD.encode(&certificate.0);
    (certificate, format!("jwks = {{ keys = [{{ kty = 'EC', crv = 'P-384', x5c = ['{x5c}'] }}] }}\n"))
}

/// Runs a test on each database, with that authority.
async fn on_both(authority: &Authority, test: impl AsyncFn(Passport)) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &authority.pem).expect("a file");
    testkit::each_engine(&MIGRATIONS, async |config| {
        let db = shared::db::Db::connect(&config).await.expect("a database");
        test(Passport::start(db, &settings(&file)).await).await;
    })
    .await;
}

fn settings(ca: &Path) -> String {
    format!("[mtls]\naddress = '{MTLS}'\nfrom_proxy = true\nca_file = '{}'\n", ca.display())
}

fn metadata(lines: &str) -> String {
    format!("{OURS}{lines}")
}

async fn ask(browser: &mut Browser, certificate: Option<&Certificate>) -> Answer {
    let header = certificate.map(Certificate::header);
    let headers: Vec<_> = header.iter().map(|value| ("client-cert", value.as_str())).collect();
    post(browser, "/token", encoded(&[GRANT, ("client_id", "cet")]), &headers).await
}

fn refused(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &json!("invalid_client")), "{}", answer.text);
}

#[tokio::test]
async fn a_certificate_of_an_authority_authenticates_by_the_registered_name() {
    let authority = Authority::new();
    let (ours, strangers) = (authority.certificate(|_| ()), Authority::new().certificate(|_| ()));
    let other = authority.certificate(|params| {
        params.distinguished_name.push(DnType::CommonName, "other");
        params.subject_alt_names = vec![SanType::DnsName("other.test".try_into().expect("a name"))];
    });
    let over = authority.certificate(|params| params.not_after = rcgen::date_time_ymd(2027, 3, 1));
    let (ours, strangers, other, over) = (&ours, &strangers, &other, &over);
    for name in ["tls_client_auth_subject_dn = 'CN=cet, O=考试中心, C=CN'", "tls_client_auth_san_dns = 'CET.test'"]
    {
        on_both(&authority, async |passport| {
            passport.register(&[&metadata(&format!("token_endpoint_auth_method = 'tls_client_auth'\n{name}\n"))]).await;
            let mut browser = passport.behind_a_proxy();
            let answer = ask(&mut browser, Some(ours)).await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text);
            for wrong in [Some(strangers), Some(other), Some(over), None] {
                refused(&ask(&mut browser, wrong).await);
            }
            // A stranger's header is no certificate.
            refused(&ask(&mut passport.behind_a_proxy().from_address([192, 0, 2, 1].into()), Some(ours)).await);
            refused(&ask(&mut passport.browser(), Some(ours)).await);
        })
        .await;
    }
}

#[tokio::test]
async fn a_registered_certificate_authenticates_and_no_other() {
    let authority = Authority::new();
    let vouched_for = authority.certificate(|_| ());
    let vouched_for = &vouched_for;
    on_both(&authority, async |passport| {
        let (own, jwks) = registered_certificate();
        passport
            .register(&[&metadata(&format!("token_endpoint_auth_method = 'self_signed_tls_client_auth'\n{jwks}"))])
            .await;
        let mut browser = passport.behind_a_proxy();
        assert_eq!(ask(&mut browser, Some(&own)).await.status, 200);
        for wrong in [Some(vouched_for), Some(&registered_certificate().0), None] {
            refused(&ask(&mut browser, wrong).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_certificate_does_not_authenticate_a_client_of_another_method() {
    on_both(&Authority::new(), async |passport| {
        let (own, jwks) = registered_certificate();
        passport.register(&[&metadata(&jwks)]).await;
        refused(&ask(&mut passport.behind_a_proxy(), Some(&own)).await);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_bound_to_the_certificate_of_the_client() {
    on_both(&Authority::new(), async |passport| {
        let (own, jwks) = registered_certificate();
        let lines = format!(
            "token_endpoint_auth_method = 'self_signed_tls_client_auth'\n\
             tls_client_certificate_bound_access_tokens = true\n{jwks}"
        );
        passport.register(&[&metadata(&lines)]).await;
        let mut browser = passport.behind_a_proxy();
        passport.sign_in(&mut browser, None, None).await;
        let code = passport.code(&mut browser, &request()).await;
        let header = own.header();
        let redeem = encoded(&with(redemption(&code), "client_id", "cet"));
        let answer = post(&mut browser, "/token", redeem, &[("client-cert", &header)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let tokens = answer.json();
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(claims(&access)["cnf"], json!({ "x5t#S256": own.thumbprint() }));
        let bearer = format!("Bearer {access}");
        let stolen = registered_certificate().0.header();
        let asked = async |browser: &mut Browser, certificate: Option<&str>| {
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(certificate.map(|value| ("client-cert", value)));
            get(browser, "/userinfo", &headers).await
        };
        assert_eq!(asked(&mut browser, Some(&header)).await.status, 200);
        for wrong in [Some(stolen.as_str()), None] {
            let answer = asked(&mut browser, wrong).await;
            assert!(answer.status == 401 && answer.header("www-authenticate").expect("one").contains("invalid_token"));
        }
        let proof = Signer::new().userinfo_proof(&passport, &access);
        let as_dpop = format!("DPoP {access}");
        let headers = [("authorization", as_dpop.as_str()), ("dpop", &proof), ("client-cert", &header)];
        assert_eq!(get(&mut browser, "/userinfo", &headers).await.status, 401);
        let state = encoded(&[("token", access.as_str()), ("client_id", "cet")]);
        let state = post(&mut browser, "/introspect", state, &[("client-cert", &header)]).await.json();
        assert_eq!(state["cnf"]["x5t#S256"], own.thumbprint());
    })
    .await;
}

#[tokio::test]
async fn a_bound_client_of_another_method_shows_its_certificate_too() {
    on_both(&Authority::new(), async |passport| {
        let key = Signer::new();
        let lines = format!(
            "token_endpoint_auth_method = 'private_key_jwt'\nprofile = 'fapi2'\n\
             tls_client_certificate_bound_access_tokens = true\n{}",
            key.jwks()
        );
        passport.register(&[&metadata(&lines)]).await;
        let mut browser = passport.behind_a_proxy();
        let ask = async |browser: &mut Browser, headers: &[(&str, &str)]| {
            let assertion = key.assertion(&passport, "cet", |_| ());
            let pairs = crate::support::signer::asserted(vec![GRANT], &assertion);
            post(browser, "/token", encoded(&pairs), headers).await
        };
        let bare = ask(&mut browser, &[]).await;
        assert_eq!((bare.status.as_u16(), &bare.json()["error"]), (400, &json!("invalid_request")));
        // Any certificate will do: it authenticates nobody here (RFC 8705 §3).
        let (any, _) = registered_certificate();
        let answer = ask(&mut browser, &[("client-cert", &any.header())]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let access: Value = answer.json()["access_token"].clone();
        assert_eq!(claims(access.as_str().expect("a token"))["cnf"], json!({ "x5t#S256": any.thumbprint() }));
    })
    .await;
}

#[tokio::test]
async fn metadata_names_the_addresses_and_methods_that_take_certificates() {
    on_both(&Authority::new(), async |passport| {
        let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
        assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
        let aliases = &metadata["mtls_endpoint_aliases"];
        for name in ["token", "pushed_authorization_request", "revocation", "introspection", "userinfo"]
            .map(|n| format!("{n}_endpoint"))
        {
            let (alias, usual) = (aliases[&name].as_str().expect("one"), metadata[&name].as_str().expect("one"));
            assert_eq!(alias.strip_prefix(MTLS), usual.strip_prefix(crate::support::ISSUER), "{name}");
        }
        let methods = metadata["token_endpoint_auth_methods_supported"].as_array().expect("methods").clone();
        for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
            assert!(methods.contains(&json!(method)), "{method}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_proof_may_be_made_for_the_address_that_takes_certificates() {
    on_both(&Authority::new(), async |passport| {
        passport.register(&[&metadata("token_endpoint_auth_method = 'client_secret_basic'\n")]).await;
        let mut browser = passport.behind_a_proxy();
        let now = shared::clock::Clock::now(&*passport.clock);
        let authorization = crate::support::site::basic("cet", crate::support::site::SECRET);
        for (origin, status) in [(MTLS, 200), (crate::support::ISSUER, 200), ("https://other.test", 400)] {
            let proof = Signer::new().proof_to(("POST", &format!("{origin}/token")), now, |_| ());
            let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
            assert_eq!(post(&mut browser, "/token", encoded(&[GRANT]), &headers).await.status, status, "{origin}");
        }
    })
    .await;
}
