//! A key pair that signs, and its public half that verifies. Made and used by aws-lc-rs.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
    UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJsonWebKey;
use serde_json::json;
use shared::secret::{SecretBytes, sha256};

use super::KeysError;
use super::alg::Alg;
use super::token::{KeyHolder, ObjectId, TokenError};

/// The types of tokens that the passport signs: their headers are encoded once.
const TYPES: [&str; 3] = ["JWT", "at+jwt", "logout+jwt"];

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    /// Its private half is elsewhere.
    Held(Arc<dyn KeyHolder>, ObjectId),
}

/// What shows that a token has a key. It is no JWS, so that no signature of it is a token.
const PROOF: &[u8] = b"passport: this key is at hand";

/// A key that signs.
pub struct SigningKey {
    public: Arc<PublicKey>,
    pair: Pair,
    random: SystemRandom,
    /// The encoded header and its dot, for each of [`TYPES`].
    headers: [String; TYPES.len()],
}

/// A key that verifies.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Its id: 72 bits of its hash, enough to tell keys apart and short in every token.
    pub kid: String,
    /// Its algorithm.
    pub alg: Alg,
    /// The point in uncompressed form (P-256), the point (RFC 8032 §5.1.5), or `RSAPublicKey` (RFC 8017 A.1.1).
    pub encoded: Vec<u8>,
    /// What is published.
    pub jwk: CoreJsonWebKey,
}

impl PublicKey {
    /// Reads a public key from its encoded form.
    ///
    /// # Errors
    /// It is no key of that algorithm.
    pub fn new(alg: Alg, encoded: Vec<u8>) -> Result<Self, KeysError> {
        let kid = URL_SAFE_NO_PAD.encode(&sha256(&encoded)[..9]);
        let mut jwk = match alg {
            Alg::ES256 => ec_members(&encoded),
            Alg::EdDsa => ed_members(&encoded),
            Alg::PS256 | Alg::RS256 => rsa_members(&encoded),
        }
        .ok_or(KeysError::Malformed)?;
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(alg.as_str());
        let jwk = serde_json::from_value(jwk).map_err(|_| KeysError::Malformed)?;
        Ok(Self { kid, alg, encoded, jwk })
    }

    /// Whether the signature of that message is by this key.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.alg {
            Alg::ES256 => &ECDSA_P256_SHA256_FIXED,
            Alg::EdDsa => &ED25519,
            Alg::PS256 => &RSA_PSS_2048_8192_SHA256,
            Alg::RS256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, &self.encoded).verify(message, signature).is_ok()
    }
}

fn ec_members(encoded: &[u8]) -> Option<serde_json::Value> {
    let (&4, point) = encoded.split_first()? else {
        return None;
    };
    if point.len() != 64 {
        return None;
    }
    let (x, y) = point.split_at(32);
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    Some(json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) }))
}

/// RFC 8037 §2
fn ed_members(encoded: &[u8]) -> Option<serde_json::Value> {
    (encoded.len() == 32).then(|| json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(encoded) }))
}

fn rsa_members(encoded: &[u8]) -> Option<serde_json::Value> {
    let key = aws_lc_rs::rsa::PublicKey::from_der(encoded).ok()?;
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    Some(json!({
        "kty": "RSA",
        "n": encode(key.modulus().big_endian_without_leading_zero()),
        "e": encode(key.exponent().big_endian_without_leading_zero()),
    }))
}

