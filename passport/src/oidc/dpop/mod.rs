//! Tokens that only the holder of a key can use: DPoP (RFC 9449).
//!
//! A client sends a proof with its request ([`proof`]); what it gets is bound to the key of the proof, and counts only
//! beside a new proof with the same key. Who sends none gets bearer tokens, unless its registration or its profile asks
//! for bound ones.

pub mod nonce;
pub mod proof;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};

use self::proof::Expected;
pub use self::proof::Proof;
use super::Oidc;
use super::discovery::paths;
use super::error::ProtocolError;
use super::failure::Failure;
use super::rules::Rule;
use super::{mtls, once};
use crate::clients::{Client, Profile};
use crate::keys::Alg;
use crate::keys::received::Thumbprint;

/// The header of a proof (RFC 9449 §4.1).
pub const PROOF: HeaderName = HeaderName::from_static("dpop");

/// The header of a nonce (RFC 9449 §8).
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The proof of a token request, not spent yet; none if the client sent none and need not.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`; `invalid_request` if there must be one.
pub fn at_token(oidc: &Oidc, headers: &HeaderMap, client: &Client) -> Result<Option<Proof>, ProtocolError> {
    let found = direct(oidc, headers, client, paths::TOKEN)?;
    if found.is_none() && client.requires_bound_tokens() && !client.certificate_bound {
        return Err(Rule::ProofRequired.into());
    }
    Ok(found)
}

/// The proof of a pushed request, not spent yet: its key is the one that the code will be bound to, as if it had been
/// named by `dpop_jkt` (RFC 9449 §10.1).
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub fn at_par(
    oidc: &Oidc,
    headers: &HeaderMap,
    client: &Client,
    dpop_jkt: Option<&str>,
) -> Result<Option<Proof>, ProtocolError> {
    let found = direct(oidc, headers, client, paths::PAR)?;
    if found.as_ref().is_some_and(|proof| dpop_jkt.is_some_and(|jkt| jkt != proof.key.as_str())) {
        return Err(Rule::ProofKeyDiffers.into());
    }
    Ok(found)
}

/// The proof of a request to an endpoint that a client calls directly, if there is one.
fn direct(oidc: &Oidc, headers: &HeaderMap, client: &Client, path: &str) -> Result<Option<Proof>, ProtocolError> {
    let Some(text) = sent(headers)? else { return Ok(None) };
    let expected = Expected {
        method: "POST",
        addresses: &mtls::addresses(oidc, path),
        access_token: None,
        algorithms: &client.signing_algorithms(None),
        nonce_required: needs_nonce(oidc, client),
    };
    proof::check(text, &expected, &*oidc.0.web.sealer, oidc.0.clock.now()).map(Some)
}

/// Checks and spends the proof that came to a protected resource beside an access token of that client.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`; `invalid_token` if the token is bound to another key.
pub async fn at_resource(oidc: &Oidc, headers: &HeaderMap, client: &Client, asked: Asked<'_>) -> Result<(), Failure> {
    let Some(text) = sent(headers)? else {
        return Err(Rule::ProofMissing.into());
    };
    let expected = Expected {
        method: asked.method,
        addresses: &mtls::addresses(oidc, asked.path),
        access_token: Some(asked.access_token),
        algorithms: &client.signing_algorithms(None),
        nonce_required: needs_nonce(oidc, client),
    };
    let proof = proof::check(text, &expected, &*oidc.0.web.sealer, oidc.0.clock.now())?;
    if proof.key != *asked.key {
        return Err(Rule::AccessTokenOtherKey.into());
    }
    once::spend(oidc, None, Some(proof.once)).await
}

/// What was asked of a protected resource.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The path below our issuer.
    pub path: &'a str,
    /// The access token, as it came.
    pub access_token: &'a str,
    /// The key that it is bound to.
    pub key: &'a Thumbprint,
}

/// The one proof that a request may bring (RFC 9449 §4.3).
fn sent(headers: &HeaderMap) -> Result<Option<&str>, ProtocolError> {
    let mut all = headers.get_all(&PROOF).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Rule::ProofUnreadable.error()),
        (Some(_), Some(_)) => Err(Rule::ProofTwice.into()),
    }
}

/// Gives whoever uses proofs the nonce for the next one (RFC 9449 §8.2).
pub fn offer_nonce(oidc: &Oidc, asked: &HeaderMap, response: &mut Response) {
    if !asked.contains_key(&PROOF) {
        return;
    }
    let nonce = nonce::current(&*oidc.0.web.sealer, oidc.0.clock.now());
    if let Ok(value) = HeaderValue::from_str(&nonce) {
        response.headers_mut().insert(NONCE, value);
    }
}

/// The algorithms of proofs, as challenges name them (RFC 9449 §7.1).
pub fn algorithm_names() -> String {
    Alg::ALL.map(Alg::as_str).join(" ")
}

fn needs_nonce(oidc: &Oidc, client: &Client) -> bool {
    oidc.0.dpop_nonce || client.profile == Profile::Fapi2
}

/// Whether a proof is taken at a token endpoint, in a moment of long ago.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzzing_accepts(text: &str) -> bool {
    /// Knows no nonce.
    struct Nobody;

    impl crate::web::Sealer for Nobody {
        fn seal_for(&self, _: crate::web::KeyUse, _: &[u8], _: &[u8]) -> Vec<u8> {
            Vec::new()
        }

        fn open_for(&self, _: crate::web::KeyUse, _: &[u8], _: &[u8]) -> Option<Vec<u8>> {
            None
        }

        fn mac(&self, _: crate::web::KeyUse, _: &[u8]) -> [u8; 32] {
            [0; 32]
        }
    }

    let expected = Expected {
        method: "POST",
        addresses: &["https://p.example/token".to_owned()],
        access_token: None,
        algorithms: &Alg::ALL,
        nonce_required: false,
    };
    proof::check(text, &expected, &Nobody, shared::clock::Timestamp::from_seconds(1_800_000_000)).is_ok()
}
