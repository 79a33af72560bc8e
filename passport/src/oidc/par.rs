//! Pushed authorization requests (RFC 9126): a client hands its request in directly, authenticated, and sends the
//! browser with a handle for it.
//!
//! A pushed request passes the same checks as one that the browser brings. It is spent when its authorization
//! completes, so that a person may reload the page in between.

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::entropy::token;
use shared::http::Shown;
use shared::secret::sha256;

use super::authorize::interaction::Began;
use super::authorize::request::{Given, RawRequest};
use super::authorize::respond::TrustedRedirect;
use super::authorize::{checks, object};
use super::client_auth::{self, Authenticated};
use super::direct::{self, Sent, respond};
use super::error::ProtocolError;
use super::failure::Failure;
use super::mtls::Sender;
use super::params::Params;
use super::refusals::{Attempt, Endpoint};
use super::rules::Rule;
use super::store::pushed_requests::{self, PushedRequest};
use super::{Oidc, dpop, once};

/// How every handle begins (RFC 9126 §2.2).
pub const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Parameters that authenticate the client, and are no part of its request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// One text, whether a handle never was, is over, or is another client's.
pub const SPENT: ProtocolError = Rule::PushedRequestGone.error();

/// What finds a pushed request: SHA-256 of its handle.
pub type PushedId = [u8; 32];

/// RFC 9126 §2.2
#[derive(Serialize)]
struct Answer {
    request_uri: String,
    expires_in: u64,
}

/// `POST /par`
pub async fn push(State(oidc): State<Oidc>, headers: HeaderMap, shown: Shown, Sent(body): Sent) -> Response {
    let sender = Sender { headers: &headers, certificate: shown.0.as_ref() };
    let mut attempt = Attempt::at(Endpoint::Par);
    let mut response = match serve(&oidc, sender, &body, &mut attempt).await {
        Ok(answer) => {
            let mut response = respond::json(serde_json::to_vec(&answer).unwrap_or_default());
            *response.status_mut() = StatusCode::CREATED;
            response
        }
        Err(failure) => attempt.refuse(&oidc, sender, &body, &failure).await,
    };
    dpop::offer_nonce(&oidc, &headers, &mut response);
    response
}

async fn serve(oidc: &Oidc, sender: Sender<'_>, body: &[u8], attempt: &mut Attempt) -> Result<Answer, Failure> {
    let mut params = direct::form(sender.headers, body)?;
    let Authenticated { client, assertion } = client_auth::verify(oidc, sender, &params, attempt).await?;
    if params.get("request_uri").is_some() {
        return Err(Rule::PushedRequestUri.into());
    }
    for name in CREDENTIALS {
        params.take(name);
    }
    params.put("client_id", client.id.as_str());
    let signed = match params.get("request") {
        Some(text) => Some(object::open(oidc, &client, text, (&Params::default(), oidc.0.clock.now())).await?),
        None => None,
    };
    let given = Given { pushed: true, signed: signed.is_some() };
    let mut params = signed.unwrap_or(params);
    let proof = dpop::at_par(oidc, sender.headers, &client, params.get("dpop_jkt"))?;
    once::spend(oidc, assertion, proof.as_ref().map(|proof| proof.once)).await?;
    if let Some(proof) = &proof {
        params.put("dpop_jkt", proof.key.as_str());
    }
    let raw = RawRequest::read(&params, given);
    let redirect = TrustedRedirect::prove(&client, &raw, &oidc.0.issuer)?;
    let client_id = client.id.as_str().to_owned();
    checks::accept(&raw, client, redirect)?;
    let handle = token(&*oidc.0.entropy);
    let lifetime = oidc.0.lifetimes.pushed_request;
    let pushed = PushedRequest {
        client_id,
        parameters: params.encode(),
        signed: given.signed,
        expires_at: oidc.0.clock.now() + lifetime,
    };
    pushed_requests::insert(&oidc.0.db, sha256(handle.as_bytes()), &pushed).await?;
    Ok(Answer { request_uri: format!("{PREFIX}{handle}"), expires_in: lifetime.as_secs() })
}

/// What a `request_uri` finds, if it is a handle of ours.
pub fn id(request_uri: &str) -> Option<PushedId> {
    request_uri.strip_prefix(PREFIX).map(|handle| sha256(handle.as_bytes()))
}

/// The request of that handle, for an interaction that began while it was valid.
///
/// # Errors
/// See [`DbError`].
pub async fn find(oidc: &Oidc, id: PushedId, began: Began) -> Result<Option<PushedRequest>, DbError> {
    let found = oidc.0.db.read(move |tx| async move { pushed_requests::find(tx, &id).await }.boxed()).await?;
    Ok(found.filter(|pushed| began.at < pushed.expires_at))
}

/// Spends it; whether it was still there.
///
/// # Errors
/// See [`DbError`].
pub async fn spend(oidc: &Oidc, id: PushedId, now: Timestamp) -> Result<bool, DbError> {
    oidc.0.db.write(move |tx| async move { pushed_requests::spend(tx, &id, now).await }.boxed()).await
}
