//! Authorizations and the families of their tokens. Their statements look at the session and the person too, so that
//! an answer costs one trip.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, Db, DbError, Query, Row, Tx, sql};

use super::super::audience::Audience;
use super::super::handle::{GrantId, Presented};
use super::super::named_claims::NamedClaims;
use super::super::scope::{OFFLINE_ACCESS, Scope};
use crate::accounts;
use crate::accounts::model::{AccountClaims, AccountId, Province};
use crate::accounts::sessions::{self, SessionId, Standing};
use crate::keys::received::Thumbprint;

/// What a person let a client have, once.
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
    /// What it may have of claims that it asked for by name.
    pub named: NamedClaims,
    /// What its access tokens are for.
    pub audience: Audience,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How well.
    pub acr: String,
    /// By which methods, separated by spaces.
    pub amr: String,
    /// The province of the test centre.
    pub province: Option<Province>,
    /// Whether the client gets a refresh token.
    pub refreshable: bool,
    /// Whether the person was asked for it: then it ends when they take that back.
    pub by_consent: bool,
}

/// A code's redemption, about to be stored.
#[derive(Debug, Clone)]
pub struct Redemption<'r> {
    /// What the code authorizes.
    pub grant: &'r Grant,
    /// SHA-256 of the first refresh token, which counts if the grant is refreshable. Drawn anew for each try.
    pub refresh_hash: [u8; 32],
    /// The key that the refresh tokens are bound to.
    pub refresh_key: Option<&'r Thumbprint>,
    /// Now.
    pub now: Timestamp,
    /// When nothing that may come of it can live any more; not before the end of the code.
    pub expires_at: Timestamp,
    /// Whether the client wants to know when the session ends.
    pub told_of_end: bool,
}

/// The part of an authorization that decides about a presented refresh token.
#[derive(Debug, Clone)]
pub struct Family {
    /// The authorization.
    pub grant: Grant,
    /// Whether it was revoked, or ended with its session.
    pub over: bool,
    /// When its code was redeemed.
    pub began_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The key that its tokens are bound to.
    pub key: Option<Thumbprint>,
    /// SHA-256 of the token that may be used.
    pub current: Option<[u8; 32]>,
    /// SHA-256 of the token before it.
    pub previous: Option<[u8; 32]>,
    /// When the current one replaced it, or was used where it stays the same.
    pub refreshed_at: Option<Timestamp>,
    /// What was answered then, sealed.
    pub answer: Option<Vec<u8>>,
}

/// The successor of a refresh token.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// SHA-256 of the new token.
    pub next: [u8; 32],
    /// The key that it is bound to, if it is newly bound to one.
    pub key: Option<Thumbprint>,
    /// The answer that carries it, sealed.
    pub answer: Vec<u8>,
    /// Now.
    pub now: Timestamp,
    /// When the family now ends by itself.
    pub expires_at: Timestamp,
}

/// Reads authorizations `g` with their sessions `s`: what [`grant`] and [`is_over`] look at, and more.
macro_rules! select {
    ($more:expr, $rest:expr) => {
        sql(concat!(
            "SELECT g.id, g.client_id, g.account_id, g.session_id, g.scope, g.auth_time, g.acr, g.amr, g.province, \
             g.refreshable, g.claims, g.resources, g.by_consent, s.id AS its_session, s.ended_at, s.end_reason, \
             CASE WHEN g.by_consent = 1 THEN (SELECT c.began_at FROM consents c WHERE c.account_id = g.account_id \
             AND c.client_id = g.client_id AND c.began_at <= g.redeemed_at) END AS permitted_since, ",
            $more,
            " FROM grants g LEFT JOIN sessions s ON s.id = g.session_id ",
            $rest
        ))
    };
}

/// Spends a code: of any number of tries one succeeds, if the session that gave it still lives, and the consent where
/// there was one; whether this one did.
/// Being its own transaction, it may be repeated after a lost connection: the same try succeeds again.
///
/// # Errors
/// See [`DbError`].
pub async fn redeem(db: &Db, redemption: Redemption<'_>) -> Result<bool, DbError> {
    let Redemption { grant, refresh_hash, refresh_key, now, expires_at, told_of_end } = redemption;
    let statement = sql("INSERT INTO grants (id, client_id, account_id, session_id, scope, auth_time, acr, amr, \
         province, refreshable, redemption, redeemed_at, expires_at, refresh_hash, claims, refresh_jkt, resources, \
         told_of_end, by_consent) \
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19 \
         WHERE EXISTS (SELECT id FROM sessions WHERE id = $4 AND ended_at IS NULL) \
         AND ($19 = 0 OR EXISTS (SELECT client_id FROM consents WHERE account_id = $3 AND client_id = $2)) \
         ON CONFLICT (id) DO UPDATE SET redeemed_at = grants.redeemed_at \
         WHERE grants.redemption = excluded.redemption AND grants.revoked_at IS NULL")
    .bind(grant.id)
    .bind(&grant.client_id)
    .bind(grant.account)
    .bind(grant.session)
    .bind(&grant.scope)
    .bind(grant.auth_time)
    .bind(&grant.acr)
    .bind(&grant.amr)
    .bind(grant.province.map(Province::code))
    .bind(grant.refreshable)
    .bind(refresh_hash)
    .bind(now)
    .bind(expires_at)
    .bind(grant.refreshable.then_some(refresh_hash))
    .bind(grant.named.to_text())
    .bind(refresh_key.map(Thumbprint::as_str))
    .bind(grant.audience.to_text())
    .bind(told_of_end)
    .bind(grant.by_consent);
    Ok(db.execute(statement).await? == 1)
}

