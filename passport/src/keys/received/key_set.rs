//! Public keys of others (RFC 7517).

use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::secret::sha256;

use super::material::{Flaw, Material};
use super::{Alg, Refusal};

/// More keys than a client has while it changes them.
const MOST_KEYS: usize = 32;

/// Members that only a private or shared key has (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What is wrong with a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetProblem {
    /// RFC 7517 §5
    #[error("must be a JSON Web Key Set: an object whose `keys` are objects")]
    NoSet,
    /// See [`MOST_KEYS`].
    #[error("has more than 32 keys")]
    TooMany,
    /// It has become known to whoever sees the set.
    #[error("holds a private or a shared key")]
    Private,
    /// One of them cannot verify anything.
    #[error("holds {0}")]
    Unusable(Flaw),
    /// Two keys that could verify the same token have the same id.
    #[error("holds two keys with the same `kid` for the same algorithm")]
    SameId,
}

/// SHA-256, base64url, over the required members of a key (RFC 7638) or over a certificate: how a token names what it is
/// bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Thumbprint(String);

/// The text is no thumbprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no SHA-256 thumbprint")]
pub struct NoThumbprint;

impl Thumbprint {
    /// The one of a certificate, as DER (RFC 8705 §3.1).
    pub fn of_certificate(der: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(sha256(der)))
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = NoThumbprint;

    fn try_from(text: String) -> Result<Self, NoThumbprint> {
        Self::parse(&text).ok_or(NoThumbprint)
    }
}

impl Thumbprint {
    /// Reads one as it travels; `None` for anything that is no SHA-256.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = if text.len() == 43 { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it travels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key of somebody else, for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    kid: Option<String>,
    /// The one algorithm it is for, if it says so (RFC 7517 §4.4).
    alg: Option<String>,
    material: Material,
}

impl ForeignKey {
    /// Reads a key. `None` for one that is not for signatures, or of a kind that we don't verify with: a set may hold
    /// those too (RFC 7517 §5).
    ///
    /// # Errors
    /// It is private, or verifies nothing that could be relied on: see [`Flaw`].
    pub fn read(jwk: &Value) -> Result<Option<Self>, KeySetProblem> {
        let jwk = jwk.as_object().ok_or(KeySetProblem::NoSet)?;
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return Err(KeySetProblem::Private);
        }
        if !is_for_signatures(jwk) {
            return Ok(None);
        }
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let material = Material::read(jwk).map_err(KeySetProblem::Unusable)?;
        Ok(material.map(|material| Self {
            kid: text("kid").map(str::to_owned),
            alg: text("alg").map(str::to_owned),
            material,
        }))
    }

    /// Whether it may verify signatures of that algorithm.
    pub fn fits(&self, alg: Alg) -> bool {
        let kind = match self.material {
            Material::Ec(_) => alg == Alg::ES256,
            Material::Ed(_) => alg == Alg::EdDsa,
            Material::Rsa { .. } => matches!(alg, Alg::PS256 | Alg::RS256),
        };
        kind && self.alg.as_deref().is_none_or(|own| own == alg.as_str())
    }

    /// RFC 7638 §3: the required members in the order of their names.
    pub fn thumbprint(&self) -> Thumbprint {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let members = match &self.material {
            Material::Ec(point) => {
                let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
            }
            Material::Ed(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(x)),
            Material::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        };
        Thumbprint(encode(&sha256(members.as_bytes())))
    }

    /// Whether the key made that signature, base64url, of the message.
    pub(super) fn verifies(&self, alg: Alg, message: &[u8], signature: &str) -> bool {
        let key = match &self.material {
            Material::Ec(point) => DecodingKey::from_ec_der(point),
            Material::Ed(point) => DecodingKey::from_ed_der(point),
            Material::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        };
        let alg = match alg {
            Alg::ES256 => Algorithm::ES256,
            Alg::EdDsa => Algorithm::EdDSA,
            Alg::PS256 => Algorithm::PS256,
            Alg::RS256 => Algorithm::RS256,
        };
        crypto::verify(signature, message, &key, alg).unwrap_or(false)
    }
}

