//! The answer of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3).

use std::time::Duration;

use futures_util::FutureExt as _;
use serde::Serialize;
use shared::clock::Timestamp;
use shared::db::DbError;

use super::super::Oidc;
use super::super::access_token::{self, Format, NewAccessToken};
use super::super::audience::Audience;
use super::super::claims::{self, Told};
use super::super::confirmation::Confirmation;
use super::super::id_token::{self, NewIdToken};
use super::super::scope::{OPENID, Scope};
use super::super::store::grants::Grant;
use super::super::subject::Subjects;
use crate::accounts;
use crate::clients::Client;
use crate::keys::KeysError;

/// The body of the answer.
#[derive(Serialize)]
struct Answer<'t> {
    access_token: &'t str,
    token_type: &'static str,
    expires_in: u64,
    scope: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'t str>,
}

/// What the tokens are to say besides their grant.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'t> {
    /// The authorization they come of.
    pub grant: &'t Grant,
    /// What the access token allows: all that was authorized, or a part of it.
    pub scope: &'t Scope,
    /// The nonce of the request, if the ID token answers one.
    pub nonce: Option<&'t str>,
    /// The refresh token to hand out.
    pub refresh_token: Option<&'t str>,
    /// What the ID token tells of the person.
    pub person: Option<&'t Told>,
    /// The key that the access token is bound to.
    pub bound_to: Option<&'t Confirmation>,
    /// What the access token is for: all that was authorized, or a part of it.
    pub audience: &'t Audience,
    /// What the access token looks like.
    pub format: Format,
}

/// What the ID tokens of an authorization tell of the person: claims that were asked for by name. Nothing is read
/// where none was.
///
/// # Errors
/// See [`DbError`].
pub async fn person(oidc: &Oidc, grant: &Grant) -> Result<Option<Told>, DbError> {
    if grant.named.id_token.is_empty() {
        return Ok(None);
    }
    let account = grant.account;
    let claims = oidc.0.db.read(move |tx| async move { accounts::store::claims(tx, account).await }.boxed()).await?;
    Ok(claims.map(|claims| claims::select(claims, grant.province, &Scope::default(), &grant.named.id_token)))
}

/// Makes the tokens of a person's authorization and writes the answer.
///
/// # Errors
/// See [`KeysError`].
pub async fn for_person(
    oidc: &Oidc,
    client: &Client,
    tokens: Tokens<'_>,
    now: Timestamp,
) -> Result<Vec<u8>, KeysError> {
    let grant = tokens.grant;
    let subject = Subjects::of(oidc, client).name(grant.account);
    let (session, id) = (grant.session.to_string(), grant.id.to_string());
    let access = NewAccessToken {
        subject: &subject,
        client_id: client.id.as_str(),
        scope: tokens.scope,
        grant: Some(&id),
        session: Some(&session),
        auth_time: Some(grant.auth_time),
        acr: Some(&grant.acr),
        bound_to: tokens.bound_to,
        audience: tokens.audience,
        format: tokens.format,
    };
    let access = access_token::make(oidc, access, now).await?;
    let id_token = if tokens.scope.has(OPENID) {
        let new = NewIdToken {
            grant,
            subject: &subject,
            session: &session,
            nonce: tokens.nonce,
            access_token: &access,
            person: tokens.person,
        };
        Some(id_token::sign(oidc, client, new, now).await?)
    } else {
        None
    };
    let written = Written {
        access: &access,
        scope: tokens.scope,
        refresh: tokens.refresh_token,
        id_token: id_token.as_deref(),
        bound_to: tokens.bound_to,
    };
    Ok(write(oidc.0.lifetimes.access_token, &written))
}

/// Makes an access token for the client itself and writes the answer.
///
/// # Errors
/// See [`KeysError`].
pub async fn for_client(
    oidc: &Oidc,
    client: &Client,
    (scope, audience, format): (&Scope, &Audience, Format),
    bound_to: Option<&Confirmation>,
) -> Result<Vec<u8>, KeysError> {
    let access = NewAccessToken {
        subject: client.id.as_str(),
        client_id: client.id.as_str(),
        scope,
        grant: None,
        session: None,
        auth_time: None,
        acr: None,
        bound_to,
        audience,
        format,
    };
    let signed = access_token::make(oidc, access, oidc.0.clock.now()).await?;
    let written = Written { access: &signed, scope, refresh: None, id_token: None, bound_to };
    Ok(write(oidc.0.lifetimes.access_token, &written))
}

/// The tokens of one answer.
pub(crate) struct Written<'t> {
    /// The access token.
    pub(crate) access: &'t str,
    /// What it allows.
    pub(crate) scope: &'t Scope,
    /// The refresh token.
    pub(crate) refresh: Option<&'t str>,
    /// The ID token.
    pub(crate) id_token: Option<&'t str>,
    /// The key that the access token is bound to.
    pub(crate) bound_to: Option<&'t Confirmation>,
}

/// The body of an answer with these tokens, of which the access token lives for that long.
pub(crate) fn write(lifetime: Duration, tokens: &Written<'_>) -> Vec<u8> {
    let answer = Answer {
        access_token: tokens.access,
        token_type: Confirmation::token_type(tokens.bound_to),
        expires_in: lifetime.as_secs(),
        scope: tokens.scope.as_str(),
        refresh_token: tokens.refresh,
        id_token: tokens.id_token,
    };
    // Texts and a number: nothing in it can fail to be written.
    serde_json::to_vec(&answer).unwrap_or_default()
}
