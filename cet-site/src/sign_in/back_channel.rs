//! The passport tells this site that a session ended there (OpenID Connect Back-Channel Logout 1.0 §2.5).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::callback::Parameters;
use super::service::{NotEnded, SignIn};

/// Ends the sessions that the token names, or says why not; nothing else is told (§2.8).
pub async fn submit(State(sign_in): State<SignIn>, headers: HeaderMap, body: Bytes) -> Response {
    match try_to_end(&sign_in, &headers, &body).await {
        Ok(ended) => {
            tracing::info!(ended, "the passport ended a session");
            (StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a logout token was not followed");
            let answer = json!({ "error": error.code(), "error_description": error.description() });
            (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
    }
}

async fn try_to_end(sign_in: &SignIn, headers: &HeaderMap, body: &[u8]) -> Result<u64, NotEnded> {
    let parameters = form(headers, body).map_err(NotEnded::Request)?;
    let token = parameters.get("logout_token").ok_or(NotEnded::Request("logout_token is missing"))?;
    sign_in.end_by_token(token).await
}

/// The form that the passport sends, or the rule that something else breaks.
pub(super) fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, &'static str> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()?.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
        return Err("the request is no form");
    }
    Parameters::parse(body).map_err(|_| "the form is malformed")
}
