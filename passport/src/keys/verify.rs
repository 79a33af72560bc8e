//! Verification of tokens that the passport signed itself: access tokens at its own endpoints, ID token hints.
//!
//! A strict wrapper around jsonwebtoken, whose defaults grant a minute of leeway, ask the wall clock and pass over
//! `nbf` and `crit`. Here the algorithm is the one pinned to the key, the type must be the expected one, critical
//! extensions are refused, and time is an argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::clock::Timestamp;

use super::alg::Alg;
use super::received::LARGEST;
use super::seen::Seen;
use super::signing_key::PublicKey;

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a compact JWS with a header we can read.
    #[error("the token is malformed")]
    Malformed,
    /// Signed by no key of ours.
    #[error("the token names a key that is not ours")]
    UnknownKey,
    /// Header and key disagree on the algorithm, or the token is of another type.
    #[error("the token is of another type")]
    Type,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// Its time is over, has not come, or is not given.
    #[error("the token is expired or not valid yet")]
    Expired,
}

/// Whether the token's times count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// `exp` must be there and lie ahead; `nbf` must not.
    Checked(Timestamp),
    /// Not looked at: for an `id_token_hint`, which tells who somebody was (OIDC Core §3.1.2.1).
    Ignored,
}

/// A public key, ready to verify.
pub struct Verifier {
    key: DecodingKey,
    alg: Algorithm,
    validation: Validation,
}

impl Verifier {
    /// A verifier with that key.
    pub fn new(key: &PublicKey) -> Self {
        let (alg, key) = match key.alg {
            Alg::ES256 => (Algorithm::ES256, DecodingKey::from_ec_der(&key.encoded)),
            Alg::EdDsa => (Algorithm::EdDSA, DecodingKey::from_ed_der(&key.encoded)),
            Alg::PS256 => (Algorithm::PS256, DecodingKey::from_rsa_der(&key.encoded)),
            Alg::RS256 => (Algorithm::RS256, DecodingKey::from_rsa_der(&key.encoded)),
        };
        let mut validation = Validation::new(alg);
        // Times and audience are checked by us, with our clock and by whoever knows the audience.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.leeway = 0;
        Self { key, alg, validation }
    }
}

/// The claims of a token of that type, if one of the keys that `find` knows signed it: for whoever has keys without a ring.
///
/// # Errors
/// See [`TokenError`].
pub fn verify_by<'k, T: DeserializeOwned>(
    token: &str,
    (typ, expiry): (&str, Expiry),
    find: impl FnOnce(&str) -> Option<&'k Verifier>,
) -> Result<T, TokenError> {
    verify(token, Expected { typ, expiry, seen: &Seen::default() }, find)
}

/// What a token is held against.
#[derive(Clone, Copy)]
pub(super) struct Expected<'e> {
    /// The `typ` of the header.
    pub(super) typ: &'e str,
    /// Whether times count.
    pub(super) expiry: Expiry,
    /// The tokens whose signature is known to be right.
    pub(super) seen: &'e Seen,
}

