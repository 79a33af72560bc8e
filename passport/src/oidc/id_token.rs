//! ID tokens (OIDC Core §2), and what comes back of them as a hint.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use super::Oidc;
use super::claims::Told;
use super::store::grants::Grant;
use crate::clients::Client;
use crate::keys::{Alg, KeysError};

/// The `typ` of the header.
pub(crate) const TYPE: &str = "JWT";

/// The claims as they are written. Claims of scopes are not among them: they are given at the user information
/// endpoint, since an access token is issued too (OIDC Core §5.4); those asked for by name are. One audience, hence no `azp` (§2).
#[derive(Serialize)]
pub(crate) struct Written<'t> {
    iss: &'t str,
    sub: &'t str,
    aud: &'t str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'t str>,
    acr: &'t str,
    amr: Vec<&'t str>,
    at_hash: &'t str,
    sid: &'t str,
    #[serde(flatten)]
    person: Option<&'t Told>,
}

/// What an ID token is to say besides its grant.
#[derive(Debug, Clone, Copy)]
pub struct NewIdToken<'t> {
    /// The authorization it tells of.
    pub grant: &'t Grant,
    /// The subject, as text.
    pub subject: &'t str,
    /// The session, as text.
    pub session: &'t str,
    /// The nonce of the request; none at a refresh (OIDC Core §12.2).
    pub nonce: Option<&'t str>,
    /// The access token issued along with it.
    pub access_token: &'t str,
    /// What it tells of the person, if the client asked for claims by name (OIDC Core §5.5).
    pub person: Option<&'t Told>,
}

/// The claims of a token of that issuer, which lives for that long.
pub(crate) fn write<'t>(
    issuer: &'t str,
    (client, lifetime): (&'t Client, Duration),
    (token, at_hash): (NewIdToken<'t>, &'t str),
    now: Timestamp,
) -> Written<'t> {
    Written {
        iss: issuer,
        sub: token.subject,
        aud: client.id.as_str(),
        exp: (now + lifetime).seconds(),
        iat: now.seconds(),
        auth_time: token.grant.auth_time.seconds(),
        nonce: token.nonce,
        acr: &token.grant.acr,
        amr: token.grant.amr.split(' ').filter(|m| !m.is_empty()).collect(),
        at_hash,
        sid: token.session,
        person: token.person,
    }
}

/// Signs an ID token by the client's algorithm.
///
/// # Errors
/// See [`KeysError`].
pub async fn sign(oidc: &Oidc, client: &Client, token: NewIdToken<'_>, now: Timestamp) -> Result<String, KeysError> {
    let hash = at_hash(client.id_token_alg, token.access_token);
    let claims = write(&oidc.0.issuer, (client, oidc.0.lifetimes.id_token), (token, &hash), now);
    oidc.0.keys.sign_for(client.id.as_str(), client.id_token_alg, TYPE, &claims).await
}

/// Ties the access token to the ID token (OIDC Core §3.1.3.6).
pub(crate) fn at_hash(alg: Alg, access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(alg.left_half_of_hash(access_token.as_bytes()))
}

/// An ID token of ours that a client hands back. It tells who somebody was, not that they are here. Nothing else that we
/// sign for a client has all of this: signed user information and signed responses name no session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hint {
    /// Who.
    pub sub: String,
    /// To whom it was issued.
    pub aud: String,
    /// In which session.
    pub sid: String,
    iss: String,
}

impl Hint {
    /// Reads one; expired ones count (OIDC Core §3.1.2.1), also by keys that are published no more. `None` for what we did
    /// not sign, and for what somebody else could have.
    pub fn read(oidc: &Oidc, text: &str) -> Option<Self> {
        let hint: Self = oidc.0.keys.verify_hint(text, TYPE).ok()?;
        let hint = Some(hint).filter(|hint| hint.is_of(&oidc.0.issuer))?;
        oidc.0.keys.handed_back(&hint.aud, text);
        Some(hint)
    }

    /// Whether that issuer says that it is one of its own.
    pub(crate) fn is_of(&self, issuer: &str) -> bool {
        self.iss == issuer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_the_left_half_of_the_algorithms_hash() {
        // The example of OIDC Core appendix A.3.
        assert_eq!(at_hash(Alg::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(Alg::EdDsa, "x").len(), 43, "half of SHA-512");
    }
}
