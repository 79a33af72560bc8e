//! What the passport signs for this site itself: logout tokens, questions, security events. Whether the signature holds,
//! whether it is the kind of token that it should be, and whether it is meant for us.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyId};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::clock::Timestamp;

/// More than an id needs, and less than would hurt to keep.
const LONGEST_ID: usize = 256;

/// What tells tokens of the passport apart: none is taken for another.
pub(super) struct Kind {
    /// `typ` in the header, in lower case and without `application/`.
    pub(super) typ: &'static str,
    /// Whether the type may be left out.
    pub(super) may_be_silent: bool,
    /// What is told to whoever sent one of another type.
    pub(super) another: Refusal,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It breaks that rule.
    #[error("{0}")]
    Rule(&'static str),
    /// It is not signed as it should be.
    #[error("{0}")]
    Signature(&'static str),
    /// It names a key that the passport does not publish.
    #[error("no key of the passport signed it")]
    UnknownKey,
    /// It names a key that is not known here, and it is too early to ask for newer ones.
    #[error("no key of the passport that is known here signed it")]
    TooEarly,
    /// Somebody else issued it.
    #[error("iss is another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("aud is another client")]
    Audience,
}

/// What a token must say to be for us, now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) now: Timestamp,
    /// How far two honest clocks may lie apart.
    pub(super) leeway: Duration,
}

/// `aud`, which is one text or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

const MALFORMED: Refusal = Refusal::Rule("the token is no signed JWT");

/// The claims of a token of that kind, whose signature holds.
pub(super) fn claims(kind: &Kind, text: &str, keys: &[CoreJsonWebKey]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(&verified(kind, text, keys)?).map_err(|_| MALFORMED)
}

/// The payload, whose signature holds.
fn verified(kind: &Kind, text: &str, keys: &[CoreJsonWebKey]) -> Result<Vec<u8>, Refusal> {
    let (signed, signature) = text.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| MALFORMED)?;
    // The algorithms of ID tokens, as they are verified here (Back-Channel Logout §2.6, step 2).
    let alg = match header.alg.as_str() {
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        _ => return Err(Refusal::Signature("the algorithm is not one of ID tokens")),
    };
    let of_another_type = match &header.typ {
        Some(typ) => !is_of(kind, typ),
        None => !kind.may_be_silent,
    };
    if of_another_type {
        return Err(kind.another);
    }
    if header.crit.is_some() {
        return Err(Refusal::Rule("crit is not understood"));
    }
    let kid = JsonWebKeyId::new(header.kid.ok_or(Refusal::Rule("kid is missing"))?);
    let key = keys.iter().find(|key| key.key_id() == Some(&kid)).ok_or(Refusal::UnknownKey)?;
    key.verify_signature(&alg, signed.as_bytes(), &decode(signature)?)
        .map_err(|_| Refusal::Signature("the signature is wrong"))?;
    decode(payload)
}

/// A media type is compared without its `application/` and without case (RFC 7515 §4.1.9).
fn is_of(kind: &Kind, typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == kind.typ
}

/// What keeps an honest token from being taken.
pub(super) fn require(holds: bool, rule: &'static str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Rule(rule)) }
}

/// That the passport wrote it, for us, not in the future, under an id that can be kept.
pub(super) fn judge(
    (iss, aud): (&str, &Audience),
    (iat, jti): (i64, &str),
    expected: Expected<'_>,
) -> Result<(), Refusal> {
    let Expected { issuer, client_id, now, leeway } = expected;
    if iss != issuer {
        return Err(Refusal::Issuer);
    }
    let for_us = match aud {
        Audience::One(one) => one == client_id,
        Audience::Many(many) => many.iter().any(|one| one == client_id),
    };
    if !for_us {
        return Err(Refusal::Audience);
    }
    require(iat <= (now + leeway).seconds(), "the token was issued in the future")?;
    require((1..=LONGEST_ID).contains(&jti.len()), "jti is empty or too long")
}
