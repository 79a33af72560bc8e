//! Requests with one thing wrong that clients send themselves: for tokens, about tokens, and to register.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use passport::audit::Actor;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::db::sql;
use shared::testkit::{Answer, Browser};

use super::mutation::{Outcome, Parameter, every, needed, optional, whole};
use super::outcome;
use crate::support::site::{CHALLENGE, OURS, SECRET, VERIFIER, basic, post, request, with};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

use Outcome::{Error, Good};

const REQUEST: Outcome = Error(400, "invalid_request");
const GRANT: Outcome = Error(400, "invalid_grant");
const SCOPE: Outcome = Error(400, "invalid_scope");

/// The endpoints that take a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Redemption,
    Refresh,
    ClientCredentials,
    Introspection,
    Revocation,
    UserInfo,
}

impl Endpoint {
    const ALL: [Self; 6] = [
        Self::Redemption,
        Self::Refresh,
        Self::ClientCredentials,
        Self::Introspection,
        Self::Revocation,
        Self::UserInfo,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Redemption | Self::Refresh | Self::ClientCredentials => "/token",
            Self::Introspection => "/introspect",
            Self::Revocation => "/revoke",
            Self::UserInfo => "/userinfo",
        }
    }

    /// A good request, with what it spends made anew.
    async fn parameters(self, passport: &Passport, browser: &mut Browser) -> Vec<Parameter> {
        let grant_type = |value: &str| {
            let wrong = &[
                ("password", Error(400, "unsupported_grant_type")),
                ("Client_Credentials", Error(400, "unsupported_grant_type")),
            ];
            needed("grant_type", value, REQUEST, wrong, Error(400, "unsupported_grant_type"))
        };
        let client_id = || optional("client_id", "cet", &[("nobody", REQUEST), ("CET", REQUEST)], REQUEST);
        let resource =
            || optional("resource", "", &[("no-uri", Error(400, "invalid_target"))], Error(400, "invalid_target"));
        match self {
            Self::Redemption => {
                let code = passport.code(browser, &with(request(), "scope", "openid profile")).await;
                vec![
                    grant_type("authorization_code"),
                    needed("code", code, REQUEST, &[("x", GRANT), ("a.b.c", GRANT)], GRANT),
                    // PKCE binds the code (OAuth 2.1 §4.1.3): it may stay away, and must not be another.
                    optional(
                        "redirect_uri",
                        "https://cet.test/cb",
                        &[("https://cet.test/cb/", GRANT), ("x", REQUEST)],
                        REQUEST,
                    ),
                    needed(
                        "code_verifier",
                        VERIFIER,
                        GRANT,
                        &[("x", REQUEST), ("a b", REQUEST), (CHALLENGE, GRANT)],
                        REQUEST,
                    ),
                    client_id(),
                    resource(),
                    optional("x_unknown", "1", &[], Good),
                ]
            }
            Self::Refresh => {
                let tokens = passport.tokens(browser, "openid profile").await;
                let token = tokens["refresh_token"].as_str().expect("a refresh token");
                vec![
                    grant_type("refresh_token"),
                    needed("refresh_token", token, REQUEST, &[("x", GRANT), ("a.b.c", GRANT)], GRANT),
                    optional("scope", "openid", &[("openid email", SCOPE), ("open\"id", SCOPE)], SCOPE),
                    client_id(),
                    resource(),
                ]
            }
            Self::ClientCredentials => vec![
                grant_type("client_credentials"),
                optional("scope", "reports", &[("nothing", SCOPE), ("rep\\orts", SCOPE)], SCOPE),
                client_id(),
                resource(),
            ],
            Self::Introspection => {
                vec![needed("token", "x", REQUEST, &[("a.b.c", Good)], Good), hint(), client_id()]
            }
            Self::Revocation => vec![needed("token", "x", REQUEST, &[("a.b.c", Good)], Good), hint(), client_id()],
            Self::UserInfo => {
                let tokens = passport.tokens(browser, "openid profile").await;
                let token = tokens["access_token"].as_str().expect("an access token");
                let bad = Error(401, "invalid_token");
                vec![needed(
                    "access_token",
                    token,
                    Error(401, ""),
                    &[("x", Error(401, "invalid_token")), ("a.b.c", Error(401, "invalid_token"))],
                    bad,
                )]
            }
        }
    }

    async fn send(self, browser: &mut Browser, sent: &str, elsewhere: &str) -> Answer {
        let by = basic("cet", SECRET);
        let headers: &[(&str, &str)] = if self == Self::UserInfo { &[] } else { &[("authorization", &by)] };
        post(browser, &format!("{}?{elsewhere}", self.path()), sent.to_owned(), headers).await
    }
}

/// RFC 7009 §2.1, RFC 7662 §2.1: a hint may be wrong.
fn hint() -> Parameter {
    optional("token_type_hint", "access_token", &[("refresh_token", Good), ("pineapple", Good)], Good)
}

/// `resource` may come as often as it likes (RFC 8707 §2).
fn may_come_twice(what: &str) -> bool {
    what == "resource: twice"
}

