//! Access tokens: JWTs of RFC 9068, or the same claims sealed, where a resource server wants tokens that say nothing to
//! whoever holds them. Neither is stored. What revokes one is the grant it names, or its own `jti`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::entropy::{Entropy, bytes};

use super::Oidc;
use super::audience::{Aud, Audience, ReadAud};
use super::confirmation::Confirmation;
use super::handle::GrantId;
use super::scope::{OPENID, Scope};
use super::store::{grants, revoked};
use crate::clients::Client;
use crate::keys::{Alg, KeysError, Returned, Sign, TokenError};
use crate::web::seal::{KeyUse, open_text, seal_text};

/// The `typ` of the header (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// Access tokens are read by us alone or by a resource server of ours, so the cheaper algorithm will do for all.
pub(crate) const ALG: Alg = Alg::ES256;

/// What a sealed token is sealed for.
const PURPOSE: KeyUse = KeyUse::AccessToken;

/// What a token looks like to others than us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JWT that a resource server reads by itself.
    Jwt,
    /// A text that only we can read: a resource server asks us (RFC 7662).
    Opaque,
}

impl Format {
    /// The format of tokens for these resources. One that is for several is opaque if one of their servers wants it so:
    /// each of them can ask.
    ///
    /// # Errors
    /// See [`DbError`]; nothing is asked for a token that is for ourselves.
    pub async fn of(oidc: &Oidc, audience: &Audience) -> Result<Self, DbError> {
        let resources = audience.resources();
        let opaque = !resources.is_empty() && oidc.0.clients.any_is_opaque(resources).await?;
        Ok(if opaque { Self::Opaque } else { Self::Jwt })
    }
}

/// What a token is to say.
#[derive(Debug, Clone, Copy)]
pub struct NewAccessToken<'t> {
    /// Whose authorization: an account, or the client itself.
    pub subject: &'t str,
    /// For whom.
    pub client_id: &'t str,
    /// What it allows.
    pub scope: &'t Scope,
    /// The authorization it comes of; none for a client's own.
    pub grant: Option<&'t str>,
    /// The session it comes of.
    pub session: Option<&'t str>,
    /// When the person proved who they are.
    pub auth_time: Option<Timestamp>,
    /// How well.
    pub acr: Option<&'t str>,
    /// The key that it is bound to.
    pub bound_to: Option<&'t Confirmation>,
    /// What it is for.
    pub audience: &'t Audience,
    /// What it looks like.
    pub format: Format,
}

/// The claims as they are written (RFC 9068 §2.2).
#[derive(Serialize)]
pub(crate) struct Written<'t> {
    iss: &'t str,
    sub: &'t str,
    aud: Aud<'t>,
    exp: i64,
    iat: i64,
    jti: &'t str,
    client_id: &'t str,
    scope: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'t Confirmation>,
}

/// The claims of a token that came back.
#[derive(Debug, Clone, Deserialize)]
pub struct AccessToken {
    /// Whose authorization it is.
    pub sub: String,
    /// For whom it is meant.
    pub aud: ReadAud,
    /// From when on it does not count, in seconds since the epoch.
    pub exp: i64,
    /// When it was issued, likewise.
    pub iat: i64,
    /// Its own name.
    pub jti: String,
    /// To whom it was issued.
    pub client_id: String,
    /// What it allows.
    pub scope: String,
    /// The authorization it comes of (a claim of ours); none for a client's own.
    pub gid: Option<String>,
    /// The key that it is bound to; none for a bearer's.
    pub cnf: Option<Confirmation>,
    /// How well the person had proven who they are; none for a client's own.
    pub acr: Option<String>,
    /// When, in seconds since the epoch.
    pub auth_time: Option<i64>,
}

impl AccessToken {
    /// The authorization it comes of; none for a client's own.
    pub fn grant(&self) -> Option<GrantId> {
        self.gid.as_deref()?.parse().ok()
    }

    /// Whether it comes of a person's authorization.
    pub fn is_of_a_person(&self) -> bool {
        self.gid.is_some()
    }

