//! A change of our signing key, rehearsed for one client in a sandbox: for some minutes the next key signs what that client is
//! given, and it is told what was seen of it. For candidates such a trial is begun by operators alone.
//!
//! The address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::super::Oidc;
use super::super::rules::Rule;
use super::endpoint::reply;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::clients::Client;
use crate::keys::trial::TrialReport;
use crate::keys::trial::model::SHORTEST;
use crate::keys::{Alg, KeysError};

/// How long it lasts: long enough to sign in, and the first minute tells nothing.
const LASTS: Duration = SHORTEST;

/// What signs for a client: its ID tokens, and all access tokens.
fn algs(client: &Client) -> Vec<Alg> {
    let mut algs = vec![client.id_token_alg, Alg::ES256];
    algs.dedup();
    algs
}

/// `GET /clients/{client_id}/rehearsal`: the last one of the client, and what was seen.
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        described(&oidc, &client).await
    };
    match shown.await {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

/// `POST /clients/{client_id}/rehearsal`: begins one.
pub async fn begin(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let begun = async {
        if oidc.0.portal_token.is_none() {
            return Err(Rule::RegistrationRehearsal.into());
        }
        let clients = vec![client.id.to_string()];
        oidc.0.keys.begin_trial(algs(&client), LASTS, clients).await.map_err(|error| match error {
            // Which key, and until when, is for operators to know.
            KeysError::Trial(_) => Rule::RegistrationRehearsal.into(),
            error => Refusal::from(error),
        })?;
        described(&oidc, &client).await
    };
    match begun.await {
        Ok(body) => reply(StatusCode::ACCEPTED, body),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

/// The trial of the key of its ID tokens that was for this client and for nobody else.
async fn described(oidc: &Oidc, client: &Client) -> Result<Map<String, Value>, Refusal> {
    oidc.0.keys.write_down().await?;
    let of_client = |report: &TrialReport| report.trial.clients == [client.id.as_str()];
    let reports = oidc.0.keys.trials().await?;
    let mut own = reports.iter().filter(|report| report.key.alg == client.id_token_alg && of_client(report));
    let rehearsal = own.next().map_or(Value::Null, |report| {
        let judged = report.clients.iter().find(|judged| judged.client == client.id.as_str());
        json!({
            "alg": report.key.alg,
            "kid": report.key.kid,
            "since": report.trial.since.seconds(),
            "until": report.trial.over_at().seconds(),
            "outcome": judged.map(|judged| judged.outcome.as_str()),
            "given": judged.map_or(0, |judged| judged.given),
            "seen": judged.map(|judged| judged.seen.iter().map(|sign| sign.as_str()).collect::<Vec<_>>()),
        })
    });
    Ok(Map::from_iter([("client_id".to_owned(), client.id.as_str().into()), ("rehearsal".to_owned(), rehearsal)]))
}
