//! Authorizations and the families of their tokens.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::super::handle::{GrantId, Presented};
use super::super::scope::{OFFLINE_ACCESS, Scope};
use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::{self, Session, SessionId, Standing};

/// An authorization about to be stored, together with its code.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// Its identifier.
    pub id: GrantId,
    /// SHA-256 of its code.
    pub code_hash: [u8; 32],
    /// For whom.
    pub client_id: String,
    /// What the client may have.
    pub scope: Scope,
    /// Where the code goes.
    pub redirect_uri: String,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// To be met at the redemption.
    pub code_challenge: Option<String>,
    /// Whether the client gets a refresh token.
    pub refreshable: bool,
    /// Until when the code may be redeemed.
    pub code_expires_at: Timestamp,
    /// When nothing that may come of it can live any more.
    pub expires_at: Timestamp,
}

/// An authorization as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// For whom.
    pub client_id: String,
    /// By whom.
    pub account: AccountId,
    /// In which session.
    pub session: SessionId,
    /// What the client may have.
    pub scope: Scope,
    /// Where the code went.
    pub redirect_uri: String,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// To be met at the redemption.
    pub code_challenge: Option<String>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How well.
    pub acr: String,
    /// By which methods, separated by spaces.
    pub amr: String,
    /// The province of the test centre.
    pub province: Option<Province>,
    /// Whether there is a refresh token.
    pub refreshable: bool,
}

/// The part of an authorization that decides about a presented refresh token.
#[derive(Debug, Clone)]
pub struct Family {
    /// The authorization.
    pub grant: Grant,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When its code was made, or at most a code's lifetime later.
    pub began_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// SHA-256 of the token that may be used.
    pub current: Option<[u8; 32]>,
    /// SHA-256 of the token before it.
    pub previous: Option<[u8; 32]>,
    /// When the current one replaced it.
    pub refreshed_at: Option<Timestamp>,
    /// What was answered then, sealed.
    pub answer: Option<Vec<u8>>,
}

/// What became of a code that could not be redeemed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unredeemed {
    /// There is no such code, or its time is over.
    Unknown,
    /// It was redeemed before.
    Spent {
        /// To whom it was issued.
        client_id: String,
        /// Whose authorization it is.
        account: AccountId,
    },
}

/// The successor of a refresh token.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// SHA-256 of the new token.
    pub next: [u8; 32],
    /// The answer that carries it, sealed.
    pub answer: Vec<u8>,
    /// Now.
    pub now: Timestamp,
    /// When the family now ends by itself.
    pub expires_at: Timestamp,
}

/// Stores an authorization that `session` gave.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, new: &NewGrant, session: &Session) -> Result<(), DbError> {
    sql("INSERT INTO grants (id, client_id, account_id, session_id, scope, redirect_uri, nonce, code_challenge, \
         auth_time, acr, amr, province, refreshable, code_hash, code_expires_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)")
    .bind(new.id)
    .bind(&new.client_id)
    .bind(session.account)
    .bind(session.id)
    .bind(&new.scope)
    .bind(&new.redirect_uri)
    .bind(new.nonce.as_ref())
    .bind(new.code_challenge.as_ref())
    .bind(session.auth_time)
    .bind(&session.acr)
    .bind(session.amr.join(" "))
    .bind(session.province.map(Province::code))
    .bind(new.refreshable)
    .bind(new.code_hash)
    .bind(new.code_expires_at)
    .bind(new.expires_at)
    .execute(tx)
    .await
    .map(drop)
}

/// Spends a code: of any number who try, one gets the authorization. If the authorization is refreshable,
/// `refresh_hash` becomes its first refresh token.
///
/// # Errors
/// See [`DbError`].
pub async fn redeem(
    tx: &mut Tx,
    code: Presented,
    refresh_hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<Grant>, DbError> {
    sql("UPDATE grants SET redeemed_at = $3, refresh_hash = CASE WHEN refreshable = 1 THEN $4 END \
         WHERE id = $1 AND code_hash = $2 AND redeemed_at IS NULL AND revoked_at IS NULL AND code_expires_at > $3 \
         RETURNING id, client_id, account_id, session_id, scope, redirect_uri, nonce, code_challenge, auth_time, acr, \
         amr, province, refreshable")
    .bind(code.grant)
    .bind(code.hash)
    .bind(now)
    .bind(refresh_hash)
    .fetch_optional(tx)
    .await?
    .map(|row| grant(&row))
    .transpose()
}

/// Why a code could not be redeemed.
///
/// # Errors
/// See [`DbError`].
pub async fn unredeemed(tx: &mut Tx, code: Presented) -> Result<Unredeemed, DbError> {
    let row = sql("SELECT client_id, account_id FROM grants \
         WHERE id = $1 AND code_hash = $2 AND redeemed_at IS NOT NULL")
    .bind(code.grant)
    .bind(code.hash)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(Unredeemed::Unknown) };
    Ok(Unredeemed::Spent { client_id: row.get("client_id")?, account: row.get("account_id")? })
}