impl SigningKey {
    /// Makes a key: P-256, Ed25519, or RSA with 2048 bits (RFC 7518 §3.3). The second value is its private form, PKCS #8.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate(alg: Alg) -> Result<(Self, SecretBytes), KeysError> {
        let pkcs8 = match alg {
            Alg::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
                let der = pair.and_then(|pair| pair.to_pkcs8v1());
                der.map(|der| SecretBytes::new(der.as_ref()))
            }
            Alg::EdDsa => {
                let pair = Ed25519KeyPair::generate();
                let der = pair.and_then(|pair| pair.to_pkcs8v1());
                der.map(|der| SecretBytes::new(der.as_ref()))
            }
            Alg::PS256 | Alg::RS256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048);
                let der = pair.and_then(|pair| AsDer::<Pkcs8V1Der<'static>>::as_der(&pair));
                der.map(|der| SecretBytes::new(der.as_ref()))
            }
        }
        .map_err(|_| KeysError::Library)?;
        Ok((Self::from_pkcs8(alg, &pkcs8)?, pkcs8))
    }

    /// Reads a key from its private form.
    ///
    /// # Errors
    /// It is no key of that algorithm.
    pub fn from_pkcs8(alg: Alg, pkcs8: &SecretBytes) -> Result<Self, KeysError> {
        let (pair, encoded) = match alg {
            Alg::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expose())
                    .map_err(|_| KeysError::Malformed)?;
                let encoded = pair.public_key().as_ref().to_vec();
                (Pair::Ec(pair), encoded)
            }
            Alg::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8.expose()).map_err(|_| KeysError::Malformed)?;
                let encoded = pair.public_key().as_ref().to_vec();
                (Pair::Ed(pair), encoded)
            }
            Alg::PS256 | Alg::RS256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8.expose()).map_err(|_| KeysError::Malformed)?;
                let encoded = pair.public_key().as_ref().to_vec();
                let padding: &dyn RsaEncoding = if alg == Alg::PS256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                (Pair::Rsa(pair, padding), encoded)
            }
        };
        let public = Arc::new(PublicKey::new(alg, encoded)?);
        let headers = TYPES.map(|typ| header(&public, typ));
        Ok(Self { public, pair, random: SystemRandom::new(), headers })
    }

    /// A key whose private half a token has by that id.
    ///
    /// # Errors
    /// The public half is none of that algorithm.
    pub fn held(holder: Arc<dyn KeyHolder>, object: ObjectId, alg: Alg, public: Vec<u8>) -> Result<Self, KeysError> {
        let public = Arc::new(PublicKey::new(alg, public)?);
        let headers = TYPES.map(|typ| header(&public, typ));
        Ok(Self { public, pair: Pair::Held(holder, object), random: SystemRandom::new(), headers })
    }

    /// Whether its private half is in a token.
    pub const fn is_held(&self) -> bool {
        matches!(self.pair, Pair::Held(..))
    }

    /// Has the token show that it has the private half. Of a key that is here there is nothing to show.
    ///
    /// # Errors
    /// The token cannot be asked, does not have it, or has another one in its place.
    pub async fn prove(&self) -> Result<(), KeysError> {
        if !self.is_held() {
            return Ok(());
        }
        self.signature(PROOF).await.map(drop)
    }

    /// The public half.
    pub fn public(&self) -> &Arc<PublicKey> {
        &self.public
    }

    /// A compact JWS of these claims (RFC 7515 §7.1).
    ///
    /// # Errors
    /// The claims cannot be written as JSON, the library failed, or the token that has the key cannot be asked.
    pub async fn jws(&self, typ: &str, claims: &(impl serde::Serialize + Sync)) -> Result<String, KeysError> {
        let mut token = self.signing_input(typ, claims)?;
        let signature = self.signature(token.as_bytes()).await?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    fn signing_input(&self, typ: &str, claims: &impl serde::Serialize) -> Result<String, KeysError> {
        let known = TYPES.iter().position(|t| *t == typ);
        let mut token = match known.and_then(|i| self.headers.get(i)) {
            Some(header) => {
                let mut token = String::with_capacity(1024);
                token.push_str(header);
                token
            }
            None => header(&self.public, typ),
        };
        let json = serde_json::to_vec(claims).map_err(KeysError::Claims)?;
        URL_SAFE_NO_PAD.encode_string(json, &mut token);
        Ok(token)
    }

    pub(super) async fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeysError> {
        match &self.pair {
            Pair::Ec(pair) => pair.sign(&self.random, message).map(|signature| signature.as_ref().to_vec()),
            Pair::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &self.random, message, &mut signature).map(|()| signature)
            }
            Pair::Held(holder, object) => {
                let signature = holder.sign(self.public.alg, *object, message.to_vec()).await?;
                return self.checked(message, signature);
            }
        }
        .map_err(|_| KeysError::Library)
    }

    /// What a token signed, if it is what was asked for. One bit that fell over in a device makes an RSA signature by which
    /// anybody computes the private half (Boneh, DeMillo, Lipton 1997); and what no site can verify is to be noticed here.
    fn checked(&self, message: &[u8], signature: Vec<u8>) -> Result<Vec<u8>, KeysError> {
        if self.public.verifies(message, &signature) {
            return Ok(signature);
        }
        Err(TokenError::OtherKey(self.public.kid.clone()).into())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} {})", self.public.alg, self.public.kid)
    }
}

fn header(key: &PublicKey, typ: &str) -> String {
    let header = json!({ "alg": key.alg.as_str(), "kid": key.kid, "typ": typ }).to_string();
    let mut encoded = URL_SAFE_NO_PAD.encode(header);
    encoded.push('.');
    encoded
}
