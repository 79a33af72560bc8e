//! The addresses of client registration.

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::http::ClientAddr;
use shared::secret::SecretString;

use super::super::Oidc;
use super::super::direct::{Sent, respond};
use super::super::discovery::paths;
use super::super::rules::Rule;
use super::members::Members;
use super::openapi::{ClientInformation, ClientMetadata, Refusals};
use super::own::{Id, bearer, own, refuse};
use super::refusal::Refusal;
use super::{Policy, document};
use crate::audit::Actor;
use crate::clients::dynamic::ATTEMPT;
use crate::clients::{Admission, Client, ClientsError, Metadata, Registered, rules, sector};
use crate::keys::pin::PinnedTo;
use crate::limits::{AddressBlock, Subject};
use crate::web::form::is_of_type;

/// What a client must not send about itself (RFC 7592 §2.2): it is ours to say.
const OURS: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// Where a client finds our keys at an address of its own: a member of ours, beside `jwks_uri` for the keys of the client.
const OUR_KEYS: &str = "issuer_jwks_uri";

/// The keys of ours that a client stays with, each until when, in seconds since the epoch: likewise a member of ours.
const PINS: &str = "issuer_key_pins";

/// `POST /register` (RFC 7591 §3.1)
#[utoipa::path(
    post,
    path = paths::REGISTER,
    operation_id = "registerClient",
    summary = "Registers a client",
    request_body = ClientMetadata,
    responses((status = 201, description = "Registered.", body = ClientInformation), Refusals),
    security((), ("initial_access_token" = [])),
    tag = "Registration"
)]
pub async fn register(State(oidc): State<Oidc>, address: ClientAddr, headers: HeaderMap, Sent(body): Sent) -> Response {
    match create(&oidc, address, &headers, &body).await {
        Ok(registered) => reply(StatusCode::CREATED, &information(&oidc, &registered)),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn create(oidc: &Oidc, address: ClientAddr, headers: &HeaderMap, body: &[u8]) -> Result<Registered, Refusal> {
    let admission = match (oidc.0.registration, bearer(headers)?) {
        // The secret by which a portal registers sites here: only a sandbox has one.
        (_, Some(token)) if oidc.0.portal_token.as_ref() == Some(&token) => Admission::Portal,
        (Policy::Closed, _) => return Err(Rule::RegistrationClosed.into()),
        (Policy::Open, None) => Admission::Open,
        (Policy::Invited, None) => return Err(Refusal::NoToken),
        (_, Some(token)) => Admission::Invited(token),
    };
    let metadata = understood(oidc, &object(headers, body)?)?;
    // Whoever has no invitation may not even make us ask a stranger's server too often.
    let counted = matches!(admission, Admission::Open) || metadata.sector_identifier_uri.is_some();
    if counted && !has_room(oidc, AddressBlock::of(address.0)).await? {
        return Err(Rule::RegistrationTooMany.into());
    }
    speaks_for(oidc, &metadata).await?;
    if matches!(admission, Admission::Portal) && metadata.software_id.as_deref() == Some(ATTEMPT) {
        oidc.0.clients.forget_attempts().await?;
    }
    Ok(oidc.0.clients.register(metadata, admission).await?)
}

/// The metadata that was sent. In a sandbox a site may run on a developer's own machine.
fn understood(oidc: &Oidc, sent: &Map<String, Value>) -> Result<Metadata, Refusal> {
    let metadata = document::read(sent)?;
    if oidc.0.portal_token.is_none() {
        rules::self_registered(&metadata).map_err(|problem| ClientsError::Metadata(vec![problem]))?;
    }
    Ok(metadata)
}

/// Whether the sector identifier of the client lists its redirect URIs (OIDC Registration §5).
async fn speaks_for(oidc: &Oidc, metadata: &Metadata) -> Result<(), Refusal> {
    let checked = sector::check(&oidc.0.egress, metadata).await;
    checked.map_err(|problem| ClientsError::Metadata(vec![problem]).into())
}

async fn has_room(oidc: &Oidc, block: AddressBlock) -> Result<bool, Refusal> {
    let (limits, now) = (oidc.0.limits.clone(), oidc.0.clock.now());
    let verdict = oidc.0.db.write(move |tx| {
        let limits = limits.clone();
        async move {
            let limit = &limits.policy().client_registration_address;
            limits.hit(tx, limit, Subject::Address(block), now).await
        }
        .boxed()
    });
    Ok(verdict.await?.is_allowed())
}

/// `GET /register/{client_id}` (RFC 7592 §2.1)
#[utoipa::path(
    get,
    path = paths::REGISTERED,
    operation_id = "readClient",
    summary = "Tells what a client is registered with",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "What it is.", body = ClientInformation), Refusals),
    security(("registration_access_token" = [])),
    tag = "Registration"
)]
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    match own(&oidc, id, &headers).await {
        Ok((client, token)) => reply(StatusCode::OK, &managed(&oidc, &client, &token)),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

/// `PUT /register/{client_id}` (RFC 7592 §2.2): what is not sent is no longer registered.
#[utoipa::path(
    put,
    path = paths::REGISTERED,
    operation_id = "replaceClient",
    summary = "Registers a client anew",
    params(("client_id" = String, Path, description = "The client.")),
    request_body = ClientMetadata,
    responses((status = 200, description = "What it is now.", body = ClientInformation), Refusals),
    security(("registration_access_token" = [])),
    tag = "Registration"
)]
pub async fn replace(State(oidc): State<Oidc>, id: Id, headers: HeaderMap, Sent(body): Sent) -> Response {
    let (client, token) = match own(&oidc, id, &headers).await {
        Ok(own) => own,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    match change(&oidc, (&client, token), &headers, &body).await {
        Ok(information) => reply(StatusCode::OK, &information),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

async fn change(
    oidc: &Oidc,
    (old, token): (&Client, SecretString),
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, Refusal> {
    let sent = object(headers, body)?;
    if sent.get("client_id").and_then(Value::as_str) != Some(old.id.as_str()) {
        return Err(Rule::RegistrationClientIdDiffers.into());
    }
    if OURS.iter().any(|name| sent.contains_key(*name)) {
        return Err(Rule::RegistrationSaysOurs.into());
    }
    if let Some(secret) = sent.get("client_secret") {
        let known = secret.as_str().is_some_and(|secret| old.verify_secret(secret, oidc.0.clock.now()).is_some());
        if !known {
            return Err(Rule::RegistrationSecretDiffers.into());
        }
    }
    let mut metadata = understood(oidc, &sent)?;
    old.id.as_str().clone_into(&mut metadata.client_id);
    speaks_for(oidc, &metadata).await?;
    let actor = Actor::Client(old.id.to_string());
    let secret = oidc.0.clients.replace(actor, metadata).await?;
    let new = oidc.0.clients.find(old.id.as_str()).await?.ok_or(Rule::RegistrationTokenRefused)?;
    let mut information = managed(oidc, &new, &token);
    if let Some(secret) = secret {
        tell_secret(&mut information, &secret);
    }
    Ok(information)
}

/// `DELETE /register/{client_id}` (RFC 7592 §2.3)
#[utoipa::path(
    delete,
    path = paths::REGISTERED,
    operation_id = "removeClient",
    summary = "Removes a client",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 204, description = "It is no more."), Refusals),
    security(("registration_access_token" = [])),
    tag = "Registration"
)]
pub async fn remove(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let outcome = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        Ok::<_, Refusal>(oidc.0.clients.remove(Actor::Client(client.id.to_string()), &client.id).await?)
    };
    match outcome.await {
        Ok(()) => nothing(),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

pub(super) fn object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if !is_of_type(headers, "application/json") {
        return Err(Refusal::body("the body is application/json"));
    }
    let read = serde_json::from_slice::<Members>(body).map(|members| members.0);
    read.map_err(|_| Rule::RegistrationBody.into())
}