/// The claims of a token of that type, if one of the keys that `find` knows signed it.
///
/// # Errors
/// See [`TokenError`].
pub(super) fn verify<'k, T: DeserializeOwned>(
    token: &str,
    expected: Expected<'_>,
    find: impl FnOnce(&str) -> Option<&'k Verifier>,
) -> Result<T, TokenError> {
    // Who holds a token may make anything of it before it comes here.
    if token.len() > LARGEST {
        return Err(TokenError::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
    let kid = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
    let verifier = find(kid).ok_or(TokenError::UnknownKey)?;
    if header.alg != verifier.alg || header.typ.as_deref() != Some(expected.typ) || header.crit.is_some() {
        return Err(TokenError::Type);
    }
    let claims = if expected.seen.contains(token) {
        payload(token).ok_or(TokenError::Malformed)?
    } else {
        let decoded = jsonwebtoken::decode::<Value>(token, &verifier.key, &verifier.validation);
        let claims = decoded.map_err(|_| TokenError::Signature)?.claims;
        expected.seen.insert(token);
        claims
    };
    if let Expiry::Checked(now) = expected.expiry {
        check_times(&claims, now)?;
    }
    serde_json::from_value(claims).map_err(|_| TokenError::Malformed)
}

/// The key that a token says it was signed by.
pub(super) fn kid(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// The claims of a token whose signature needs no verification.
fn payload(token: &str) -> Option<Value> {
    let encoded = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

fn check_times(claims: &Value, now: Timestamp) -> Result<(), TokenError> {
    let date = |name| claims.get(name).and_then(Value::as_i64);
    let expired = date("exp").is_none_or(|exp| exp <= now.seconds());
    let early = claims.get("nbf").is_some() && date("nbf").is_none_or(|nbf| nbf > now.seconds());
    if expired || early {
        return Err(TokenError::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;
    use crate::keys::signing_key::SigningKey;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn signing_key(alg: Alg) -> SigningKey {
        SigningKey::generate(alg).expect("a key").0
    }

    fn signed(key: &SigningKey, typ: &str, claims: &Value) -> String {
        key.jws(typ, claims).now_or_never().expect("nothing is waited for").expect("signed")
    }

    /// Twice, since the second time the signature is known.
    fn check(key: &SigningKey, token: &str, typ: &str) -> Result<Value, TokenError> {
        let seen = Seen::default();
        let first = check_with(key, token, typ, &seen);
        assert_eq!(check_with(key, token, typ, &seen), first);
        first
    }

    fn check_with(key: &SigningKey, token: &str, typ: &str, seen: &Seen) -> Result<Value, TokenError> {
        let verifier = Verifier::new(key.public());
        let expected = Expected { typ, expiry: Expiry::Checked(NOW), seen };
        verify(token, expected, |kid| (kid == key.public().kid).then_some(&verifier))
    }

    #[test]
    fn what_was_signed_verifies_with_either_algorithm() {
        for alg in Alg::ALL {
            let key = signing_key(alg);
            let claims = json!({ "sub": "a", "exp": 1_001 });
            let token = signed(&key, "at+jwt", &claims);
            assert_eq!(check(&key, &token, "at+jwt"), Ok(claims));
            assert_eq!(check(&key, &token, "JWT"), Err(TokenError::Type));
            assert_eq!(check(&signing_key(alg), &token, "at+jwt"), Err(TokenError::UnknownKey));
        }
    }

    #[test]
    fn there_is_no_leeway() {
        let key = signing_key(Alg::ES256);
        for claims in [
            json!({ "exp": 1_000 }),
            json!({ "exp": "1001" }),
            json!({}),
            json!({ "exp": 1_001, "nbf": 1_001 }),
            json!({ "exp": 1_001, "nbf": "soon" }),
        ] {
            let token = signed(&key, "JWT", &claims);
            assert_eq!(check(&key, &token, "JWT"), Err(TokenError::Expired), "{claims}");
        }
    }

    #[test]
    fn an_expired_hint_still_tells_who() {
        let key = signing_key(Alg::ES256);
        let token = signed(&key, "JWT", &json!({ "sub": "a", "exp": 1 }));
        let verifier = Verifier::new(key.public());
        let expected = Expected { typ: "JWT", expiry: Expiry::Ignored, seen: &Seen::default() };
        let claims: Result<Value, _> = verify(&token, expected, |_| Some(&verifier));
        assert_eq!(claims.expect("claims")["sub"], "a");
    }

    #[test]
    fn another_payload_or_signature_is_refused() {
        let key = signing_key(Alg::ES256);
        let (a, b) = (
            signed(&key, "JWT", &json!({ "sub": "a", "exp": 2_000 })),
            signed(&key, "JWT", &json!({ "sub": "b", "exp": 2_000 })),
        );
        let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
        let (a, b) = (parts(&a), parts(&b));
        let mixed = format!("{}.{}.{}", a[0], b[1], a[2]);
        assert_eq!(check(&key, &mixed, "JWT"), Err(TokenError::Signature));
        let cut = format!("{}.{}.", a[0], a[1]);
        assert_eq!(check(&key, &cut, "JWT"), Err(TokenError::Signature));
        assert_eq!(check(&key, "a.b", "JWT"), Err(TokenError::Malformed));
        let large = signed(&key, "JWT", &json!({ "exp": 2_000, "a": "a".repeat(LARGEST) }));
        assert_eq!(check(&key, &large, "JWT"), Err(TokenError::Malformed));
    }

    #[test]
    fn a_token_seen_before_still_expires_and_keeps_its_type() {
        let (key, seen) = (signing_key(Alg::ES256), Seen::default());
        let token = signed(&key, "at+jwt", &json!({ "exp": 1_001 }));
        assert!(check_with(&key, &token, "at+jwt", &seen).is_ok());
        assert!(seen.contains(&token));
        assert_eq!(check_with(&key, &token, "JWT", &seen), Err(TokenError::Type));
        let verifier = Verifier::new(key.public());
        let late = Expected { typ: "at+jwt", expiry: Expiry::Checked(Timestamp::from_seconds(1_001)), seen: &seen };
        assert_eq!(verify::<Value>(&token, late, |_| Some(&verifier)), Err(TokenError::Expired));
    }

    #[test]
    fn openidconnect_verifies_what_we_publish_and_sign() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        use openidconnect::JsonWebKey as _;
        use openidconnect::core::CoreJwsSigningAlgorithm as Core;
        for (alg, core) in [(Alg::ES256, Core::EcdsaP256Sha256), (Alg::RS256, Core::RsaSsaPkcs1V15Sha256)] {
            let key = signing_key(alg);
            let token = signed(&key, "JWT", &json!({ "sub": "a" }));
            let (message, signature) = token.rsplit_once('.').expect("three parts");
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
            let public = &key.public().jwk;
            assert!(public.verify_signature(&core, message.as_bytes(), &signature).is_ok());
            assert!(public.verify_signature(&core, b"another", &signature).is_err());
        }
    }
}