    /// Writes down that the client it was given to came back with it, and it was good. With a person's authorization an ID
    /// token was given, by whose key the client was convinced.
    pub fn came_back(&self, oidc: &Oidc, client: &Client, sign: Sign) {
        if self.client_id == client.id.as_str() && self.is_of_a_person() && self.allows(OPENID) {
            let with = Returned { alg: client.id_token_alg, issued: Timestamp::from_seconds(self.iat) };
            oidc.0.keys.came_back(client.id.as_str(), sign, with);
        }
    }

    /// Writes down that the client handed it over and it did not count: it was bound to something else, or revoked.
    pub fn refused(&self, oidc: &Oidc, client: &Client) {
        if self.is_of_a_person() && self.allows(OPENID) {
            let with = Returned { alg: client.id_token_alg, issued: Timestamp::from_seconds(self.iat) };
            oidc.0.keys.refused(client.id.as_str(), with);
        }
    }

    /// Whether it allows that.
    pub fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|token| token == scope)
    }
}

/// The claims of a token of that issuer, which lives for that long and has that name.
pub(crate) fn write<'t>(
    issuer: &'t str,
    (jti, lifetime): (&'t str, Duration),
    token: NewAccessToken<'t>,
    now: Timestamp,
) -> Written<'t> {
    Written {
        iss: issuer,
        sub: token.subject,
        aud: token.audience.claim(issuer),
        exp: (now + lifetime).seconds(),
        iat: now.seconds(),
        jti,
        client_id: token.client_id,
        scope: token.scope.as_str(),
        gid: token.grant,
        sid: token.session,
        auth_time: token.auth_time.map(Timestamp::seconds),
        acr: token.acr,
        cnf: token.bound_to,
    }
}

/// Makes a token.
///
/// # Errors
/// See [`KeysError`].
pub async fn make(oidc: &Oidc, token: NewAccessToken<'_>, now: Timestamp) -> Result<String, KeysError> {
    let jti = jti(&*oidc.0.entropy);
    let claims = write(&oidc.0.issuer, (&jti, oidc.0.lifetimes.access_token), token, now);
    if token.format == Format::Opaque {
        // Texts and numbers: nothing in it can fail to be written.
        return Ok(seal_text(&*oidc.0.web.sealer, PURPOSE, &serde_json::to_vec(&claims).unwrap_or_default()));
    }
    // A client's own token goes to other servers; a person's comes to our user information first.
    match token.grant {
        Some(_) => oidc.0.keys.sign_for_ourselves(token.client_id, ALG, TYPE, &claims).await,
        None => oidc.0.keys.sign_through(token.client_id, ALG, TYPE, &claims).await,
    }
}

/// Reads a token that is not expired, whatever it is for. Whether it was revoked is not looked at.
///
/// # Errors
/// See [`TokenError`].
pub fn read(oidc: &Oidc, text: &str) -> Result<AccessToken, TokenError> {
    // A JWT has two dots, and a sealed text has none.
    if text.contains('.') {
        return oidc.0.keys.verify(text, TYPE);
    }
    let sealed = open_text(&*oidc.0.web.sealer, PURPOSE, text).ok_or(TokenError::Malformed)?;
    let token: AccessToken = serde_json::from_slice(&sealed).map_err(|_| TokenError::Malformed)?;
    if token.exp > oidc.0.clock.now().seconds() { Ok(token) } else { Err(TokenError::Expired) }
}

/// Like [`read`], for a token that is meant for us.
///
/// # Errors
/// See [`TokenError`].
pub fn read_for_us(oidc: &Oidc, text: &str) -> Result<AccessToken, TokenError> {
    let token = read(oidc, text)?;
    if token.aud.names(&oidc.0.issuer) { Ok(token) } else { Err(TokenError::Type) }
}

/// Whether neither the token nor what it comes of has been revoked.
///
/// # Errors
/// See [`DbError`].
pub async fn lives(oidc: &Oidc, token: &AccessToken) -> Result<bool, DbError> {
    let db = &oidc.0.db;
    match token.grant() {
        Some(id) => Ok(grants::of_access_token(db, id, &token.jti).await?.is_some()),
        None if token.is_of_a_person() => Ok(false),
        None => Ok(!revoked::contains(db, &token.jti).await?),
    }
}

/// 128 random bits.
pub(crate) fn jti(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(bytes::<16>(entropy))
}
