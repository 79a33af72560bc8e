//! The plans of the OpenID Foundation's conformance suite: clients, and how its browser finds its way through our pages.
//!
//! Pages are driven by the ids of their elements, which docs/integrate/conformance.md promises to keep.

use serde_json::{Map, Value, json};
use shared::secret::sha256;

use super::kept::Kept;

/// The suite, seen from here.
pub struct Suite {
    /// Our issuer.
    pub issuer: String,
    /// The name of the plans.
    pub alias: String,
    /// Its address, without a slash at the end.
    pub address: String,
    /// Where certificates of clients are taken, if anywhere.
    pub mtls: Option<String>,
}

/// The clients that it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Of the profile `standard`, by `client_secret_basic`.
    First,
    /// The second such client.
    Second,
    /// One that sends its secret in the body: a client uses the method that it registered.
    Post,
    /// Of the profile `fapi2`, by `private_key_jwt`.
    FirstFapi,
    /// The second such client.
    SecondFapi,
    /// The like of the first, with tokens bound to its certificate: a client of `fapi2` else binds them to a key.
    FirstBound,
    /// The second such client.
    SecondBound,
}

/// What the standard clients may ask for.
const SCOPE: &str = "openid profile email phone address offline_access";

impl Client {
    /// Those that need no certificate.
    const PLAIN: [Self; 5] = [Self::First, Self::Second, Self::Post, Self::FirstFapi, Self::SecondFapi];

    /// Whether it signs instead of sending a secret.
    pub fn signs(self) -> bool {
        !matches!(self, Self::First | Self::Second | Self::Post)
    }

    /// Whether it is the first of two.
    pub fn is_first(self) -> bool {
        matches!(self, Self::First | Self::FirstFapi | Self::FirstBound)
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
            Self::Post => "post",
            Self::FirstFapi => "fapi-1",
            Self::SecondFapi => "fapi-2",
            Self::FirstBound => "mtls-1",
            Self::SecondBound => "mtls-2",
        }
    }
}

impl Suite {
    /// The clients that it uses here.
    pub fn clients(&self) -> Vec<Client> {
        let bound = self.mtls.iter().flat_map(|_| [Client::FirstBound, Client::SecondBound]);
        Client::PLAIN.into_iter().chain(bound).collect()
    }

    /// The mail address of the candidate.
    pub fn email(&self) -> String {
        format!("{}@suite.example", self.alias)
    }

    /// The mobile number of the candidate: another one for each name of plans.
    pub fn mobile(&self) -> String {
        let number =
            sha256(self.alias.as_bytes()).iter().fold(0_u64, |sum, byte| (sum * 256 + u64::from(*byte)) % 100_000_000);
        format!("139{number:08}")
    }

    /// The name that the candidate signs in with.
    pub fn login(&self) -> String {
        format!("suite-{}", self.alias)
    }

    /// An address of the suite's for this plan.
    fn at(&self, path: &str) -> String {
        format!("{}/test/a/{}/{path}", self.address, self.alias)
    }

    fn id(&self, client: Client) -> String {
        format!("{}-{}", self.alias, client.suffix())
    }

    /// The metadata of a client.
    pub fn metadata(&self, client: Client, keys: &Value) -> Value {
        let name = format!("Suite {}", client.suffix());
        let mut metadata = json!({
            "client_id": self.id(client),
            "client_name": { "zh": name, "en": name },
            // The second client of the security profile comes back with a query of its own.
            "redirect_uris": [self.at("callback"), self.at("callback?dummy1=lorem&dummy2=ipsum")],
            "post_logout_redirect_uris": [self.at("post_logout_redirect")],
            "backchannel_logout_uri": self.at("backchannel_logout"),
            "frontchannel_logout_uri": self.at("frontchannel_logout"),
            "grant_types": ["authorization_code", "refresh_token"],
            "scopes": SCOPE.split(' ').collect::<Vec<_>>(),
        });
        let more = match client {
            Client::First | Client::Second => json!({ "token_endpoint_auth_method": "client_secret_basic" }),
            Client::Post => json!({ "token_endpoint_auth_method": "client_secret_post" }),
            Client::FirstFapi | Client::SecondFapi | Client::FirstBound | Client::SecondBound => json!({
                "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
                "id_token_signed_response_alg": "ES256", "authorization_signed_response_alg": "ES256",
                "tls_client_certificate_bound_access_tokens":
                    matches!(client, Client::FirstBound | Client::SecondBound),
            }),
        };
        if let (Some(metadata), Some(more)) = (metadata.as_object_mut(), more.as_object()) {
            metadata.extend(more.clone());
        }
        metadata
    }

    /// The plan for OpenID Connect.
    pub fn openid_connect(&self, kept: &Kept) -> Value {
        let client = |client| json!({ "client_id": self.id(client), "client_secret": kept.secret(client).expose(), "scope": SCOPE });
        let browser = self.browser(kept.password().expose());
        let again = self.browser_with_picture(kept.password().expose());
        json!({
            "alias": self.alias,
            "description": "E-TEST Passport, OpenID Connect",
            "server": { "discoveryUrl": self.discovery() },
            "client": client(Client::First),
            "client2": client(Client::Second),
            "client_secret_post": client(Client::Post),
            "browser": browser,
            "override": {
                "oidcc-prompt-login": { "browser": again.clone() },
                "oidcc-max-age-1": { "browser": again },
                "oidcc-ensure-registered-redirect-uri": { "browser": [self.refusal()] },
                "oidcc-ensure-redirect-uri-in-authorization-request": { "browser": [self.refusal()] },
                "oidcc-redirect-uri-query-mismatch": { "browser": [self.refusal()] },
                "oidcc-redirect-uri-query-added": { "browser": [self.refusal()] },
            },
        })
    }

