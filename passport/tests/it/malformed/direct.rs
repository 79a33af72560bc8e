//! Requests with one thing wrong that clients send themselves: for tokens, and about tokens.

use shared::testkit::{Answer, Browser};

use super::mutation::{Outcome, Parameter, every, needed, optional, whole};
use super::outcome;
use crate::support::signer::{ASSERTION_TYPE, Signer};
use crate::support::site::{CHALLENGE, OURS, PUBLIC, SECRET, THEIRS, VERIFIER, basic, post, request, with};
use crate::support::{Passport, on_both};

use Outcome::{Error, Good};

const REQUEST: Outcome = Error(400, "invalid_request");
const GRANT: Outcome = Error(400, "invalid_grant");
const SCOPE: Outcome = Error(400, "invalid_scope");
const CLIENT: Outcome = Error(401, "invalid_client");

/// The endpoints that take a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Redemption,
    Refresh,
    ClientCredentials,
    Introspection,
    Revocation,
    UserInfo,
    /// For a client that authenticates by what it signs.
    Asserted,
    /// Asked by a client that sends its secret in the form.
    PostedSecret,
    /// Asked by a client that has none.
    Public,
}

impl Endpoint {
    const ALL: [Self; 9] = [
        Self::Redemption,
        Self::Refresh,
        Self::ClientCredentials,
        Self::Introspection,
        Self::Revocation,
        Self::UserInfo,
        Self::Asserted,
        Self::PostedSecret,
        Self::Public,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Redemption | Self::Refresh | Self::ClientCredentials | Self::Asserted => "/token",
            Self::Introspection | Self::PostedSecret => "/introspect",
            Self::Revocation | Self::Public => "/revoke",
            Self::UserInfo => "/userinfo",
        }
    }

    /// A good request, with what it spends made anew.
    async fn parameters(self, passport: &Passport, browser: &mut Browser, signer: &Signer) -> Vec<Parameter> {
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
            Self::Asserted => {
                let assertion = signer.assertion(passport, "signing", |_| ());
                vec![
                    needed("client_assertion_type", ASSERTION_TYPE, CLIENT, &[("urn:made:up", CLIENT)], CLIENT),
                    needed("client_assertion", assertion, CLIENT, &[("x", CLIENT), ("a.b.c", CLIENT)], CLIENT),
                    optional("client_id", "signing", &[("cet", CLIENT), ("SIGNING", CLIENT)], CLIENT),
                    optional("client_secret", "", &[(SECRET, REQUEST)], REQUEST),
                ]
            }
            Self::PostedSecret => vec![
                needed("client_id", "bei", CLIENT, &[("cet", CLIENT), ("nobody", CLIENT), ("BEI", CLIENT)], CLIENT),
                needed("client_secret", SECRET, CLIENT, &[("x", CLIENT)], CLIENT),
                needed("token", "x", REQUEST, &[], Good),
            ],
            Self::Public => vec![
                needed("client_id", "app", CLIENT, &[("cet", CLIENT), ("nobody", CLIENT)], CLIENT),
                optional("client_secret", "", &[("x", CLIENT)], CLIENT),
                needed("token", "x", REQUEST, &[("a.b.c", Good)], Good),
            ],
        }
    }

    /// Whether the client authenticates in a header.
    fn by_header(self) -> bool {
        !matches!(self, Self::UserInfo | Self::Asserted | Self::PostedSecret | Self::Public)
    }

    async fn send(self, browser: &mut Browser, sent: &str, elsewhere: &str) -> Answer {
        let by = basic("cet", SECRET);
        let headers: &[(&str, &str)] = if self.by_header() { &[("authorization", &by)] } else { &[] };
        // What authenticates is spoilt alone: an assertion that was right is spent, whatever else is wrong.
        let grant = if self == Self::Asserted { "&grant_type=client_credentials" } else { "" };
        post(browser, &format!("{}?{elsewhere}", self.path()), format!("{sent}{grant}"), headers).await
    }
}

/// RFC 7009 §2.1, RFC 7662 §2.1: a hint may be wrong.
fn hint() -> Parameter {
    optional("token_type_hint", "access_token", &[("refresh_token", Good), ("pineapple", Good)], Good)
}

/// `resource` may come as often as it likes (RFC 8707 §2).
fn may_come_twice(what: &str) -> bool {
    what == "resource: twice" || what == "resource: twice in disguise"
}

#[tokio::test]
async fn a_malformed_request_of_a_client_is_answered_with_its_error() {
    on_both(|passport| async move {
        let signer = Signer::new();
        let signing = OURS.replace("'cet'", "'signing'").replace("https://cet.test", "https://signing.test");
        let signing = format!("{signing}token_endpoint_auth_method = 'private_key_jwt'\n{}", signer.jwks());
        passport.register(&[OURS, THEIRS, PUBLIC, &signing]).await;
        for endpoint in Endpoint::ALL {
            let (mut person, _) = passport.signed_in(None).await;
            let kept = every(&endpoint.parameters(&passport, &mut person, &signer).await, REQUEST);
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
                let malformed = every(&endpoint.parameters(&passport, &mut person, &signer).await, REQUEST).remove(at);
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
            let whole = whole(&endpoint.parameters(&passport, &mut person, &signer).await);
            assert_eq!(endpoint.send(&mut passport.browser(), &whole, "").await.status, 200, "{endpoint:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let by = basic("cet", SECRET);
        let before = passport.rows().await;
        for path in ["/token", "/par", "/introspect", "/revoke"] {
            let flood = format!("a={}", "b".repeat(70_000));
            let flood = post(&mut passport.browser(), path, flood, &[("authorization", &by)]).await;
            assert_eq!(outcome(&flood), Error(413, "invalid_request"), "{path}");
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}
