//! Scripts of other origins (Fetch standard, "CORS protocol").
//!
//! Discovery, keys, tokens and user information may be asked for by a public client that runs in a browser, from any
//! origin: none of them looks at a cookie, so a foreign page gets nothing by them that it could not get without a
//! browser. Pages, authorization and logout are not for scripts, nor is what only servers ask for (introspection, pushed
//! requests, registration): they carry no such header. Which addresses are open stands in the router.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Marks an answer as readable by every origin, errors too, with what a script needs of its headers.
pub async fn open(mut response: Response) -> Response {
    allow_any_origin(response.headers_mut());
    response
}

/// The mark alone.
pub fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, DPoP-Nonce"));
}

/// Answers a browser that asks before it sends a script's request.
pub async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type, DPoP"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}
