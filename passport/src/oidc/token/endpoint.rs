//! What every grant goes through: form, client, grant, answer.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use http::HeaderMap;

use super::super::error::{Code, ProtocolError};
use super::super::failure::Failure;
use super::super::params::Params;
use super::super::{Oidc, client_auth};
use super::{authorization_code, client_credentials, refresh_token, respond};
use crate::clients::{Client, GrantType};
use crate::web::form::is_form;

/// The body of a direct request. One that is too large or breaks off is answered with an error of the standard.
pub struct Sent(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| {
            let error = ProtocolError::invalid_request("the body is too large or broke off", "RFC 9110 15.5.14");
            let mut response = respond::refusal(&error);
            *response.status_mut() = rejection.status();
            response
        })
    }
}

/// `POST /token`
pub async fn token(State(oidc): State<Oidc>, headers: HeaderMap, Sent(body): Sent) -> Response {
    match serve(&oidc, &headers, &body).await {
        Ok(answer) => respond::json(answer),
        Err(failure) => respond::error(&failure),
    }
}

async fn serve(oidc: &Oidc, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Failure> {
    let params = form(headers, body)?;
    let client = client_auth::authenticate(oidc, headers, &params).await?;
    match params.get("grant_type") {
        None => Err(ProtocolError::invalid_request("grant_type is missing", "RFC 6749 4.1.3").into()),
        Some("authorization_code") => {
            may(&client, GrantType::AuthorizationCode)?;
            authorization_code::redeem(oidc, &client, &params).await
        }
        Some("refresh_token") => {
            may(&client, GrantType::RefreshToken)?;
            refresh_token::refresh(oidc, &client, &params).await
        }
        Some("client_credentials") => {
            may(&client, GrantType::ClientCredentials)?;
            client_credentials::issue(oidc, &client, &params)
        }
        Some(_) => {
            let text = "grant_type is not supported";
            Err(ProtocolError::new(Code::UnsupportedGrantType, text, "RFC 6749 5.2").into())
        }
    }
}

/// The parameters of a direct request, from the body alone (RFC 6749 §2.3.1: never from the query).
///
/// # Errors
/// `invalid_request` for another content type or a malformed body.
pub fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, ProtocolError> {
    if !is_form(headers) {
        let text = "the body is application/x-www-form-urlencoded";
        return Err(ProtocolError::invalid_request(text, "RFC 6749 4.1.3"));
    }
    Params::parse(body)
}

fn may(client: &Client, grant: GrantType) -> Result<(), ProtocolError> {
    let text = "the client may not use this grant";
    let refusal = ProtocolError::new(Code::UnauthorizedClient, text, "RFC 6749 5.2");
    if client.allows(grant) { Ok(()) } else { Err(refusal) }
}
