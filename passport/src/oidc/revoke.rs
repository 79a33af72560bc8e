//! Revocation (RFC 7009): a client gives back its own tokens. A refresh token takes its whole family along (§2.1).

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::HeaderMap;
use shared::clock::Timestamp;
use shared::http::Shown;

use super::direct::{self, Sent, respond};
use super::failure::Failure;
use super::mtls::Sender;
use super::refusals::{Attempt, Endpoint};
use super::rules::Rule;
use super::store::{grants, revoked};
use super::{Oidc, access_token, client_auth, handle};
use crate::clients::Client;

/// `POST /revoke`
pub async fn revoke(State(oidc): State<Oidc>, headers: HeaderMap, shown: Shown, Sent(body): Sent) -> Response {
    let sender = Sender { headers: &headers, certificate: shown.0.as_ref() };
    let mut attempt = Attempt::at(Endpoint::Revoke);
    match serve(&oidc, sender, &body, &mut attempt).await {
        Ok(()) => respond::done(),
        Err(failure) => attempt.refuse(&oidc, sender, &body, &failure).await,
    }
}

/// A token that we don't know, or that is over, is revoked as far as anybody can tell (§2.2).
async fn serve(oidc: &Oidc, sender: Sender<'_>, body: &[u8], attempt: &mut Attempt) -> Result<(), Failure> {
    let params = direct::form(sender.headers, body)?;
    let client = client_auth::authenticate(oidc, sender, &params, attempt).await?;
    let Some(text) = params.get("token") else {
        return Err(Rule::RevocationTokenMissing.into());
    };
    if let Ok(token) = access_token::read(oidc, text) {
        if token.client_id != client.id.as_str() {
            return Err(Rule::RevocationOfAnothersToken.into());
        }
        return revoke_access_token(oidc, token.jti, Timestamp::from_seconds(token.exp)).await;
    }
    match handle::read_refresh_token(text, &*oidc.0.web.sealer) {
        Some(presented) => revoke_family(oidc, &client, presented).await,
        None => Ok(()),
    }
}

async fn revoke_access_token(oidc: &Oidc, jti: String, expires_at: Timestamp) -> Result<(), Failure> {
    oidc.0
        .db
        .write(move |tx| {
            let jti = jti.clone();
            async move { Ok(revoked::insert(tx, &jti, expires_at).await?) }.boxed()
        })
        .await
}

async fn revoke_family(oidc: &Oidc, client: &Client, presented: handle::Presented) -> Result<(), Failure> {
    let (now, client_id) = (oidc.0.clock.now(), client.id.as_str().to_owned());
    oidc.0
        .db
        .write(move |tx| {
            let client_id = client_id.clone();
            async move {
                let Some(family) = grants::family(tx, presented.grant).await? else { return Ok(()) };
                if family.grant.client_id != client_id {
                    return Err(Rule::RevocationOfAnothersToken.into());
                }
                // Any token of the family that was really issued ends it, a spent one too.
                grants::revoke(tx, presented.grant, now).await?;
                Ok(())
            }
            .boxed()
        })
        .await
}
