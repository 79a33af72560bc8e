//! What was refused to a client, for whoever manages its registration: the same that `passport clients refusals` tells an
//! operator. The address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Oidc;
use super::super::discovery::paths;
use super::super::refusals::report::{MOST_DAYS, Refused, Report};
use super::endpoint::reply;
use super::openapi::Refusals;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;

/// What the address may say.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Of how many days, this one among them.
    #[serde(default = "week")]
    #[param(minimum = 1, maximum = 30, default = 7)]
    days: u32,
}

const fn week() -> u32 {
    7
}

/// `GET /clients/{client_id}/refusals`
#[utoipa::path(
    get,
    path = paths::CLIENT_REFUSALS,
    operation_id = "listRefusals",
    summary = "Tells what was refused to a client, and why",
    params(("client_id" = String, Path, description = "The client."), Asked),
    responses((status = 200, description = "By rule.", body = Refused), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn list(
    State(oidc): State<Oidc>,
    id: Id,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    match listed(&oidc, id, asked, &headers).await {
        Ok(refused) => reply(StatusCode::OK, &refused),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn listed(
    oidc: &Oidc,
    id: Id,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<Refused, Refusal> {
    let (client, _) = own(oidc, id, headers).await?;
    let days = asked.ok().map(|Query(asked)| asked.days).filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(|| Refusal::body("days is a number from 1 to 30"))?;
    // Whoever looks for what just went wrong should find it.
    oidc.write_refusals().await?;
    let report = Report::read(&oidc.0.db, client.id.as_str(), (days, oidc.0.clock.now())).await?;
    Ok(report.told(&oidc.0.issuer))
}
