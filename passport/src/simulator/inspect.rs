//! Introspection and revocation.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::HeaderMap;

use super::Simulator;
use crate::clients::Client;
use crate::oidc::direct::{self, respond};
use crate::oidc::failure::Failure;
use crate::oidc::handle;
use crate::oidc::introspect::Answer;
use crate::oidc::rules::Rule;

/// `POST /introspect`
pub(super) async fn introspect(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else { return simulator.too_large() };
    match simulator.tell(&headers, &body).await {
        Ok(answer) => respond::json(serde_json::to_vec(&answer).unwrap_or_default()),
        Err(failure) => respond::error(&failure, &simulator.0.issuer),
    }
}

/// `POST /revoke`
pub(super) async fn revoke(
    State(simulator): State<Simulator>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else { return simulator.too_large() };
    match simulator.end(&headers, &body).await {
        Ok(()) => respond::done(),
        Err(failure) => respond::error(&failure, &simulator.0.issuer),
    }
}

impl Simulator {
    async fn tell(&self, headers: &HeaderMap, body: &[u8]) -> Result<Answer, Failure> {
        let params = direct::form(headers, body)?;
        let (client, _) = self.authenticate(headers, &params)?;
        if client.is_public() {
            return Err(Rule::IntrospectionPublic.into());
        }
        let Some(text) = params.get("token") else { return Err(Rule::IntrospectionTokenMissing.into()) };
        Ok(match self.access_token_of(text).await {
            Some(token) => {
                let may_ask = token.client_id == client.id.as_str() || token.aud.names_any(&client.serves_resources);
                let lives = match token.grant() {
                    Some(id) => self.living(id).is_some(),
                    None => !token.is_of_a_person(),
                };
                let lives = lives && !self.memory().is_revoked(&token.jti);
                if may_ask && lives { Answer::of_access_token(token, &self.0.issuer) } else { Answer::default() }
            }
            None => self.tell_of_refresh_token(&client, text),
        })
    }

    fn tell_of_refresh_token(&self, client: &Client, text: &str) -> Answer {
        let Some(presented) = handle::read_refresh_token(text, &*self.0.sealer) else { return Answer::default() };
        let now = self.now();
        let family = self.living(presented.grant).map(|kept| kept.family).filter(|family| {
            let ours = family.grant.client_id == client.id.as_str();
            ours && family.expires_at > now && family.current == Some(presented.hash)
        });
        family.map_or_else(Answer::default, |family| {
            let subject = self.subject(client, family.grant.account);
            Answer::of_family(family, subject, &self.0.issuer)
        })
    }

    /// A token that is not known, or that is over, is revoked as far as anybody can tell (RFC 7009 §2.2).
    async fn end(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Failure> {
        let params = direct::form(headers, body)?;
        let (client, _) = self.authenticate(headers, &params)?;
        let Some(text) = params.get("token") else { return Err(Rule::RevocationTokenMissing.into()) };
        if let Some(token) = self.access_token_of(text).await {
            if token.client_id != client.id.as_str() {
                return Err(Rule::RevocationOfAnothersToken.into());
            }
            self.memory().revoke_token(token.jti);
            return Ok(());
        }
        let Some(presented) = handle::read_refresh_token(text, &*self.0.sealer) else { return Ok(()) };
        let mut memory = self.memory();
        match memory.family(presented.grant) {
            Some(kept) if kept.family.grant.client_id != client.id.as_str() => {
                Err(Rule::RevocationOfAnothersToken.into())
            }
            Some(_) => {
                memory.revoke(presented.grant);
                Ok(())
            }
            None => Ok(()),
        }
    }
}