/// The clients that got tokens in the session and want to know when it ends.
///
/// # Errors
/// See [`DbError`].
pub async fn clients_to_tell(tx: &mut Tx, session: SessionId) -> Result<Vec<String>, DbError> {
    let rows =
        sql("SELECT DISTINCT client_id FROM grants WHERE session_id = $1 AND told_of_end = 1 ORDER BY client_id")
            .bind(session)
            .fetch_all(tx)
            .await?;
    rows.iter().map(|row| row.get("client_id")).collect()
}

/// When that client redeemed a code last, as far as its grants are kept. It goes through all grants: for a sandbox.
///
/// # Errors
/// See [`DbError`].
pub async fn last_redemption(tx: &mut Tx, client_id: &str) -> Result<Option<Timestamp>, DbError> {
    let row = sql("SELECT MAX(redeemed_at) AS at FROM grants WHERE client_id = $1").bind(client_id);
    row.fetch_one(tx).await?.get("at")
}

/// The live sessions of the person in which that client got tokens, if it wants to know when they end.
///
/// # Errors
/// See [`DbError`].
pub async fn sessions_to_tell_of(tx: &mut Tx, account: AccountId, client_id: &str) -> Result<Vec<SessionId>, DbError> {
    let rows = sql("SELECT DISTINCT g.session_id FROM sessions s JOIN grants g ON g.session_id = s.id \
         WHERE s.account_id = $1 AND s.ended_at IS NULL AND g.told_of_end = 1 AND g.client_id = $2 \
         ORDER BY g.session_id")
    .bind(account)
    .bind(client_id)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("session_id")).collect()
}

/// The clients that got tokens in sessions of the account that have not ended, and want to know when they do; each with
/// the session. They are found along the account's sessions: the index of those who are to be told is the only one that
/// leads from a session to its grants, since each sign-in at any site would have to write another.
///
/// # Errors
/// See [`DbError`].
pub async fn entered(tx: &mut Tx, account: AccountId) -> Result<Vec<(SessionId, String)>, DbError> {
    let rows = sql("SELECT DISTINCT g.session_id, g.client_id FROM sessions s JOIN grants g ON g.session_id = s.id \
         WHERE s.account_id = $1 AND s.ended_at IS NULL AND g.told_of_end = 1 ORDER BY g.session_id, g.client_id")
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.get("session_id")?, row.get("client_id")?))).collect()
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
    whole(id).fetch_optional(tx).await?.map(|row| read_family(&row)).transpose()
}

/// Like [`family`], outside of any transaction.
///
/// # Errors
/// See [`DbError`].
pub async fn look_up_family(db: &Db, id: GrantId) -> Result<Option<Family>, DbError> {
    db.find(whole(id)).await?.map(|row| read_family(&row)).transpose()
}

fn whole(id: GrantId) -> Query {
    select!(
        "g.redeemed_at, g.revoked_at, g.expires_at, g.refresh_hash, g.refresh_previous_hash, g.refreshed_at, \
         g.refresh_answer, g.refresh_jkt",
        "WHERE g.id = $1"
    )
    .bind(id)
}

fn read_family(row: &Row) -> Result<Family, DbError> {
    let grant = grant(row)?;
    let revoked = row.get::<Option<Timestamp>>("revoked_at")?.is_some();
    Ok(Family {
        over: revoked || is_over(&grant, row)?,
        grant,
        began_at: row.get("redeemed_at")?,
        expires_at: row.get("expires_at")?,
        key: key(row)?,
        current: row.get("refresh_hash")?,
        previous: row.get("refresh_previous_hash")?,
        refreshed_at: row.get("refreshed_at")?,
        answer: row.get("refresh_answer")?,
    })
}

/// Replaces the refresh token: of any number who try with the same one, one succeeds; whether this one did. Being its
/// own transaction, it may be repeated after a lost connection: the answer is then found where a lost one is.
///
/// # Errors
/// See [`DbError`].
pub async fn rotate(db: &Db, token: Presented, rotation: &Rotation) -> Result<bool, DbError> {
    let statement = sql("UPDATE grants SET refresh_previous_hash = $2, refresh_hash = $3, refreshed_at = $4, \
         refresh_answer = $5, expires_at = $6, refresh_jkt = COALESCE($7, refresh_jkt) \
         WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL")
    .bind(token.grant)
    .bind(token.hash)
    .bind(rotation.next)
    .bind(rotation.now)
    .bind(&rotation.answer)
    .bind(rotation.expires_at)
    .bind(rotation.key.as_ref().map(Thumbprint::as_str));
    Ok(db.execute(statement).await? == 1)
}