/// Ends an authorization and all its tokens; whether it lived.
///
/// # Errors
/// See [`DbError`].
pub async fn revoke(tx: &mut Tx, id: GrantId, now: Timestamp) -> Result<bool, DbError> {
    let rows = sql("UPDATE grants SET revoked_at = $2, refresh_answer = NULL WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// The family of a refresh token, whatever its state.
///
/// # Errors
/// See [`DbError`].
pub async fn family(tx: &mut Tx, id: GrantId) -> Result<Option<Family>, DbError> {
    let row = sql("SELECT id, client_id, account_id, session_id, scope, redirect_uri, nonce, code_challenge, auth_time, \
         acr, amr, province, refreshable, code_expires_at, revoked_at, expires_at, refresh_hash, refresh_previous_hash, refreshed_at, \
         refresh_answer FROM grants WHERE id = $1 AND redeemed_at IS NOT NULL")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Family {
        grant: grant(&row)?,
        revoked: row.get::<Option<Timestamp>>("revoked_at")?.is_some(),
        began_at: row.get("code_expires_at")?,
        expires_at: row.get("expires_at")?,
        current: row.get("refresh_hash")?,
        previous: row.get("refresh_previous_hash")?,
        refreshed_at: row.get("refreshed_at")?,
        answer: row.get("refresh_answer")?,
    }))
}

/// Replaces the refresh token: of any number who try with the same one, one succeeds; whether this one did.
///
/// # Errors
/// See [`DbError`].
pub async fn rotate(tx: &mut Tx, token: Presented, rotation: &Rotation) -> Result<bool, DbError> {
    let rows = sql("UPDATE grants SET refresh_previous_hash = $2, refresh_hash = $3, refreshed_at = $4, \
         refresh_answer = $5, expires_at = $6 WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL")
    .bind(token.grant)
    .bind(token.hash)
    .bind(rotation.next)
    .bind(rotation.now)
    .bind(&rotation.answer)
    .bind(rotation.expires_at)
    .execute(tx)
    .await?;
    Ok(rows == 1)
}

/// What the holder of an access token is allowed now: the authorization, unless it or that one token was revoked.
///
/// # Errors
/// See [`DbError`].
pub async fn of_access_token(tx: &mut Tx, id: GrantId, jti: &str) -> Result<Option<Grant>, DbError> {
    sql("SELECT id, client_id, account_id, session_id, scope, redirect_uri, nonce, code_challenge, auth_time, acr, amr, \
         province, refreshable FROM grants WHERE id = $1 AND redeemed_at IS NOT NULL AND revoked_at IS NULL \
         AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)")
    .bind(id)
    .bind(jti)
    .fetch_optional(tx)
    .await?
    .map(|row| grant(&row))
    .transpose()
}

/// Whether what came of this authorization ended with its session: all but what was granted for offline use, and that
/// too once the session was withdrawn.
///
/// # Errors
/// See [`DbError`].
pub async fn ended_with_session(tx: &mut Tx, grant: &Grant) -> Result<bool, DbError> {
    Ok(match sessions::store::standing(tx, grant.session).await? {
        Standing::Lives => false,
        Standing::Ended => !grant.scope.has(OFFLINE_ACCESS),
        Standing::Withdrawn => true,
    })
}

fn grant(row: &Row) -> Result<Grant, DbError> {
    let province = row
        .get::<Option<String>>("province")?
        .map(|code| Province::parse(&code).ok_or_else(|| BrokenRow::new("province", "is no province")))
        .transpose()?;
    Ok(Grant {
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        account: row.get("account_id")?,
        session: row.get("session_id")?,
        scope: row.get("scope")?,
        redirect_uri: row.get("redirect_uri")?,
        nonce: row.get("nonce")?,
        code_challenge: row.get("code_challenge")?,
        auth_time: row.get("auth_time")?,
        acr: row.get("acr")?,
        amr: row.get("amr")?,
        province,
        refreshable: row.get("refreshable")?,
    })
}
