//! What there is to point out about a registration, for whoever manages it: the same that `passport clients lint` tells. The
//! address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Oidc;
use super::super::discovery::paths;
use super::endpoint::reply;
use super::openapi::Refusals;
use super::own::{Id, own, refuse};
use crate::clients::lint::{lint, words};

/// What there is to point out about a client, the weightiest first.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Findings {
    /// Which client.
    pub client_id: String,
    /// What there is to say.
    pub findings: Vec<words::Told>,
}

/// `GET /clients/{client_id}/findings`
#[utoipa::path(
    get,
    path = paths::CLIENT_FINDINGS,
    operation_id = "listFindings",
    summary = "Points out what is risky about a registration",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "The weightiest first.", body = Findings), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn list(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    match own(&oidc, id, &headers).await {
        Ok((client, _)) => {
            let findings = lint(&client).iter().map(words::told).collect();
            reply(StatusCode::OK, &Findings { client_id: client.id.to_string(), findings })
        }
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}
