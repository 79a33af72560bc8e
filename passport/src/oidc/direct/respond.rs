//! Answers of the endpoints that clients call directly.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::super::error::{Code, ProtocolError};
use super::super::failure::Failure;
use super::super::rules::Rule;

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

/// The error that a failure is to the client of that issuer; the cause is logged.
pub fn error(failure: &Failure, issuer: &str) -> Response {
    failure.log();
    let mut response = refusal(&failure.public(), issuer);
    if let Failure::Spent(spent) = failure {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(spent.retry_after()));
    }
    response
}

/// The answer to a request that reached no handler, or that got none from it. The kit sets its own status.
pub fn unanswered(failure: shared::http::Failure, issuer: &str) -> Response {
    use shared::http::Failure as F;
    let rule = match failure {
        F::NotFound | F::WrongHost => Rule::EndpointUnknown,
        F::MethodNotAllowed => Rule::MethodNotAllowed,
        F::TooLarge => Rule::FormBodyTooLarge,
        F::TimedOut => Rule::TemporarilyUnavailable,
        F::Panicked => Rule::ServerError,
    };
    refusal(&rule.error(), issuer)
}

/// An error of RFC 6749 §5.2, as it is written.
#[derive(Serialize)]
pub(in crate::oidc) struct Body<'b> {
    pub(in crate::oidc) error: &'static str,
    pub(in crate::oidc) error_description: &'b str,
    pub(in crate::oidc) error_uri: &'b str,
}

/// An error of RFC 6749 §5.2. A client that failed to authenticate is told how it may (RFC 9110 §15.5.2).
pub fn refusal(error: &ProtocolError, issuer: &str) -> Response {
    let body =
        Body { error: error.code.as_str(), error_description: &error.describe(""), error_uri: &error.uri(issuer) };
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