/// RFC 7517 §4.2 and §4.3
fn is_for_signatures(jwk: &Map<String, Value>) -> bool {
    let by_use = jwk.get("use").is_none_or(|value| value == "sig");
    let by_operations = match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        Some(_) => false,
    };
    by_use && by_operations
}

/// The public keys of one client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySet {
    keys: Vec<ForeignKey>,
    /// SHA-256 of the certificates in it.
    certificates: Vec<[u8; 32]>,
}

impl KeySet {
    /// Reads a key set of somebody who can be told what is wrong with it; keys that are not for signatures are left out.
    ///
    /// # Errors
    /// See [`KeySetProblem`].
    pub fn read(set: &Value) -> Result<Self, KeySetProblem> {
        Self::of(set, ForeignKey::read)
    }

    /// Reads one that is as it is: fetched from its owner, or taken before we asked for what we ask for now. Keys that
    /// cannot be used are left out (RFC 7517 §5), so that the others still count.
    ///
    /// # Errors
    /// See [`KeySetProblem`]; never [`KeySetProblem::Unusable`].
    pub fn usable(set: &Value) -> Result<Self, KeySetProblem> {
        Self::of(set, |key| match ForeignKey::read(key) {
            Err(KeySetProblem::Unusable(_)) => Ok(None),
            read => read,
        })
    }

    fn of(
        set: &Value,
        read: impl Fn(&Value) -> Result<Option<ForeignKey>, KeySetProblem>,
    ) -> Result<Self, KeySetProblem> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(KeySetProblem::NoSet)?;
        if keys.len() > MOST_KEYS {
            return Err(KeySetProblem::TooMany);
        }
        let mut good = Vec::with_capacity(keys.len());
        for key in keys {
            good.extend(read(key)?);
        }
        let mut known = HashSet::new();
        for key in &good {
            for alg in Alg::ALL.into_iter().filter(|alg| key.fits(*alg)) {
                if key.kid.is_some() && !known.insert((key.kid.as_deref(), alg)) {
                    return Err(KeySetProblem::SameId);
                }
            }
        }
        Ok(Self { keys: good, certificates: keys.iter().filter_map(certificate).collect() })
    }

    /// Whether that certificate, as DER, stands in the set (RFC 8705 §2.2).
    pub fn has_certificate(&self, der: &[u8]) -> bool {
        self.certificates.contains(&sha256(der))
    }

    /// The one key that a token of that id and algorithm can have been signed with (OIDC Core §10.1: a signer with
    /// several keys names the one).
    pub(super) fn find(&self, kid: Option<&str>, alg: Alg) -> Result<&ForeignKey, Refusal> {
        let mut fitting =
            self.keys.iter().filter(|key| key.fits(alg) && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(Refusal::UnknownKey),
            (Some(_), Some(_)) => Err(Refusal::AmbiguousKey),
        }
    }
}

