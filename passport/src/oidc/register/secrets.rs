//! The secrets of a client, looked after by whoever manages its registration: a new one is made while the old one still
//! counts, the nodes of the site are changed over one by one, and the old one is ended when nobody uses it any more. The
//! addresses lie below the one of RFC 7592 §2 and take the same token; they are ours.

use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::Oidc;
use super::super::direct::Sent;
use super::super::discovery::paths;
use super::endpoint::{nothing, object, reply};
use super::openapi::Refusals;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::audit::Actor;
use crate::clients::Client;
use crate::clients::secret::{self, StoredSecret};

/// How long the old secret counts beside the new one, where a request does not say.
const OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest that both may count.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The secrets of a client that count.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Secrets {
    /// The oldest first.
    pub secrets: Vec<Secret>,
    /// How many there may be.
    pub most: usize,
}

/// A secret, without what it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Secret {
    /// What it is called.
    pub id: String,
    /// When it was made, in seconds since the epoch, as the others.
    pub created_at: i64,
    /// When it ends; 0: it does not.
    pub expires_at: i64,
    /// When it was last used, if it was.
    pub last_used_at: Option<i64>,
}

/// A secret that was made, and those that count now.
#[derive(Serialize, ToSchema)]
pub struct NewSecret {
    /// The secret: it is told this once.
    client_secret: String,
    /// 0: it does not end.
    client_secret_expires_at: i64,
    #[serde(flatten)]
    all: Secrets,
}

/// What is wished of a new secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// For how many seconds the others still count: 7 days where nothing is said, 30 days at most.
    #[schema(maximum = 2_592_000)]
    overlap: Option<u64>,
}

/// `GET /clients/{client_id}/secrets`: when each was made, was last used, and ends. Never a secret.
#[utoipa::path(
    get,
    path = paths::CLIENT_SECRETS,
    operation_id = "listSecrets",
    summary = "Lists the secrets of a client",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "Never a secret itself.", body = Secrets), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn list(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    match listed(&oidc, id, &headers).await {
        Ok(secrets) => reply(StatusCode::OK, &secrets),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn listed(oidc: &Oidc, id: Id, headers: &HeaderMap) -> Result<Secrets, Refusal> {
    let (client, token) = own(oidc, id, headers).await?;
    // What this node saw and had not written down is asked for now.
    oidc.0.clients.write_uses().await?;
    let client = oidc.0.clients.managed(client.id.as_str(), &token).await?.unwrap_or(client);
    Ok(described(oidc, &client))
}

/// Those that count, the oldest first.
fn described(oidc: &Oidc, client: &Client) -> Secrets {
    let now = oidc.0.clock.now();
    let valid = client.secrets().iter().filter(|secret| secret.is_valid(now) && client.uses_secret());
    let shown = |secret: &StoredSecret| Secret {
        id: secret.handle(),
        created_at: secret.created_at.seconds(),
        expires_at: secret.expires_at.map_or(0, |end| end.seconds()),
        last_used_at: secret.last_used_at.map(|at| at.seconds()),
    };
    Secrets { secrets: valid.map(shown).collect(), most: secret::LIMIT }
}

/// `POST /clients/{client_id}/secrets`: makes a new one, which is told this once. The others count for `overlap` seconds
/// more: 0 ends them at once, for a secret that somebody else has.
#[utoipa::path(
    post,
    path = paths::CLIENT_SECRETS,
    operation_id = "makeSecret",
    summary = "Makes a new secret",
    params(("client_id" = String, Path, description = "The client.")),
    request_body = Overlap,
    responses((status = 201, description = "It is told this once.", body = NewSecret), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
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
        let all = changed.as_ref().map(|client| described(&oidc, client)).unwrap_or_default();
        Ok(NewSecret { client_secret: secret.expose().to_owned(), client_secret_expires_at: 0, all })
    };
    match made.await {
        Ok(made) => reply(StatusCode::CREATED, &made),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

fn overlap(sent: &Map<String, Value>) -> Result<Duration, Refusal> {
    let wrong = || Refusal::body("overlap, and nothing else, is a number of seconds, of 30 days at most");
    if sent.get("overlap").is_some_and(Value::is_null) {
        return Err(wrong());
    }
    let sent = Overlap::deserialize(sent).map_err(|_| wrong())?;
    let overlap = sent.overlap.map_or(OVERLAP, Duration::from_secs);
    Some(overlap).filter(|overlap| *overlap <= LONGEST).ok_or_else(wrong)
}

/// `DELETE /clients/{client_id}/secrets/{secret}`: it is refused from now on. The only one stays.
#[utoipa::path(
    delete,
    path = paths::CLIENT_SECRET,
    operation_id = "endSecret",
    summary = "Ends a secret",
    params(
        ("client_id" = String, Path, description = "The client."),
        ("secret" = String, Path, description = "What the secret is called.")
    ),
    responses((status = 204, description = "It is refused from now on."), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
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
