//! What was seen of a client in a sandbox, for whoever manages its registration: that a sign-in ended in tokens, and that it
//! took a logout token. A portal shows it to who reviews an application. The address lies below the one of RFC 7592 §2 and
//! takes the same token; it is ours.

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::DbError;
use utoipa::ToSchema;

use super::super::Oidc;
use super::super::discovery::paths;
use super::super::store::grants;
use super::endpoint::reply;
use super::openapi::Refusals;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::clients::Client;
use crate::delivery::{Channel, store as outbox};

/// What was seen of a client in a sandbox; nothing of it elsewhere.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Seen {
    /// Which client.
    #[serde(default)]
    pub client_id: String,
    /// When a sign-in last ended in tokens, in seconds since the epoch.
    pub signed_in_at: Option<i64>,
    /// When it last took a logout token, likewise.
    pub logout_taken_at: Option<i64>,
}

/// `GET /clients/{client_id}/evidence`: in seconds since the epoch; `null` where nothing was seen, and wherever it is no
/// sandbox.
#[utoipa::path(
    get,
    path = paths::CLIENT_EVIDENCE,
    operation_id = "readEvidence",
    summary = "Tells what was seen of a client in a sandbox",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "What was seen.", body = Seen), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        seen(&oidc, &client).await
    };
    match shown.await {
        Ok(seen) => reply(StatusCode::OK, &seen),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn seen(oidc: &Oidc, client: &Client) -> Result<Seen, Refusal> {
    let id = client.id.to_string();
    // Among all sign-ins of candidates those of one client are found slowly; a sandbox has few.
    let (signed_in, taken) = if oidc.0.portal_token.is_some() {
        let id = id.clone();
        let read = oidc.0.db.read::<_, DbError, _>(move |tx| {
            let id = id.clone();
            async move {
                let last = outbox::last(tx, &Channel::Logout(id.clone())).await?.filter(|last| last.state == "sent");
                Ok((grants::last_redemption(tx, &id).await?, last.and_then(|last| last.finished_at)))
            }
            .boxed()
        });
        read.await?
    } else {
        (None, None)
    };
    let seconds = |at: Option<Timestamp>| at.map(|at| at.seconds());
    Ok(Seen { client_id: id, signed_in_at: seconds(signed_in), logout_taken_at: seconds(taken) })
}
