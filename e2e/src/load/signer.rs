//! What a strict client signs: its assertions (RFC 7523) and its proofs of possession (RFC 9449).

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// How long an assertion is good for, in seconds.
const LIFETIME: u64 = 60;

/// A key of P-256.
pub struct Signer {
    key: EncodingKey,
    jwk: Jwk,
}

impl Signer {
    /// Makes a key and keeps it in a file; its public half, as a line of a client's description.
    pub fn make(file: &Path) -> anyhow::Result<String> {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        std::fs::write(file, pair.as_ref()).with_context(|| format!("{} cannot be written", file.display()))?;
        let Value::Object(fields) = serde_json::to_value(&Self::read(file)?.jwk)? else { anyhow::bail!("no key") };
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        Ok(format!("jwks = {{ keys = [{{ {} }}] }}", fields.join(", ")))
    }

    /// Reads a key that was made.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let key = EncodingKey::from_ec_der(&text);
        let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        Ok(Self { key, jwk })
    }

    /// The thumbprint by which tokens are bound to this key (RFC 7638).
    pub fn thumbprint(&self) -> anyhow::Result<String> {
        Ok(self.jwk.thumbprint(ThumbprintHash::SHA256)?)
    }

    /// Says to the issuer that this is that client.
    pub fn assertion(&self, client: &str, issuer: &str) -> anyhow::Result<String> {
        let now = now()?;
        let claims = json!({
            "iss": client, "sub": client, "aud": issuer, "jti": random()?, "iat": now, "exp": now + LIFETIME,
        });
        Ok(encode(&Header::new(Algorithm::ES256), &claims, &self.key)?)
    }

    /// Proves to an address that whoever sends the request holds this key.
    pub fn proof(&self, address: &str, nonce: Option<&str>) -> anyhow::Result<String> {
        let mut claims = json!({ "jti": random()?, "htm": "POST", "htu": address, "iat": now()? });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let header =
            Header { typ: Some("dpop+jwt".to_owned()), jwk: Some(self.jwk.clone()), ..Header::new(Algorithm::ES256) };
        Ok(encode(&header, &claims, &self.key)?)
    }
}

/// What nobody can guess.
pub fn random() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}
