//! What was seen of a client in a sandbox, for whoever manages its registration: that a sign-in ended in tokens, and that it
//! took a logout token. A portal shows it to who reviews an application. The address lies below the one of RFC 7592 §2 and
//! takes the same token; it is ours.

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use shared::db::DbError;

use super::super::Oidc;
use super::super::store::grants;
use super::endpoint::reply;
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::clients::Client;
use crate::delivery::{Channel, store as outbox};

/// `GET /clients/{client_id}/evidence`: in seconds since the epoch; `null` where nothing was seen, and wherever it is no
/// sandbox.
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        seen(&oidc, &client).await
    };
    match shown.await {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn seen(oidc: &Oidc, client: &Client) -> Result<Map<String, Value>, Refusal> {
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
    let seconds = |at: Option<shared::clock::Timestamp>| at.map(|at| at.seconds()).into();
    Ok(Map::from_iter([
        ("client_id".to_owned(), Value::from(id)),
        ("signed_in_at".to_owned(), seconds(signed_in)),
        ("logout_taken_at".to_owned(), seconds(taken)),
    ]))
}
