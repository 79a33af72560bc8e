//! What belongs to one attempt.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::entropy::{Entropy, token};
use shared::i18n::Lang;
use shared::secret::sha256;

use crate::clients::dynamic::ATTEMPT;
use crate::portal::sandbox::model::Site;
use crate::portal::sandbox::remote::Registered;

/// An attempt, as it waits in the browser. Nothing of it counts outside the sandbox.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) organisation: String,
    pub(super) site: String,
    pub(super) name: String,
    /// The client that the portal registered for it, its secret, and what it is removed by.
    pub(super) client_id: String,
    pub(super) secret: String,
    pub(super) token: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) scope: String,
}

impl Attempt {
    /// An attempt of a site, by the client that was registered for it.
    pub(super) fn new(site: &Site, scope: String, client: &Registered, entropy: &dyn Entropy) -> Self {
        Self {
            organisation: site.organisation.to_string(),
            site: site.id.to_string(),
            name: site.name.clone(),
            client_id: client.client_id.clone(),
            secret: client.secret.as_ref().map(|secret| secret.expose().to_owned()).unwrap_or_default(),
            token: client.token.expose().to_owned(),
            nonce: token(entropy),
            verifier: token(entropy),
            scope,
        }
    }

    /// What the client is registered with: what the site asks for, and the portal's own address.
    pub(super) fn metadata(registered: &Map<String, Value>, redirect_uri: &str) -> Map<String, Value> {
        let of_site = |name: &str| registered.get(name).cloned().unwrap_or_default();
        let fields = json!({
            "client_name": of_site("client_name"),
            "client_name#zh-CN": of_site("client_name#zh-CN"),
            "policy_uri": of_site("policy_uri"),
            "scope": of_site("scope"),
            "grant_types": of_site("grant_types"),
            "redirect_uris": [redirect_uri],
            "token_endpoint_auth_method": "client_secret_basic",
            "software_id": ATTEMPT,
        });
        fields.as_object().cloned().unwrap_or_default()
    }

    /// The parameters of the authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1).
    pub(super) fn request(&self, state: &str, redirect_uri: &str, lang: Lang) -> Vec<(&'static str, String)> {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(self.verifier.as_bytes()));
        vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.client_id.clone()),
            ("redirect_uri", redirect_uri.to_owned()),
            ("scope", self.scope.clone()),
            ("state", state.to_owned()),
            ("nonce", self.nonce.clone()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
            ("ui_locales", lang.tag().to_owned()),
        ]
    }

    /// The parameters of the token request (RFC 6749 §4.1.3).
    pub(super) fn redemption(&self, code: &str, redirect_uri: &str) -> Vec<(&'static str, String)> {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", redirect_uri.to_owned()),
            ("code_verifier", self.verifier.clone()),
        ]
    }
}