/// RFC 7591 §3.2.1
fn information(oidc: &Oidc, registered: &Registered) -> Map<String, Value> {
    let mut information = managed(oidc, &registered.client, &registered.token);
    information.insert("client_id_issued_at".to_owned(), oidc.0.clock.now().seconds().into());
    if let Some(secret) = &registered.secret {
        tell_secret(&mut information, secret);
    }
    information
}

fn tell_secret(information: &mut Map<String, Value>, secret: &SecretString) {
    information.insert("client_secret".to_owned(), secret.expose().into());
    information.insert("client_secret_expires_at".to_owned(), json!(0));
}

/// RFC 7592 §3
fn managed(oidc: &Oidc, client: &Client, token: &SecretString) -> Map<String, Value> {
    let mut information = document::show(client);
    let uri = format!("{}{}/{}", oidc.0.issuer, paths::REGISTER, client.id);
    information.insert(OUR_KEYS.to_owned(), format!("{uri}/jwks.json").into());
    information.insert("registration_client_uri".to_owned(), uri.into());
    let pins = oidc.0.keys.pins_of(client.id.as_str());
    if !pins.is_empty() {
        let told = |pin: PinnedTo| json!({ "alg": pin.alg, "kid": pin.kid, "until": pin.until.seconds() });
        information.insert(PINS.to_owned(), pins.into_iter().map(told).collect());
    }
    information.insert("registration_access_token".to_owned(), token.expose().into());
    information
}

/// Done, and nothing to say about it.
pub(super) fn nothing() -> Response {
    let mut response = respond::done();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

pub(super) fn reply(status: StatusCode, body: &impl Serialize) -> Response {
    // All of them are maps with texts for keys, which can be written.
    let mut response = respond::json(serde_json::to_vec(body).unwrap_or_default());
    *response.status_mut() = status;
    response
}
