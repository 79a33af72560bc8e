//! The secrets of a client, looked after by whoever manages its registration: a new one is made while the old one still
//! counts, the nodes of the site are changed over one by one, and the old one is ended when nobody uses it any more. The
//! addresses lie below the one of RFC 7592 §2 and take the same token; they are ours.

use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::super::Oidc;
use super::super::direct::Sent;
use super::endpoint::{nothing, object, reply};
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::audit::Actor;
use crate::clients::{Client, secret};

/// How long the old secret counts beside the new one, where a request does not say.
const OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest that both may count.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// `GET /clients/{client_id}/secrets`: when each was made, was last used, and ends. Never a secret.
pub async fn list(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    match listed(&oidc, id, &headers).await {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn listed(oidc: &Oidc, id: Id, headers: &HeaderMap) -> Result<Map<String, Value>, Refusal> {
    let (client, token) = own(oidc, id, headers).await?;
    // What this node saw and had not written down is asked for now.
    oidc.0.clients.write_uses().await?;
    let client = oidc.0.clients.managed(client.id.as_str(), &token).await?.unwrap_or(client);
    Ok(described(oidc, &client))
}

/// Those that count, the oldest first.
fn described(oidc: &Oidc, client: &Client) -> Map<String, Value> {
    let now = oidc.0.clock.now();
    let valid = client.secrets().iter().filter(|secret| secret.is_valid(now) && client.uses_secret());
    let secrets: Vec<Value> = valid
        .map(|secret| {
            json!({
                "id": secret.handle(),
                "created_at": secret.created_at.seconds(),
                "expires_at": secret.expires_at.map_or(0, |end| end.seconds()),
                "last_used_at": secret.last_used_at.map(|at| at.seconds()),
            })
        })
        .collect();
    Map::from_iter([("secrets".to_owned(), secrets.into()), ("most".to_owned(), secret::LIMIT.into())])
}

/// `POST /clients/{client_id}/secrets`: makes a new one, which is told this once. The others count for `overlap` seconds
/// more: 0 ends them at once, for a secret that somebody else has.
pub async fn make(State(oidc): State<Oidc>, id: Id, headers: HeaderMap, Sent(body): Sent) -> Response {
    let (client, token) = match own(&oidc, id, &headers).await {
        Ok(own) => own,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let made = async {
        let overlap = overlap(&object(&headers, &body)?)?;
        let actor = Actor::Client(client.id.to_string());
        let secret = oidc.0.clients.rotate_secret(actor, client.id.as_str(), overlap).await?;
        let changed = oidc.0.clients.managed(client.id.as_str(), &token).await?;
        let mut body = changed.as_ref().map(|client| described(&oidc, client)).unwrap_or_default();
        body.insert("client_secret".to_owned(), secret.expose().into());
        body.insert("client_secret_expires_at".to_owned(), json!(0));
        Ok(body)
    };
    match made.await {
        Ok(body) => reply(StatusCode::CREATED, body),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

fn overlap(sent: &Map<String, Value>) -> Result<Duration, Refusal> {
    let Some(overlap) = sent.get("overlap") else { return Ok(OVERLAP) };
    let overlap = overlap.as_u64().map(Duration::from_secs).filter(|overlap| *overlap <= LONGEST);
    overlap.ok_or_else(|| Refusal::body("overlap is a number of seconds, of 30 days at most"))
}

/// `DELETE /clients/{client_id}/secrets/{secret}`: it is refused from now on. The only one stays.
pub async fn end(
    State(oidc): State<Oidc>,
    address: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let (id, secret) = match address {
        Ok(Path((id, secret))) => (Ok(Path(id)), secret),
        Err(rejection) => (Err(rejection), String::new()),
    };
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let actor = Actor::Client(client.id.to_string());
    match oidc.0.clients.end_secret(actor, &client.id, &secret).await {
        Ok(()) => nothing(),
        Err(error) => refuse(&oidc, Some(&client), error.into()),
    }
}
