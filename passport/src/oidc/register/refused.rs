//! What was refused to a client, for whoever manages its registration: the same that `passport clients refusals` tells an
//! operator. The address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::Oidc;
use super::super::refusals::report::{MOST_DAYS, Report};
use super::endpoint::reply;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Of how many days, this one among them.
    #[serde(default = "week")]
    days: u32,
}

const fn week() -> u32 {
    7
}

/// `GET /clients/{client_id}/refusals`
pub async fn list(
    State(oidc): State<Oidc>,
    id: Id,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    match listed(&oidc, id, asked, &headers).await {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn listed(
    oidc: &Oidc,
    id: Id,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<Map<String, Value>, Refusal> {
    let (client, _) = own(oidc, id, headers).await?;
    let days = asked.ok().map(|Query(asked)| asked.days).filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(|| Refusal::body("days is a number from 1 to 30"))?;
    // Whoever looks for what just went wrong should find it.
    oidc.write_refusals().await?;
    let report = Report::read(&oidc.0.db, client.id.as_str(), (days, oidc.0.clock.now())).await?;
    match report.value(&oidc.0.issuer) {
        Value::Object(body) => Ok(body),
        // It is one.
        _ => Ok(Map::new()),
    }
}
