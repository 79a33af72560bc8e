//! What there is to point out about a registration, for whoever manages it: the same that `passport clients lint` tells. The
//! address lies below the one of RFC 7592 §2 and takes the same token; it is ours.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::super::Oidc;
use super::endpoint::reply;
use super::own::{Id, own, refuse};
use crate::clients::lint::{lint, words};

/// `GET /clients/{client_id}/findings`
pub async fn list(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    match own(&oidc, id, &headers).await {
        Ok((client, _)) => {
            let findings: Vec<Value> = lint(&client).iter().map(words::value).collect();
            let id = Value::from(client.id.as_str());
            let body = [("client_id".to_owned(), id), ("findings".to_owned(), findings.into())];
            reply(StatusCode::OK, Map::from_iter(body))
        }
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}
