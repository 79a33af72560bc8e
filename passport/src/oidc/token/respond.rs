//! Answers of the endpoints that clients call directly.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::super::cors;
use super::super::error::Code;
use super::super::failure::Failure;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// 200 with a JSON body that no cache keeps (RFC 6749 §5.1).
pub fn json(body: impl Into<Bytes>) -> Response {
    let mut response = body.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    cors::allow_any_origin(headers);
    response
}

/// An error of RFC 6749 §5.2. A client that failed to authenticate is told how it may (RFC 9110 §15.5.2).
pub fn error(failure: &Failure) -> Response {
    #[derive(Serialize)]
    struct Body {
        error: &'static str,
        error_description: String,
    }
    failure.log();
    let error = failure.public();
    let body =
        Body { error: error.code.as_str(), error_description: super::super::authorize::respond::describe(&error, "") };
    let mut response = json(serde_json::to_vec(&body).unwrap_or_default());
    *response.status_mut() = error.code.status();
    let headers = response.headers_mut();
    if error.code == Code::InvalidClient {
        headers
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"passport\", charset=\"UTF-8\""));
    }
    if error.code.status() == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}
