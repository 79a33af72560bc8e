//! One proof: a token that shows possession of a key for one request (RFC 9449 §4).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::clock::Timestamp;
use shared::secret::sha256;
use url::Url;

use super::super::error::ProtocolError;
use super::super::once::{Once, Use};
use super::super::rules::{self, Rule};
use super::nonce;
use crate::keys::Alg;
use crate::keys::received::{Claims, Purpose, Received, Refusal, Thumbprint};
use crate::web::Sealer;

/// How many seconds the clock of a proof's maker may be ahead.
const AHEAD: i64 = 10;

/// How many seconds a proof may be old: ten, and the one that turned while it was on its way. Both times are cut to whole
/// seconds, so that a proof that names a moment ten seconds back would else hold or not by when in a second it is read.
const OLD: i64 = 11;

/// From the moment that it names to the first one at which it is too old.
pub(in crate::oidc) const LONGEST: Duration = Duration::from_secs(OLD.unsigned_abs() + 1);

/// A proof that holds. It counts once, and is to be spent before anything else happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The key whose possession it shows.
    pub key: Thumbprint,
    /// How a second use of it is known.
    pub once: Once,
}

/// What a proof must be made for.
pub(super) struct Expected<'e> {
    /// The method of the request.
    pub(super) method: &'e str,
    /// Where the request may have gone, without query.
    pub(super) addresses: &'e [String],
    /// The access token beside it, at a protected resource.
    pub(super) access_token: Option<&'e str>,
    /// The algorithms that the client may sign with.
    pub(super) algorithms: &'e [Alg],
    /// Whether it must hold a nonce of ours. One that it holds must be ours in any case.
    pub(super) nonce_required: bool,
}

/// Holds a proof against what it must be made for.
///
/// # Errors
/// `invalid_dpop_proof`; `use_dpop_nonce` if all that is wrong so far is the nonce.
pub(super) fn check(
    text: &str,
    expected: &Expected<'_>,
    sealer: &dyn Sealer,
    now: Timestamp,
) -> Result<Proof, ProtocolError> {
    let received = Received::parse(text, Purpose::DpopProof).map_err(refusal)?;
    let (claims, key) = received.verify_possession(expected.algorithms).map_err(refusal)?;
    let key = key.thumbprint();
    let (jti, iat) = required(&claims).map_err(refusal)?;
    if claims.text("htm").ok().flatten() != Some(expected.method) {
        return Err(Rule::ProofMethod.into());
    }
    if !claims.text("htu").ok().flatten().is_some_and(|htu| is_one_of(htu, expected.addresses)) {
        return Err(Rule::ProofAddress.into());
    }
    match claims.text("nonce").map_err(refusal)? {
        None if !expected.nonce_required => {}
        Some(text) if nonce::is_fresh(text, sealer, now) => {}
        _ => return Err(Rule::ProofNonce.into()),
    }
    if !(-AHEAD..=OLD).contains(&(now.seconds() - iat.seconds())) {
        return Err(Rule::ProofTime.into());
    }
    if let Some(token) = expected.access_token {
        let hash = URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()));
        if claims.text("ath").ok().flatten() != Some(hash.as_str()) {
            return Err(Rule::ProofTokenHash.into());
        }
    }
    // The first moment at which it would be too old.
    let end = iat + LONGEST;
    let once = Once::new(Use::DpopProof, key.as_str(), &jti, end);
    Ok(Proof { key, once })
}

fn required(claims: &Claims) -> Result<(String, Timestamp), Refusal> {
    let jti = claims.text("jti")?.filter(|jti| !jti.is_empty()).ok_or(Refusal::Claim)?;
    let iat = claims.moment("iat")?.ok_or(Refusal::Claim)?;
    Ok((jti.to_owned(), iat))
}

/// Compares addresses as RFC 3986 §6.2 normalises them, without query and fragment.
fn is_one_of(htu: &str, ours: &[String]) -> bool {
    let place = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    place(htu).is_some_and(|htu| ours.iter().any(|ours| place(ours).as_ref() == Some(&htu)))
}

fn refusal(refusal: Refusal) -> ProtocolError {
    rules::of_proof(refusal).error()
}

#[cfg(test)]
mod tests;
