//! A correct client: verifies an ID token as OIDC Core §3.1.3.7 has it, and says everything that is wrong with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use shared::secret::sha256;

use crate::support::ISSUER;
use crate::support::site::claims;

/// What the client knows of its request.
pub(super) struct Expected<'e> {
    pub(super) client_id: &'e str,
    pub(super) nonce: Option<&'e str>,
    pub(super) access_token: &'e str,
    /// The contexts that it asked for.
    pub(super) acr: &'e [&'e str],
    /// How old the sign-in may be, in seconds.
    pub(super) max_age: i64,
    pub(super) now: i64,
}

/// Everything that is wrong with an ID token for a client that registered ES256, given the key set of its issuer.
pub(super) fn problems(id_token: &str, jwks: &Value, expected: &Expected<'_>) -> Vec<&'static str> {
    let mut wrong = signed(id_token, jwks);
    let told = claims(id_token);
    let mut require = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push(what);
        }
    };
    require(told["iss"] == ISSUER, "iss");
    let audience: Vec<&str> = match &told["aud"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    require(audience.contains(&expected.client_id), "aud");
    require(audience.iter().all(|aud| *aud == expected.client_id) || !audience.contains(&expected.client_id), "azp");
    require(told.get("azp").is_none_or(|azp| azp == expected.client_id), "azp");
    let moment = |name: &str| told.get(name).and_then(Value::as_i64);
    require(moment("exp").is_some_and(|exp| exp > expected.now), "exp");
    require(moment("nbf").is_none_or(|nbf| nbf <= expected.now), "nbf");
    require(moment("iat").is_some_and(|iat| iat <= expected.now), "iat");
    require(told.get("nonce").and_then(Value::as_str) == expected.nonce, "nonce");
    let hash = URL_SAFE_NO_PAD.encode(&sha256(expected.access_token.as_bytes())[..16]);
    require(told["at_hash"] == hash.as_str(), "at_hash");
    require(told.get("acr").and_then(Value::as_str).is_some_and(|acr| expected.acr.contains(&acr)), "acr");
    let signed_in = moment("auth_time").unwrap_or_default();
    require(expected.now - signed_in <= expected.max_age, "auth_time");
    wrong.dedup();
    wrong
}

/// What is wrong with its signature: by the registered algorithm, and by a key of the set that is of that algorithm.
fn signed(id_token: &str, jwks: &Value) -> Vec<&'static str> {
    let header: Value = id_token
        .split('.')
        .next()
        .and_then(|header| URL_SAFE_NO_PAD.decode(header).ok())
        .and_then(|header| serde_json::from_slice(&header).ok())
        .expect("a header");
    if header["alg"] != "ES256" {
        return vec!["alg"];
    }
    let keys = jwks["keys"].as_array().expect("keys");
    let Some(key) = keys.iter().find(|key| key["kid"] == header["kid"] && key["alg"] == "ES256") else {
        return vec!["kid"];
    };
    let key: Jwk = serde_json::from_value(key.clone()).expect("a key");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let verified =
        jsonwebtoken::decode::<Value>(id_token, &DecodingKey::from_jwk(&key).expect("a key"), &validation).is_ok();
    if verified { Vec::new() } else { vec!["signature"] }
}
