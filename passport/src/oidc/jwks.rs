//! The key set (RFC 7517 §5).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::{Oidc, document};

/// `GET /jwks`. A new key is published long before it signs, so clients may keep the set for a while; not for long,
/// so that a key that had to be withdrawn is forgotten.
pub async fn show(State(oidc): State<Oidc>, asked: HeaderMap) -> Response {
    let jwks = oidc.0.keys.jwks();
    document::respond(&jwks.body, &jwks.etag, &asked, &oidc.0.jwks_cache)
}
