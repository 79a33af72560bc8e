//! Who manages a registration: the client that an address names, proven by the token that it got (RFC 7592 §1.2).

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use http::HeaderMap;
use shared::secret::SecretString;

use super::super::Oidc;
use super::super::refusals;
use super::super::resource::{self, Scheme};
use super::super::rules::Rule;
use super::refusal::Refusal;
use crate::clients::Client;

/// The client that the address names, as far as it can be read.
pub(super) type Id = Result<Path<String>, PathRejection>;

/// The client of the address, proven by its token, and the token.
pub(super) async fn own(oidc: &Oidc, id: Id, headers: &HeaderMap) -> Result<(Client, SecretString), Refusal> {
    let token = bearer(headers)?.ok_or(Refusal::NoToken)?;
    // An address that cannot be read is none that we gave out.
    let Path(id) = id.map_err(|_| Rule::RegistrationTokenRefused)?;
    let client = oidc.0.clients.managed(&id, &token).await?.ok_or(Rule::RegistrationTokenRefused)?;
    Ok((client, token))
}

/// RFC 7591 §3, RFC 7592 §2: the token is a bearer token.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<SecretString>, Refusal> {
    let sent = resource::presented_in_header(headers).map_err(|_| Rule::RegistrationHeaderTwice)?;
    Ok(sent.filter(|sent| sent.scheme == Scheme::Bearer).map(|sent| SecretString::new(sent.text)))
}

/// The answer, counted for the client that it is about, once its token has proven it.
pub(super) fn refuse(oidc: &Oidc, client: Option<&Client>, refusal: Refusal) -> Response {
    if let Some(rule) = refusal.rule() {
        refusals::note_registration(oidc, client, rule);
    }
    refusal.into_response(&oidc.0.issuer)
}