#[tokio::test]
async fn a_malformed_request_of_a_client_is_answered_with_its_error() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        for endpoint in Endpoint::ALL {
            let (mut person, _) = passport.signed_in(None).await;
            let kept = every(&endpoint.parameters(&passport, &mut person).await, REQUEST);
            let before = passport.rows().await;
            let refused = |malformed: &&super::mutation::Malformed| malformed.expected != Good;
            for malformed in kept.iter().filter(refused).filter(|malformed| !may_come_twice(&malformed.what)) {
                let answer = endpoint.send(&mut passport.browser(), &malformed.sent, &malformed.elsewhere).await;
                let what = format!("{endpoint:?}, {}: {} {}", malformed.what, answer.status, answer.text);
                assert_eq!(outcome(&answer), malformed.expected, "{what}");
            }
            assert_eq!(passport.rows().await, before, "{endpoint:?} wrote something");
            let good = (0..kept.len()).filter(|at| kept[*at].expected == Good);
            for at in good {
                let malformed = every(&endpoint.parameters(&passport, &mut person).await, REQUEST).remove(at);
                let answer = endpoint.send(&mut passport.browser(), &malformed.sent, &malformed.elsewhere).await;
                assert_eq!(
                    outcome(&answer),
                    Good,
                    "{endpoint:?}, {}: {} {}",
                    malformed.what,
                    answer.status,
                    answer.text
                );
            }
            let whole = whole(&endpoint.parameters(&passport, &mut person).await);
            assert_eq!(endpoint.send(&mut passport.browser(), &whole, "").await.status, 200, "{endpoint:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_large_is_refused() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let by = basic("cet", SECRET);
        let before = passport.rows().await;
        for path in ["/token", "/par", "/introspect", "/revoke"] {
            let send = async |kind: Option<&str>, body: String| {
                let mut request = Request::post(format!("{ISSUER}{path}")).header("authorization", &by);
                if let Some(kind) = kind {
                    request = request.header("content-type", kind);
                }
                passport.browser().send(request.body(Body::from(body)).expect("a request")).await
            };
            let form = "grant_type=client_credentials&token=x";
            for kind in [None, Some("application/json"), Some("text/plain"), Some("multipart/form-data; boundary=x")] {
                let answer = send(kind, form.to_owned()).await;
                assert_eq!(outcome(&answer), REQUEST, "{path}, {kind:?}");
            }
            let flood = send(Some("application/x-www-form-urlencoded"), format!("a={}", "b".repeat(70_000))).await;
            assert_eq!(outcome(&flood), Error(413, "invalid_request"), "{path}");
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

/// Every field that a client may send about itself, and some that it may not.
const FIELDS: [&str; 48] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "application_type",
    "grant_types",
    "response_types",
    "client_name",
    "client_name#zh-CN",
    "client_name#en",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
    "contacts",
    "software_id",
    "software_version",
    "scope",
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "authorization_signed_response_alg",
    "userinfo_signed_response_alg",
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "authorization_encrypted_response_alg",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "subject_type",
    "sector_identifier_uri",
    "request_uris",
];

/// What nobody means by any of them.
fn nonsense() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(true),
        json!(""),
        json!("x"),
        json!("a\0b"),
        json!("a\r\nb"),
        json!("\u{202e}b"),
        json!("a".repeat(5000)),
        json!([]),
        json!([1]),
        json!(["a\0b"]),
        json!([["x"]]),
        json!(vec!["https://new.test/cb"; 1000]),
        json!({}),
        json!({ "keys": 1 }),
        json!({ "keys": [{}] }),
        deep,
    ]
}

async fn register(browser: &mut Browser, token: &str, body: String) -> Answer {
    let request = Request::post(format!("{ISSUER}/clients"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn malformed_metadata_is_refused_by_its_field_or_told_as_it_was_understood() {
    on_both_with("[registration]\npolicy = 'invited'\n", |passport| async move {
        let end = passport.clock.now() + Duration::from_secs(600);
        let token = passport.app.clients.invite(Actor::Operator, 10_000, end).await.expect("a token").token;
        let mut browser = passport.browser();
        for field in FIELDS {
            for value in nonsense() {
                let mut body = json!({ "redirect_uris": ["https://new.test/cb"] });
                body[field] = value.clone();
                let before = registered(&passport).await;
                let answer = register(&mut browser, token.expose(), body.to_string()).await;
                let what = format!("{field}: {value:.60}: {} {}", answer.status, answer.text);
                if answer.status == 201 {
                    understood(&mut browser, &answer.json(), &what).await;
                } else {
                    let Error(400, code) = outcome(&answer) else { panic!("{what}") };
                    assert!(matches!(code, "invalid_client_metadata" | "invalid_redirect_uri"), "{what}");
                    assert_eq!(registered(&passport).await, before, "{what}");
                }
            }
        }
        for body in ["", "[]", "null", "{", "\"x\"", "{\"redirect_uris\":[\"https://new.test/cb\"],}"] {
            let answer = register(&mut browser, token.expose(), body.to_owned()).await;
            assert_eq!(outcome(&answer), Error(400, "invalid_client_metadata"), "{body}");
        }
    })
    .await;
}

/// How many clients there are.
async fn registered(passport: &Passport) -> i64 {
    let found = passport.db.find(sql("SELECT COUNT(*) AS n FROM clients")).await;
    found.expect("an answer").expect("a row").get("n").expect("a number")
}

/// What was accepted is told the same when it is read again.
async fn understood(browser: &mut Browser, told: &Value, what: &str) {
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("no {name}: {what}"));
    let request = Request::get(text("registration_client_uri"))
        .header("authorization", format!("Bearer {}", text("registration_access_token")));
    let again = browser.send(request.body(Body::empty()).expect("a request")).await.json();
    for (name, value) in again.as_object().expect("metadata") {
        assert_eq!(told.get(name), Some(value), "{name}: {what}");
    }
}
