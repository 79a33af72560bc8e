//! Introspection (RFC 7662): a confidential client asks about its own tokens, and the server of a resource about those
//! that are for it. About any other they learn nothing but that it is not active.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;
use shared::http::Shown;

use super::access_token::AccessToken;
use super::audience::ReadAud;
use super::confirmation::Confirmation;
use super::direct::{self, Sent, respond};
use super::failure::Failure;
use super::mtls::Sender;
use super::refusals::{Attempt, Endpoint};
use super::rules::Rule;
use super::store::grants::{self, Family};
use super::subject::Subjects;
use super::{Oidc, access_token, client_auth, handle};
use crate::clients::Client;
use crate::keys::Sign;

/// RFC 7662 §2.2
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<ReadAud>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// RFC 9470 §6.2
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    /// RFC 9470 §6.2
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    /// RFC 9449 §6.2
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

impl Answer {
    /// About an access token of that issuer that counts.
    pub(crate) fn of_access_token(token: AccessToken, issuer: &str) -> Self {
        Self {
            active: true,
            scope: Some(token.scope),
            client_id: Some(token.client_id),
            token_type: Some(Confirmation::token_type(token.cnf.as_ref())),
            exp: Some(token.exp),
            iat: Some(token.iat),
            sub: Some(token.sub),
            aud: Some(token.aud),
            iss: Some(issuer.to_owned()),
            jti: Some(token.jti),
            acr: token.acr,
            auth_time: token.auth_time,
            cnf: token.cnf,
        }
    }

    /// About the refresh token of a family that counts.
    pub(crate) fn of_family(family: Family, subject: String, issuer: &str) -> Self {
        Self {
            active: true,
            scope: Some(family.grant.scope.to_string()),
            client_id: Some(family.grant.client_id),
            exp: Some(family.expires_at.seconds()),
            sub: Some(subject),
            auth_time: Some(family.grant.auth_time.seconds()),
            acr: Some(family.grant.acr),
            iss: Some(issuer.to_owned()),
            ..Self::default()
        }
    }
}

/// `POST /introspect`
pub async fn introspect(State(oidc): State<Oidc>, headers: HeaderMap, shown: Shown, Sent(body): Sent) -> Response {
    let sender = Sender { headers: &headers, certificate: shown.0.as_ref() };
    let mut attempt = Attempt::at(Endpoint::Introspect);
    match serve(&oidc, sender, &body, &mut attempt).await {
        Ok(answer) => respond::json(serde_json::to_vec(&answer).unwrap_or_default()),
        Err(failure) => attempt.refuse(&oidc, sender, &body, &failure).await,
    }
}

async fn serve(oidc: &Oidc, sender: Sender<'_>, body: &[u8], attempt: &mut Attempt) -> Result<Answer, Failure> {
    let params = direct::form(sender.headers, body)?;
    let client = client_auth::authenticate(oidc, sender, &params, attempt).await?;
    if client.is_public() {
        // Whoever asks must have proven who it is (RFC 7662 §2.1).
        return Err(Rule::IntrospectionPublic.into());
    }
    let Some(token) = params.get("token") else {
        return Err(Rule::IntrospectionTokenMissing.into());
    };
    match of_access_token(oidc, &client, token).await? {
        Some(answer) => Ok(answer),
        None => of_refresh_token(oidc, &client, token).await,
    }
}

async fn of_access_token(oidc: &Oidc, client: &Client, text: &str) -> Result<Option<Answer>, Failure> {
    let Ok(token) = access_token::read(oidc, text) else { return Ok(None) };
    let may_ask = token.client_id == client.id.as_str() || token.aud.names_any(&client.serves_resources);
    let counts =
        async { Ok::<_, Failure>(access_token::lives(oidc, &token).await? && !suspended(oidc, &token).await?) };
    if !may_ask || !counts.await? {
        if token.client_id == client.id.as_str() {
            token.refused(oidc, client);
        }
        return Ok(Some(Answer::default()));
    }
    token.came_back(oidc, client, Sign::Introspection);
    Ok(Some(Answer::of_access_token(token, &oidc.0.issuer)))
}

/// Whether the client that the token was issued to is suspended.
async fn suspended(oidc: &Oidc, token: &AccessToken) -> Result<bool, Failure> {
    Ok(oidc.0.clients.find(&token.client_id).await?.is_some_and(|client| client.is_suspended()))
}

async fn of_refresh_token(oidc: &Oidc, client: &Client, text: &str) -> Result<Answer, Failure> {
    let Some(presented) = handle::read_refresh_token(text, &*oidc.0.web.sealer) else {
        return Ok(Answer::default());
    };
    let family = grants::look_up_family(&oidc.0.db, presented.grant).await?;
    let now = oidc.0.clock.now();
    let family = family.filter(|f| {
        !f.over && f.expires_at > now && f.current == Some(presented.hash) && f.grant.client_id == client.id.as_str()
    });
    Ok(family.map_or_else(Answer::default, |family| {
        let subject = Subjects::of(oidc, client).name(family.grant.account);
        Answer::of_family(family, subject, &oidc.0.issuer)
    }))
}
