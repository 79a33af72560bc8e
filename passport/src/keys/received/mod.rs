//! Tokens that others signed: client assertions, DPoP proofs, request objects. Every one goes through here.
//!
//! A token is taken apart within limits ([`shape`]) and held against what its [`Purpose`] allows before a key is
//! touched; then one key that is pinned to one algorithm verifies it ([`key_set`]); then its claims are held against our
//! clock and our name ([`claims`]). Nothing in a token says where to find the key for it: the key comes from the
//! registration of the client, or, for a DPoP proof alone, stands in the header and proves nothing but its possession.

pub mod claims;
pub mod key_set;
pub mod material;
mod shape;

use serde_json::{Map, Value};

pub use self::claims::{Audience, Claims, Times};
pub use self::key_set::{ForeignKey, KeySet, KeySetProblem, Thumbprint};
pub use self::material::Flaw;
pub(super) use self::shape::LARGEST;

use super::alg::Alg;

/// What a token is presented as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// RFC 7523 §2.2
    ClientAssertion,
    /// RFC 9449 §4.2
    DpopProof,
    /// RFC 9101 §4
    RequestObject,
    /// OpenID Connect Core §2: one of ours, as a site reads it.
    IdToken,
}

impl Purpose {
    /// Whether a token of that type may be presented as this (RFC 8725 §3.11). Many libraries leave the type out where
    /// its standard does not demand one.
    fn admits(self, typ: Option<&str>) -> bool {
        let typ = typ.map(str::to_ascii_lowercase);
        // RFC 7515 §4.1.9: the prefix may be left out, and should be.
        let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        match self {
            Self::DpopProof => typ == Some("dpop+jwt"),
            Self::ClientAssertion => matches!(typ, None | Some("jwt" | "client-authentication+jwt")),
            Self::IdToken => matches!(typ, None | Some("jwt")),
            Self::RequestObject => matches!(typ, None | Some("jwt" | "oauth-authz-req+jwt")),
        }
    }
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub enum Refusal {
    /// Larger than any of its kind has to be.
    TooLarge,
    /// Not a compact JWS with a header and claims that we can read.
    Malformed,
    /// Its `typ` is of another kind of token.
    Type,
    /// It lists extensions that must be understood (RFC 7515 §4.1.11, RFC 7797 §6).
    Critical,
    /// It brings a key along, or says where to fetch one.
    KeyInHeader,
    /// Its algorithm is not allowed: for this purpose, for this client, or for this key.
    Algorithm,
    /// No key of the signer's fits it.
    UnknownKey,
    /// Several do (RFC 7517 §4.5 asks for distinct ids).
    AmbiguousKey,
    /// The key that it brings along is none that we take.
    UnusableKey,
    /// The signature is wrong.
    Signature,
    /// A claim is missing, or is of another type than the standard says.
    Claim,
    /// It is over.
    Expired,
    /// It counts for longer than it may.
    TooLong,
    /// It was issued, or begins, in the future.
    Early,
    /// It is meant for somebody else.
    Audience,
}

impl Refusal {
    /// What is wrong, in the characters that an error description may have (RFC 6749 §5.2).
    pub const fn text(self) -> &'static str {
        match self {
            Self::TooLarge => "the JWT is too large",
            Self::Malformed => "the JWT is malformed",
            Self::Type => "the JWT is of another type",
            Self::Critical => "the JWT has critical extensions",
            Self::KeyInHeader => "the JWT names a key in its header",
            Self::Algorithm => "the algorithm of the JWT is not allowed",
            Self::UnknownKey => "no registered key fits the JWT",
            Self::AmbiguousKey => "several registered keys fit the JWT: give them ids of their own",
            Self::UnusableKey => "the key in the JWT is not a public key that is accepted",
            Self::Signature => "the signature of the JWT is wrong",
            Self::Claim => "a claim of the JWT is missing or of the wrong type",
            Self::Expired => "the JWT has expired",
            Self::TooLong => "the JWT is valid for too long",
            Self::Early => "iat or nbf of the JWT lies in the future",
            Self::Audience => "the JWT is meant for another audience",
        }
    }
}

/// A token that was taken apart. Nothing in it is proven.
#[derive(Debug, Clone)]
pub struct Received<'t> {
    /// What the signature covers.
    message: &'t str,
    signature: &'t str,
    alg: Alg,
    kid: Option<String>,
    jwk: Option<Value>,
    claims: Map<String, Value>,
}

impl<'t> Received<'t> {
    /// Takes a token apart and holds its header against the purpose.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn parse(text: &'t str, purpose: Purpose) -> Result<Self, Refusal> {
        if text.len() > shape::LARGEST {
            return Err(Refusal::TooLarge);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
        let mut header = shape::object(header)?;
        let typ = optional_text(&header, "typ")?;
        if !purpose.admits(typ.as_deref()) {
            return Err(Refusal::Type);
        }
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Refusal::Critical);
        }
        if header.contains_key("jku") || header.contains_key("x5u") {
            return Err(Refusal::KeyInHeader);
        }
        let jwk = header.remove("jwk");
        if jwk.is_some() && purpose != Purpose::DpopProof {
            return Err(Refusal::KeyInHeader);
        }
        let alg = optional_text(&header, "alg")?.ok_or(Refusal::Malformed)?;
        Ok(Self {
            message,
            signature,
            alg: alg.parse().map_err(|_| Refusal::Algorithm)?,
            kid: optional_text(&header, "kid")?,
            jwk,
            claims: shape::object(payload)?,
        })
    }

    /// A claim as the sender says it: good for finding out whose keys to verify with, and for nothing else.
    pub fn unproven(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// The claims, if a key of that set signed them with one of these algorithms.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn verify(self, keys: &KeySet, allowed: &[Alg]) -> Result<Claims, Refusal> {
        let key = keys.find(self.kid.as_deref(), self.allowed(allowed)?)?;
        self.prove(key)
    }

    /// The claims and the key in the header that signed them with one of these algorithms: proof that the sender has
    /// the private half, whoever that is (RFC 9449 §4.3).
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn verify_possession(mut self, allowed: &[Alg]) -> Result<(Claims, ForeignKey), Refusal> {
        let alg = self.allowed(allowed)?;
        let jwk = self.jwk.take().ok_or(Refusal::UnusableKey)?;
        let key = ForeignKey::read(&jwk).map_err(|_| Refusal::UnusableKey)?.ok_or(Refusal::UnusableKey)?;
        if !key.fits(alg) {
            return Err(Refusal::Algorithm);
        }
        Ok((self.prove(&key)?, key))
    }

    fn allowed(&self, allowed: &[Alg]) -> Result<Alg, Refusal> {
        if allowed.contains(&self.alg) { Ok(self.alg) } else { Err(Refusal::Algorithm) }
    }

    fn prove(self, key: &ForeignKey) -> Result<Claims, Refusal> {
        let genuine = key.verifies(self.alg, self.message.as_bytes(), self.signature);
        if genuine { Ok(Claims::new(self.claims)) } else { Err(Refusal::Signature) }
    }
}

fn optional_text(header: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::Malformed),
    }
}

#[cfg(test)]
mod tests;
