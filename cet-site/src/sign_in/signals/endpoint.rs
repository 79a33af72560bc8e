//! `POST /signals` (RFC 8935 §2).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::take::{NotTaken, Taken};
use crate::sign_in::passport::PassportError;
use crate::sign_in::service::SignIn;
use crate::sign_in::signed::Refusal;

/// The media type of a request (RFC 8935 §2.1).
const MEDIA_TYPE: &str = "application/secevent+jwt";

/// How many seconds later it may go well.
const LATER: &str = "10";

/// Takes an event, or says why not.
pub async fn submit(State(sign_in): State<SignIn>, headers: HeaderMap, body: Bytes) -> Response {
    match try_to_take(&sign_in, &headers, &body).await {
        Ok(taken) => {
            match taken {
                Taken::Again => tracing::info!("the passport sent a security event again"),
                Taken::Now { event, ended } => tracing::info!(event, ended, "the passport sent a security event"),
            }
            (StatusCode::ACCEPTED, [(CACHE_CONTROL, "no-store")]).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a security event was not taken");
            refuse(&error)
        }
    }
}

async fn try_to_take(sign_in: &SignIn, headers: &HeaderMap, body: &[u8]) -> Result<Taken, NotTaken> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()?.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(MEDIA_TYPE)) {
        return Err(NotTaken::Request("the request is no application/secevent+jwt"));
    }
    let text = std::str::from_utf8(body).map_err(|_| NotTaken::Request("the body is no text"))?;
    sign_in.take_signal(text.trim()).await
}

/// RFC 8935 §2.3; what may go well later is no fault of the token.
fn refuse(error: &NotTaken) -> Response {
    let code = match error {
        NotTaken::Db(_) | NotTaken::Passport(PassportError::Unreachable(_)) | NotTaken::Refused(Refusal::TooEarly) => {
            let headers = [(CACHE_CONTROL, "no-store"), (RETRY_AFTER, LATER)];
            return (StatusCode::SERVICE_UNAVAILABLE, headers).into_response();
        }
        NotTaken::Refused(Refusal::Issuer) => "invalid_issuer",
        NotTaken::Refused(Refusal::Audience) => "invalid_audience",
        NotTaken::Refused(Refusal::UnknownKey) => "invalid_key",
        NotTaken::Refused(Refusal::Signature(_)) => "authentication_failed",
        NotTaken::Request(_) | NotTaken::Refused(_) | NotTaken::Passport(_) => "invalid_request",
    };
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_LANGUAGE, "en")];
    let answer = json!({ "err": code, "description": error.to_string() });
    (StatusCode::BAD_REQUEST, headers, Json(answer)).into_response()
}
