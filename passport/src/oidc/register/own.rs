//! Who manages a registration: the client that an address names, proven by the token that it got (RFC 7592 §1.2).

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::HeaderMap;
use shared::secret::SecretString;

use super::super::Oidc;
use super::super::refusals;
use super::super::resource::{self, Scheme};
use super::super::rules::Rule;
use super::refusal::Refusal;
use crate::clients::Client;
use crate::limits::{Limit, Subject};

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

/// Counts something that a client may have done so many times an hour.
///
/// # Errors
/// It was done that often; the database.
pub(super) async fn count(oidc: &Oidc, client: &Client, limit: &'static Limit) -> Result<(), Refusal> {
    let (limits, id, now) = (oidc.0.limits.clone(), client.id.to_string(), oidc.0.clock.now());
    let verdict = oidc.0.db.write(move |tx| {
        let (limits, id) = (limits.clone(), id.clone());
        async move { limits.hit(tx, limit, Subject::Text(&id), now).await }.boxed()
    });
    if verdict.await?.is_allowed() { Ok(()) } else { Err(Rule::RegistrationTooOften.into()) }
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