/// Lets a family whose token stays the same, used `now`, live on until `expires_at`; whether it lived, and this was its
/// token.
///
/// # Errors
/// See [`DbError`].
pub async fn prolong(db: &Db, token: Presented, now: Timestamp, expires_at: Timestamp) -> Result<bool, DbError> {
    let statement = sql("UPDATE grants SET expires_at = $3, refreshed_at = $4 \
         WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL")
    .bind(token.grant)
    .bind(token.hash)
    .bind(expires_at)
    .bind(now);
    Ok(db.execute(statement).await? == 1)
}

/// What the holder of an access token is allowed now: the authorization, unless it, that one token, or the consent or
/// session that it came by has ended.
///
/// # Errors
/// See [`DbError`].
pub async fn of_access_token(db: &Db, id: GrantId, jti: &str) -> Result<Option<Grant>, DbError> {
    let statement = select!(
        "g.revoked_at",
        "WHERE g.id = $1 AND g.revoked_at IS NULL AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)"
    );
    let Some(row) = db.find(statement.bind(id).bind(jti)).await? else { return Ok(None) };
    let grant = grant(&row)?;
    Ok((!is_over(&grant, &row)?).then_some(grant))
}

/// What the holder of an access token may know: like [`of_access_token`], together with the person, in one statement.
/// The details of the person come along if they are wanted.
///
/// # Errors
/// See [`DbError`].
pub async fn person(
    db: &Db,
    id: GrantId,
    jti: &str,
    detailed: bool,
) -> Result<Option<(Grant, AccountClaims)>, DbError> {
    macro_rules! select_person {
        ($details:literal, $profile:literal) => {
            select!(
                concat!(
                    "a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, a.locale, \
                     a.updated_at, ",
                    $details
                ),
                concat!(
                    "JOIN accounts a ON a.id = g.account_id ",
                    $profile,
                    "WHERE g.id = $1 AND g.revoked_at IS NULL \
                     AND NOT EXISTS (SELECT jti FROM revoked_tokens WHERE jti = $2)"
                )
            )
        };
    }
    let statement = if detailed {
        select_person!("p.claims AS details", "LEFT JOIN profiles p ON p.account_id = a.id ")
    } else {
        select_person!("CAST(NULL AS TEXT) AS details", "")
    };
    let Some(row) = db.find(statement.bind(id).bind(jti)).await? else { return Ok(None) };
    let grant = grant(&row)?;
    if is_over(&grant, &row)? {
        return Ok(None);
    }
    let claims = accounts::store::claims_of(&row)?;
    Ok(Some((grant, claims)))
}

/// Whether what came of this authorization has ended without being revoked: with the consent that it was given by, or
/// with its session: all but what was granted for offline use (OIDC Core §11), and that too once the session was
/// withdrawn.
fn is_over(grant: &Grant, row: &Row) -> Result<bool, DbError> {
    if grant.by_consent && row.get::<Option<Timestamp>>("permitted_since")?.is_none() {
        return Ok(true);
    }
    Ok(match sessions::store::standing_in(row)? {
        Standing::Lives => false,
        Standing::Ended => !grant.scope.has(OFFLINE_ACCESS),
        Standing::Withdrawn => true,
    })
}

fn key(row: &Row) -> Result<Option<Thumbprint>, DbError> {
    let text = row.get::<Option<String>>("refresh_jkt")?;
    let key =
        text.map(|text| Thumbprint::parse(&text).ok_or_else(|| BrokenRow::new("refresh_jkt", "is no thumbprint")));
    Ok(key.transpose()?)
}

fn grant(row: &Row) -> Result<Grant, DbError> {
    let province = row
        .get::<Option<String>>("province")?
        .map(|code| Province::parse(&code).ok_or_else(|| BrokenRow::new("province", "is no province")))
        .transpose()?;
    let named = row
        .get::<Option<String>>("claims")?
        .map(|text| NamedClaims::parse(&text).ok_or_else(|| BrokenRow::new("claims", "names no claims")))
        .transpose()?;
    Ok(Grant {
        named: named.unwrap_or_default(),
        audience: row.get::<Option<String>>("resources")?.map(|text| Audience::parse(&text)).unwrap_or_default(),
        id: row.get("id")?,
        client_id: row.get("client_id")?,
        account: row.get("account_id")?,
        session: row.get("session_id")?,
        scope: row.get("scope")?,
        auth_time: row.get("auth_time")?,
        acr: row.get("acr")?,
        amr: row.get("amr")?,
        province,
        refreshable: row.get("refreshable")?,
        by_consent: row.get("by_consent")?,
    })
}
