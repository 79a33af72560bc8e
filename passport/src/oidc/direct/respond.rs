//! Answers of the endpoints that clients call directly.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::super::error::{Code, ProtocolError};
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
    response
}

/// 200 with a JWT (OIDC Core §5.3.2).
pub fn jwt(token: String) -> Response {
    let mut response = json(token);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    response
}

/// 200 and no more (RFC 7009 §2.2).
pub fn done() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// The error that a failure is to the client; the cause is logged.
pub fn error(failure: &Failure) -> Response {
    failure.log();
    let mut response = refusal(&failure.public());
    if let Failure::Spent(spent) = failure {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(spent.retry_after()));
    }
    response
}

/// The answer to a request that reached no handler, or that got none from it. The kit sets its own status.
pub fn unanswered(failure: shared::http::Failure) -> Response {
    use shared::http::Failure as F;
    let error = match failure {
        F::NotFound | F::WrongHost => ProtocolError::invalid_request("there is no such endpoint", "RFC 9110 15.5.5"),
        F::MethodNotAllowed => ProtocolError::invalid_request("the method is not allowed here", "RFC 9110 15.5.6"),
        F::TooLarge => ProtocolError::invalid_request("the body is too large", "RFC 9110 15.5.14"),
        F::TimedOut => ProtocolError::new(Code::TemporarilyUnavailable, "try again in a moment", "RFC 9110 15.6.4"),
        F::Panicked => ProtocolError::new(Code::ServerError, "the request could not be served", "RFC 9110 15.6.1"),
    };
    refusal(&error)
}

/// An error of RFC 6749 §5.2. A client that failed to authenticate is told how it may (RFC 9110 §15.5.2).
pub fn refusal(error: &ProtocolError) -> Response {
    #[derive(Serialize)]
    struct Body {
        error: &'static str,
        error_description: String,
    }
    let body = Body { error: error.code.as_str(), error_description: error.describe("") };
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
