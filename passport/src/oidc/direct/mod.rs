//! What the endpoints that programs call have in common: the form that is sent there, and the answers ([`respond`]).

pub mod respond;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::Response;
use http::HeaderMap;

use super::Oidc;
use super::error::ProtocolError;
use super::params::Params;
use super::rules::Rule;
use crate::web::form::is_form;

/// The body of a direct request. One that is too large or breaks off is answered with an error of the standard.
pub struct Sent(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent
where
    Oidc: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| {
            let oidc = Oidc::from_ref(state);
            let mut response = respond::refusal(&Rule::FormBodyTooLarge.error(), &oidc.0.issuer);
            *response.status_mut() = rejection.status();
            response
        })
    }
}

/// The parameters of a direct request, from the body alone (RFC 6749 §2.3.1: never from the query).
///
/// # Errors
/// `invalid_request` for another content type or a malformed body.
pub fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, ProtocolError> {
    if !is_form(headers) {
        return Err(Rule::FormContentType.into());
    }
    Params::parse(body)
}
