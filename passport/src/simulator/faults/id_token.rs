//! ID tokens with faults. Without any, one is signed as the passport signs it; each fault changes one thing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use shared::clock::Timestamp;
use shared::secret::hmac_sha256;

use super::{Fault, Set};
use crate::keys::signing_key::{PublicKey, SigningKey};
use crate::keys::{Alg, KeysError};
use crate::oidc::id_token;

/// An hour.
const HOUR: i64 = 3_600;

/// Somebody else.
const STRANGER: &str = "another-client";

/// What a token is made of.
pub(in crate::simulator) struct Faulty<'f> {
    /// What is wrong with it.
    pub(in crate::simulator) faults: &'f Set,
    /// The key that signs.
    pub(in crate::simulator) key: &'f SigningKey,
    /// A key that nobody knows.
    pub(in crate::simulator) unknown: &'f SigningKey,
    /// The secret that the client showed; a public client has none.
    pub(in crate::simulator) secret: Option<&'f str>,
    /// Now.
    pub(in crate::simulator) now: Timestamp,
}

/// A signed token with these claims, as wrong as it is to be.
///
/// # Errors
/// See [`KeysError`].
pub(in crate::simulator) async fn sign(mut claims: Map<String, Value>, made: Faulty<'_>) -> Result<String, KeysError> {
    for fault in made.faults {
        spoil(&mut claims, *fault, (made.key.public().alg, made.now));
    }
    let has = |fault| made.faults.contains(&fault);
    let key = made.key.public();
    if has(Fault::AlgNone) {
        return Ok(unsigned(&claims));
    }
    if has(Fault::AlgHs256PublicKey) {
        return Ok(by_word(&key.kid, pem(key).as_bytes(), &claims));
    }
    if has(Fault::AlgHs256Secret) {
        return Ok(by_word(&key.kid, made.secret.unwrap_or_default().as_bytes(), &claims));
    }
    if has(Fault::Kid) {
        return made.unknown.jws(id_token::TYPE, &claims).await;
    }
    let token = made.key.jws(id_token::TYPE, &claims).await?;
    Ok(if has(Fault::Signature) { with_another_signature(&token) } else { token })
}

/// Makes one claim wrong.
fn spoil(claims: &mut Map<String, Value>, fault: Fault, (alg, now): (Alg, Timestamp)) {
    let now = now.seconds();
    let mut put = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    match fault {
        Fault::Iss => put("iss", "https://another-issuer.invalid".into()),
        Fault::Aud => put("aud", STRANGER.into()),
        Fault::Azp => {
            let own = claims.get("aud").cloned().unwrap_or_default();
            claims.insert("aud".to_owned(), json!([own, STRANGER]));
            claims.insert("azp".to_owned(), STRANGER.into());
        }
        Fault::Expired => {
            put("iat", (now - 2 * HOUR).into());
            put("exp", (now - HOUR).into());
        }
        Fault::NotYetValid => {
            put("iat", (now + HOUR).into());
            put("nbf", (now + HOUR).into());
            put("exp", (now + 2 * HOUR).into());
        }
        Fault::Nonce => put("nonce", "of-another-request".into()),
        Fault::NonceMissing => drop(claims.remove("nonce")),
        Fault::AtHash => put("at_hash", id_token::at_hash(alg, "another access token").into()),
        Fault::Acr => put("acr", "urn:example:acr:0".into()),
        Fault::AcrMissing => drop(claims.remove("acr")),
        Fault::AuthTime => put("auth_time", (now - 30 * 24 * HOUR).into()),
        _ => {}
    }
}

fn encoded(header: &Value, claims: &Map<String, Value>) -> String {
    let claims = Value::Object(claims.clone()).to_string();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims))
}

/// RFC 7518 §3.6: whoever takes it takes anything.
fn unsigned(claims: &Map<String, Value>) -> String {
    format!("{}.", encoded(&json!({ "alg": "none", "typ": id_token::TYPE }), claims))
}

/// Signed by what is no secret, or by one that is shared with others than the two.
fn by_word(kid: &str, word: &[u8], claims: &Map<String, Value>) -> String {
    let input = encoded(&json!({ "alg": "HS256", "kid": kid, "typ": id_token::TYPE }), claims);
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(word, input.as_bytes()));
    format!("{input}.{signature}")
}

/// The token with one bit of its signature turned over.
pub(in crate::simulator) fn with_another_signature(token: &str) -> String {
    let Some((input, signature)) = token.rsplit_once('.') else { return token.to_owned() };
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    if let Some(middle) = bytes.len().checked_div(2).and_then(|at| bytes.get_mut(at)) {
        *middle ^= 1;
    }
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The public key as libraries read it from a file (RFC 5280 §4.1, RFC 7468 §13): everybody has it.
fn pem(key: &PublicKey) -> String {
    /// `id-ecPublicKey` on `prime256v1` (RFC 5480 §2.1.1).
    const EC: &[u8] = &[
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x03, 0x01, 0x07,
    ];
    /// `id-Ed25519` (RFC 8410 §3).
    const ED: &[u8] = &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    /// `rsaEncryption` (RFC 3279 §2.3.1).
    const RSA: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let algorithm = match key.alg {
        Alg::ES256 => EC,
        Alg::EdDsa => ED,
        Alg::PS256 | Alg::RS256 => RSA,
    };
    let bits = element(0x03, &[&[0], key.encoded.as_slice()].concat());
    let text = STANDARD.encode(element(0x30, &[algorithm, &bits].concat()));
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// An element of DER with that tag (X.690 §8.1).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = length.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
    let mut out = vec![tag];
    match significant.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}
