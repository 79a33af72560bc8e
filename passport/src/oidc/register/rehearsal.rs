//! A change of our signing key, rehearsed for one client in a sandbox: for some minutes the next key signs what that client is
//! given, and it is told what was seen of it. For candidates such a trial is begun by operators alone.
//!
//! The address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Oidc;
use super::super::discovery::paths;
use super::super::rules::Rule;
use super::endpoint::reply;
use super::openapi::Refusals;
use super::own::{Id, count, own, refuse};
use super::refusal::Refusal;
use crate::clients::Client;
use crate::keys::trial::TrialReport;
use crate::keys::trial::model::SHORTEST;
use crate::keys::{Alg, KeysError};
use crate::limits::Limit;

/// The last rehearsal of a client.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Rehearsed {
    /// Whose it was.
    #[serde(default)]
    pub client_id: String,
    /// None, as long as there was none.
    pub rehearsal: Option<Rehearsal>,
}

/// A change of the signing key, rehearsed for a client.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Rehearsal {
    /// The algorithm of the key that signed.
    pub alg: String,
    /// That key.
    pub kid: String,
    /// Seconds since the epoch, as the next.
    pub since: i64,
    /// When it ends or ended.
    pub until: i64,
    /// `succeeded` or `failed`, once something is known.
    pub outcome: Option<String>,
    /// How many tokens the client was given to verify.
    pub given: i64,
    /// What was seen of it.
    pub seen: Option<Vec<String>>,
}

/// How long it lasts: long enough to sign in, and the first minute tells nothing.
const LASTS: Duration = SHORTEST;

/// Rehearsals of a client: while one lasts, nobody else can begin theirs.
static REHEARSALS: Limit = Limit::rate("client_rehearsals", 4, Duration::from_secs(60 * 60));

/// What signs for a client: its ID tokens, and all access tokens.
fn algs(client: &Client) -> Vec<Alg> {
    let mut algs = vec![client.id_token_alg, Alg::ES256];
    algs.dedup();
    algs
}

/// `GET /clients/{client_id}/rehearsal`: the last one of the client, and what was seen.
#[utoipa::path(
    get,
    path = paths::CLIENT_REHEARSAL,
    operation_id = "readRehearsal",
    summary = "Tells of the last rehearsal",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "The last one.", body = Rehearsed), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        described(&oidc, &client).await
    };
    match shown.await {
        Ok(rehearsed) => reply(StatusCode::OK, &rehearsed),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

/// `POST /clients/{client_id}/rehearsal`: begins one.
#[utoipa::path(
    post,
    path = paths::CLIENT_REHEARSAL,
    operation_id = "beginRehearsal",
    summary = "Rehearses a change of the signing key, in a sandbox",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 202, description = "It has begun.", body = Rehearsed), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn begin(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let begun = async {
        if oidc.0.portal_token.is_none() {
            return Err(Rule::RegistrationRehearsal.into());
        }
        count(&oidc, &client, &REHEARSALS).await?;
        let clients = vec![client.id.to_string()];
        oidc.0.keys.begin_trial(algs(&client), LASTS, clients).await.map_err(|error| match error {
            // Which key, and until when, is for operators to know.
            KeysError::Trial(_) => Rule::RegistrationRehearsal.into(),
            error => Refusal::from(error),
        })?;
        described(&oidc, &client).await
    };
    match begun.await {
        Ok(rehearsed) => reply(StatusCode::ACCEPTED, &rehearsed),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

/// The trial of the key of its ID tokens that was for this client and for nobody else.
async fn described(oidc: &Oidc, client: &Client) -> Result<Rehearsed, Refusal> {
    oidc.0.keys.write_down().await?;
    let of_client = |report: &TrialReport| report.trial.clients == [client.id.as_str()];
    let reports = oidc.0.keys.trials().await?;
    let mut own = reports.iter().filter(|report| report.key.alg == client.id_token_alg && of_client(report));
    let rehearsal = own.next().map(|report| {
        let judged = report.clients.iter().find(|judged| judged.client == client.id.as_str());
        Rehearsal {
            alg: report.key.alg.to_string(),
            kid: report.key.kid.to_string(),
            since: report.trial.since.seconds(),
            until: report.trial.over_at().seconds(),
            outcome: judged.map(|judged| judged.outcome.as_str().to_owned()),
            given: judged.map_or(0, |judged| judged.given),
            seen: judged.map(|judged| judged.seen.iter().map(|sign| sign.as_str().to_owned()).collect()),
        }
    });
    Ok(Rehearsed { client_id: client.id.to_string(), rehearsal })
}
