//! The key set (RFC 7517 §5).

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode};

use super::direct::respond;
use super::failure::Failure;
use super::rules::Rule;
use super::{Oidc, document};

/// `GET /jwks`. A new key is published long before it signs, so clients may keep the set for a while; not for long,
/// so that a key that had to be withdrawn is forgotten, and never beyond a change that is planned. There is no set
/// without a key that signs: 503 instead, and clients go on with what they have.
pub async fn show(State(oidc): State<Oidc>, asked: HeaderMap) -> Response {
    key_set(&oidc, &asked)
}

/// `GET /clients/{client_id}/jwks.json`: the same, at an address of the client's own. What is fetched here is known to have
/// been fetched for it; the one address for all tells nothing. Whether there is such a client is no secret: an
/// authorization request tells it too.
pub async fn show_to(
    State(oidc): State<Oidc>,
    id: Result<Path<String>, PathRejection>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let Ok(Path(id)) = id else { return nobody(&oidc) };
    match oidc.0.clients.find(&id).await {
        Ok(Some(client)) => {
            let answer = key_set(&oidc, &asked);
            // Who is answered 304 has it. HEAD brings no keys.
            let given = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
            if given && method == Method::GET {
                oidc.0.keys.fetched(client.id.as_str());
            }
            answer
        }
        Ok(None) => nobody(&oidc),
        Err(error) => respond::error(&error.into(), &oidc.0.issuer),
    }
}

/// No cache keeps it: the client may be registered in a moment.
fn nobody(oidc: &Oidc) -> Response {
    let mut response = respond::refusal(&Rule::ClientPageUnknown.error(), &oidc.0.issuer);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn key_set(oidc: &Oidc, asked: &HeaderMap) -> Response {
    let longest = oidc.0.lifetimes.jwks;
    match oidc.0.keys.jwks(longest) {
        Ok((jwks, age)) if age == longest => document::respond(&jwks.body, &jwks.etag, asked, &oidc.0.jwks_cache),
        Ok((jwks, age)) => {
            let cache = format!("public, max-age={}", age.as_secs());
            document::respond(&jwks.body, &jwks.etag, asked, &cache)
        }
        Err(error) => respond::error(&Failure::Keys(error), &oidc.0.issuer),
    }
}