/// The certificate of a key (RFC 7517 §4.7: the first one, in base64 and not base64url). It is compared and never
/// believed: what it says about its holder is not looked at.
fn certificate(jwk: &Value) -> Option<[u8; 32]> {
    let first = jwk.get("x5c")?.as_array()?.first()?.as_str()?;
    STANDARD.decode(first).ok().map(|der| sha256(&der))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The keys of RFC 7638 §3.1, RFC 8037 appendix A.2 and RFC 9449 §4.1.
    fn rsa_key() -> Value {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZC\
            iFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7\
            d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c\
            sFCur-kEgU8awapJzKnqDKgw";
        json!({ "kty": "RSA", "n": n, "e": "AQAB", "kid": "2011-04-29" })
    }

    fn ed_key() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    fn ec_key() -> Value {
        let (x, y) = ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
    }

    fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
        key[name] = value.into();
        key
    }

    fn read(keys: &[Value]) -> Result<usize, KeySetProblem> {
        KeySet::read(&json!({ "keys": keys })).map(|set| set.keys.len())
    }

    fn thumbprint(jwk: &Value) -> String {
        ForeignKey::read(jwk).expect("read").expect("a key").thumbprint().to_string()
    }

    #[test]
    fn thumbprints_are_those_of_the_standards() {
        assert_eq!(thumbprint(&rsa_key()), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(thumbprint(&ed_key()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(thumbprint(&ec_key()), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_thumbprint_is_a_sha_256_and_nothing_else() {
        let text = thumbprint(&ec_key());
        assert_eq!(Thumbprint::parse(&text).map(|t| t.to_string()), Some(text.clone()));
        for other in ["", "x", &text[1..], &format!("{text}A"), &text.replace('Z', "é"), &text.replace('Z', "+")] {
            assert_eq!(Thumbprint::parse(other), None, "{other}");
        }
    }

    #[test]
    fn keys_that_are_not_for_signatures_or_unknown_are_left_out() {
        let keys = [
            with(rsa_key(), "use", "enc"),
            with(ec_key(), "key_ops", json!(["encrypt"])),
            with(ec_key(), "crv", "secp256k1"),
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "x" }),
            with(with(ec_key(), "use", "sig"), "key_ops", json!(["verify"])),
        ];
        assert_eq!(read(&keys), Ok(1));
    }

    #[test]
    fn a_private_or_shared_key_spoils_the_set() {
        for key in [with(ec_key(), "d", "x"), json!({ "kty": "oct", "k": "c2VjcmV0" }), with(rsa_key(), "p", "x")] {
            assert_eq!(read(&[ed_key(), key]), Err(KeySetProblem::Private));
        }
    }

    #[test]
    fn what_is_no_set_of_keys_is_refused() {
        assert_eq!(KeySet::read(&json!({ "keys": [1] })), Err(KeySetProblem::NoSet));
        assert_eq!(KeySet::read(&json!([])), Err(KeySetProblem::NoSet));
        assert_eq!(read(&vec![ed_key(); MOST_KEYS + 1]), Err(KeySetProblem::TooMany));
    }

    #[test]
    fn a_key_that_cannot_be_used_spoils_a_registration_and_is_passed_over_in_what_is_fetched() {
        let broken = with(ec_key(), "y", ec_key()["x"].clone());
        let set = json!({ "keys": [broken, rsa_key()] });
        assert_eq!(KeySet::read(&set), Err(KeySetProblem::Unusable(Flaw::Point)));
        assert_eq!(KeySet::usable(&set).map(|set| set.keys.len()), Ok(1));
        let private = json!({ "keys": [with(ec_key(), "d", "x"), rsa_key()] });
        assert_eq!(KeySet::usable(&private), Err(KeySetProblem::Private));
    }

    #[test]
    fn an_id_may_be_shared_by_keys_of_different_algorithms_only() {
        let (rsa, ec) = (with(rsa_key(), "kid", "1"), with(ec_key(), "kid", "1"));
        // RFC 7517 §4.5: keys that are alternatives of each other, of different kinds, may share an id.
        assert_eq!(read(&[rsa.clone(), ec.clone()]), Ok(2));
        assert_eq!(read(&[with(rsa.clone(), "alg", "PS256"), with(rsa.clone(), "alg", "RS256")]), Ok(2));
        assert_eq!(read(&[ec.clone(), ec]), Err(KeySetProblem::SameId));
        assert_eq!(read(&[rsa.clone(), with(rsa, "alg", "PS256")]), Err(KeySetProblem::SameId));
    }

    #[test]
    fn a_token_has_exactly_one_key() {
        let set = |keys: &[Value]| KeySet::read(&json!({ "keys": keys })).expect("a set");
        let found = |set: &KeySet, kid, alg| set.find(kid, alg).map(|key| key.thumbprint().to_string());
        let two = set(&[with(ec_key(), "kid", "a"), ed_key(), rsa_key()]);
        assert_eq!(found(&two, Some("a"), Alg::ES256), Ok(thumbprint(&ec_key())));
        assert_eq!(found(&two, None, Alg::EdDsa), Ok(thumbprint(&ed_key())));
        assert_eq!(found(&two, Some("b"), Alg::ES256), Err(Refusal::UnknownKey));
        assert_eq!(found(&two, Some("a"), Alg::PS256), Err(Refusal::UnknownKey));
        let unnamed = set(&[ec_key(), with(ec_key(), "kid", "a")]);
        assert_eq!(found(&unnamed, None, Alg::ES256), Err(Refusal::AmbiguousKey));
        let pinned = set(&[with(rsa_key(), "alg", "PS256")]);
        assert_eq!(found(&pinned, None, Alg::RS256), Err(Refusal::UnknownKey));
    }
}
