//! Access tokens: JWTs of RFC 9068, not stored. What revokes one is the grant it names, or its own `jti`.

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
use super::scope::Scope;
use super::store::{grants, revoked};
use crate::keys::{Alg, KeysError, TokenError};

/// The `typ` of the header (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// Access tokens are read by us alone or by a resource server of ours, so the cheaper algorithm will do for all.
const ALG: Alg = Alg::ES256;

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
}

/// The claims as they are written (RFC 9068 §2.2).
#[derive(Serialize)]
struct Written<'t> {
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

    /// Whether it allows that.
    pub fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|token| token == scope)
    }
}

/// Signs a token.
///
/// # Errors
/// See [`KeysError`].
pub fn sign(oidc: &Oidc, token: NewAccessToken<'_>, now: Timestamp) -> Result<String, KeysError> {
    let jti = jti(&*oidc.0.entropy);
    let claims = Written {
        iss: &oidc.0.issuer,
        sub: token.subject,
        aud: token.audience.claim(&oidc.0.issuer),
        exp: (now + oidc.0.lifetimes.access_token).seconds(),
        iat: now.seconds(),
        jti: &jti,
        client_id: token.client_id,
        scope: token.scope.as_str(),
        gid: token.grant,
        sid: token.session,
        auth_time: token.auth_time.map(Timestamp::seconds),
        acr: token.acr,
        cnf: token.bound_to,
    };
    // A client's own token goes to other servers; a person's comes to our user information first.
    match token.grant {
        Some(_) => oidc.0.keys.sign_for_ourselves(ALG, TYPE, &claims),
        None => oidc.0.keys.sign(ALG, TYPE, &claims),
    }
}

/// Reads a token that is not expired, whatever it is for. Whether it was revoked is not looked at.
///
/// # Errors
/// See [`TokenError`].
pub fn read(oidc: &Oidc, text: &str) -> Result<AccessToken, TokenError> {
    oidc.0.keys.verify(text, TYPE)
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
fn jti(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(bytes::<16>(entropy))
}