    /// The plan for the FAPI 2.0 profiles, with tokens bound to keys.
    pub fn fapi2(&self, kept: &Kept) -> Value {
        self.strict(kept, (Client::FirstFapi, Client::SecondFapi), &self.issuer)
    }

    /// The same with tokens bound to certificates, if they are taken anywhere. The certificates are the suite's to add.
    pub fn fapi2_mtls(&self, kept: &Kept) -> Option<Value> {
        let mut plan = self.strict(kept, (Client::FirstBound, Client::SecondBound), self.mtls.as_ref()?);
        for name in ["mtls", "mtls2"] {
            plan[name] = json!({ "cert": "", "key": "" });
        }
        Some(plan)
    }

    fn strict(&self, kept: &Kept, (first, second): (Client, Client), resource: &str) -> Value {
        let client = |client| {
            json!({
                "client_id": self.id(client), "jwks": kept.private_jwks(client), "scope": SCOPE, "dpop_signing_alg": "ES256",
            })
        };
        json!({
            "alias": self.alias,
            "description": "E-TEST Passport, FAPI 2.0",
            "server": { "discoveryUrl": self.discovery() },
            "client": client(first),
            "client2": client(second),
            "resource": { "resourceUrl": format!("{resource}/userinfo") },
            "browser": self.browser(kept.password().expose()),
            "override": self.strict_ways(kept.password().expose()),
        })
    }

    /// The modules of the FAPI 2.0 plans whose way is another than signing in and coming back.
    fn strict_ways(&self, password: &str) -> Value {
        let sign_in = || self.authorization(vec![self.sign_in(password, Vec::new()), self.consent("consent-allow")]);
        let once = |mut entry: Value| {
            entry["match-limit"] = 1.into();
            entry
        };
        // At the first visit the page is looked at, and nobody signs in.
        let looked = once(json!({ "match": format!("{}/authorize*", self.issuer), "tasks": [] }));
        let ways = [
            ("user-rejects-authentication", self.rejection(password)),
            ("par-ensure-reused-request-uri-prior-to-auth-completion-succeeds", json!([looked, sign_in()])),
            ("par-attempt-reuse-request_uri", json!([once(sign_in()), self.refusal()])),
            ("par-attempt-to-use-expired-request_uri", json!([self.refusal()])),
            ("par-attempt-to-use-request_uri-for-different-client", json!([self.refusal()])),
        ];
        let named = |(name, way)| (format!("fapi2-security-profile-final-{name}"), json!({ "browser": way }));
        ways.into_iter().map(named).collect::<Map<_, _>>().into()
    }

    fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer)
    }

    /// How a person signs in, agrees, and signs out.
    fn browser(&self, password: &str) -> Value {
        json!([
            self.authorization(vec![self.sign_in(password, Vec::new()), self.consent("consent-allow")]),
            self.logout()
        ])
    }

    /// The same, with a picture of the page that asks for the password.
    fn browser_with_picture(&self, password: &str) -> Value {
        let picture = vec![json!(["wait", "id", "sign-in", 10, ".*", "update-image-placeholder-optional"])];
        json!([self.authorization(vec![self.sign_in(password, picture), self.consent("consent-allow")]), self.logout()])
    }

    /// How a person signs in, and does not agree.
    fn rejection(&self, password: &str) -> Value {
        json!([self.authorization(vec![self.sign_in(password, Vec::new()), self.consent("consent-deny")])])
    }

    /// How the page looks that sends nobody on.
    fn refusal(&self) -> Value {
        json!({
            "match": format!("{}/authorize*", self.issuer),
            "tasks": [{
                "task": "Look at the refusal",
                "match": format!("{}/authorize*", self.issuer),
                "commands": [["wait", "id", "authorization-problem", 10, ".*", "update-image-placeholder"]],
            }],
        })
    }

    fn authorization(&self, mut tasks: Vec<Value>) -> Value {
        tasks.push(json!({
            "task": "Come back",
            "match": format!("{}*", self.at("callback")),
            "commands": [["wait", "id", "submission_complete", 10]],
        }));
        json!({ "match": format!("{}/authorize*", self.issuer), "tasks": tasks })
    }

    fn sign_in(&self, password: &str, mut commands: Vec<Value>) -> Value {
        commands.extend([
            json!(["text", "id", "username", self.login()]),
            json!(["text", "id", "password", password]),
            json!(["click", "id", "sign-in"]),
        ]);
        json!({ "task": "Sign in", "match": format!("{}/sign-in*", self.issuer), "optional": true, "commands": commands })
    }

    fn consent(&self, button: &str) -> Value {
        json!({
            "task": "Answer", "match": format!("{}/consent*", self.issuer), "optional": true,
            "commands": [["click", "id", button]],
        })
    }

    fn logout(&self) -> Value {
        json!({
            "match": format!("{}/logout*", self.issuer),
            "tasks": [
                {
                    "task": "Leave", "match": format!("{}/logout*", self.issuer), "optional": true,
                    "commands": [["click", "id", "logout-leave"]],
                },
                {
                    "task": "Come back", "match": format!("{}*", self.at("post_logout_redirect")), "optional": true,
                    "commands": [["wait", "id", "submission_complete", 10]],
                },
            ],
        })
    }
}
