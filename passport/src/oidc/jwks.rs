//! The key set (RFC 7517 §5).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::direct::respond;
use super::failure::Failure;
use super::{Oidc, document};

/// `GET /jwks`. A new key is published long before it signs, so clients may keep the set for a while; not for long,
/// so that a key that had to be withdrawn is forgotten, and never beyond a change that is planned. There is no set
/// without a key that signs: 503 instead, and clients go on with what they have.
pub async fn show(State(oidc): State<Oidc>, asked: HeaderMap) -> Response {
    let longest = oidc.0.lifetimes.jwks;
    match oidc.0.keys.jwks(longest) {
        Ok((jwks, age)) if age == longest => document::respond(&jwks.body, &jwks.etag, &asked, &oidc.0.jwks_cache),
        Ok((jwks, age)) => {
            let cache = format!("public, max-age={}", age.as_secs());
            document::respond(&jwks.body, &jwks.etag, &asked, &cache)
        }
        Err(error) => respond::error(&Failure::Keys(error)),
    }
}
