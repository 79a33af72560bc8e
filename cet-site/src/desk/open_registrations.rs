//! The passport asks whether a person has an open registration, before it closes their account.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::sign_in::SignIn;

/// 204: none. 409: there is one. The status is all of the answer, so that nothing has to be read on the other side.
pub async fn answer(State(sign_in): State<SignIn>, headers: HeaderMap, body: Bytes) -> Response {
    let no_store = [(CACHE_CONTROL, "no-store")];
    match sign_in.asked_about(&headers, &body).await {
        Ok(subject) if is_open(&subject) => (StatusCode::CONFLICT, no_store).into_response(),
        Ok(_) => (StatusCode::NO_CONTENT, no_store).into_response(),
        Err(error) => {
            tracing::warn!(%error, "a question for open registrations was not answered");
            let status = if error.passes() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
            let answer = json!({ "error": "invalid_request", "error_description": error.to_string() });
            (status, no_store, Json(answer)).into_response()
        }
    }
}

/// Whether that person has a registration that is neither sat nor withdrawn. The desk leads to registering and takes none
/// yet, so that nothing can be open; what takes them answers here.
const fn is_open(_subject: &str) -> bool {
    false
}
