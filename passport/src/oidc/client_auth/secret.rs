//! `client_secret_basic` and `client_secret_post` (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::clock::Timestamp;
use shared::secret::SecretString;

use super::super::rules::Rule;
use crate::clients::secret::StoredSecret;
use crate::clients::{AuthMethod, Client};
use crate::web::form;

/// A secret that was sent, and how.
pub(crate) struct Shown {
    pub(super) client_id: String,
    /// In which way.
    pub(crate) method: AuthMethod,
    /// The secret.
    pub(crate) secret: SecretString,
}

impl Shown {
    /// RFC 7617, with both parts form-encoded first (RFC 6749 §2.3.1).
    pub(super) fn basic(value: &str) -> Option<Self> {
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = STANDARD.decode(encoded.trim()).ok()?;
        let at = decoded.iter().position(|b| *b == b':')?;
        let (id, secret) = (form::decode(&decoded[..at]).ok()?, form::decode(&decoded[at + 1..]).ok()?);
        Some(Self { client_id: id, method: AuthMethod::Basic, secret: SecretString::new(secret) })
    }

    /// Parameters of the body.
    pub(super) fn posted(client_id: &str, secret: &str) -> Self {
        Self { client_id: client_id.to_owned(), method: AuthMethod::Post, secret: SecretString::new(secret) }
    }

    /// The secret of the client that it is, if it came as the client registered.
    pub(super) fn proves<'c>(&self, client: &'c Client, now: Timestamp) -> Option<&'c StoredSecret> {
        let right = client.verify_secret(self.secret.expose(), now);
        right.filter(|_| client.auth_method == self.method)
    }

    /// Why it proves nothing.
    pub(super) fn refusal(&self, client: &Client) -> Rule {
        if client.auth_method == self.method { Rule::ClientSecretWrong } else { Rule::ClientMethodNotRegistered }
    }

    #[cfg(test)]
    pub(super) fn for_tests(self) -> (String, AuthMethod, String) {
        (self.client_id, self.method, self.secret.expose().to_owned())
    }
}
