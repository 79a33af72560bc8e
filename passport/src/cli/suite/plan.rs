//! The plans of the OpenID Foundation's conformance suite: clients, and how its browser finds its way through our pages.
//!
//! Pages are driven by the ids of their elements, which docs/integrate/conformance.md promises to keep.

use serde_json::{Value, json};
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
}

/// What the standard clients may ask for.
const SCOPE: &str = "openid profile email phone address offline_access";

impl Client {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::First, Self::Second, Self::Post, Self::FirstFapi, Self::SecondFapi];

    /// Whether it signs instead of sending a secret.
    pub fn signs(self) -> bool {
        matches!(self, Self::FirstFapi | Self::SecondFapi)
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
            Self::Post => "post",
            Self::FirstFapi => "fapi-1",
            Self::SecondFapi => "fapi-2",
        }
    }
}

impl Suite {
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
            Client::FirstFapi | Client::SecondFapi => json!({
                "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
                "id_token_signed_response_alg": "ES256", "authorization_signed_response_alg": "ES256",
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
                "oidcc-ensure-registered-redirect-uri": { "browser": self.refusal() },
            },
        })
    }

    /// The plan for the FAPI 2.0 profiles.
    pub fn fapi2(&self, kept: &Kept) -> Value {
        let client = |client| {
            json!({
                "client_id": self.id(client), "jwks": kept.private_jwks(client), "scope": SCOPE, "dpop_signing_alg": "ES256",
            })
        };
        json!({
            "alias": self.alias,
            "description": "E-TEST Passport, FAPI 2.0",
            "server": { "discoveryUrl": self.discovery() },
            "client": client(Client::FirstFapi),
            "client2": client(Client::SecondFapi),
            "resource": { "resourceUrl": format!("{}/userinfo", self.issuer) },
            "browser": self.browser(kept.password().expose()),
            "override": {
                "fapi2-security-profile-final-user-rejects-authentication": { "browser": self.rejection(kept.password().expose()) },
            },
        })
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
        json!([{
            "match": format!("{}/authorize*", self.issuer),
            "tasks": [{
                "task": "Look at the refusal",
                "match": format!("{}/authorize*", self.issuer),
                "commands": [["wait", "id", "authorization-problem", 10, ".*", "update-image-placeholder"]],
            }],
        }])
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
