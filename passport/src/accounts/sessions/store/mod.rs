//! The table of sessions.

mod list;
#[cfg(test)]
mod tests;

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, Db, DbError, Query, Row, Tx, sql};
use shared::http::CallerNetwork;

pub use self::list::{listed, past};

use super::{EndReason, Opening, Session, SessionId, Standing, Stay, Term, Unsettled};
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::model::{AccountId, Province};
use crate::web::documents;

/// Stores a session that begins now.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, session: &Session, opening: &Opening) -> Result<(), DbError> {
    let (now, term) = (session.auth_time, session.term);
    sql("INSERT INTO sessions (id, token_hash, account_id, auth_time, acr, amr, province, idle_limit, last_seen_at, \
         idle_at, expires_at, created_at, network, first_network, last_network, device, stay, shown) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $4, $12, $12, $12, $13, $14, $15)")
    .bind(session.id)
    .bind(opening.token_hash)
    .bind(session.account)
    .bind(now)
    .bind(session.acr.uri())
    .bind(session.amr.join(" "))
    .bind(session.province.map(Province::code))
    .bind(i64::try_from(term.idle.as_millis()).unwrap_or(i64::MAX))
    .bind(now)
    .bind(term.idle_at)
    .bind(term.expires_at)
    .bind(opening.from.map(|from| from.network.to_string()))
    .bind(opening.from.map(|from| from.device.to_string()))
    .bind(term.stay.code())
    .bind(opening.shown.code())
    .execute(tx)
    .await
    .map(drop)
}

/// Lets a session go on under another token after its owner proved once more who they are; whether it could. Not if it
/// is somebody else's, or has ended or outlived one of its limits. A province that was chosen before stays, unless another
/// was chosen now.
///
/// # Errors
/// See [`DbError`].
pub async fn renew(tx: &mut Tx, session: &Session, opening: &Opening) -> Result<bool, DbError> {
    let (now, term) = (session.auth_time, session.term);
    let renewed = sql("UPDATE sessions SET token_hash = $3, created_at = COALESCE(created_at, auth_time), \
         auth_time = $4, acr = $5, amr = $6, province = COALESCE($7, province), idle_limit = $8, last_seen_at = $4, \
         idle_at = $9, expires_at = $10, network = $11, last_network = $11, device = $12, stay = $13, shown = $14 \
         WHERE id = $1 AND account_id = $2 AND ended_at IS NULL AND idle_at > $4 AND expires_at > $4")
    .bind(session.id)
    .bind(session.account)
    .bind(opening.token_hash)
    .bind(now)
    .bind(session.acr.uri())
    .bind(session.amr.join(" "))
    .bind(session.province.map(Province::code))
    .bind(i64::try_from(term.idle.as_millis()).unwrap_or(i64::MAX))
    .bind(term.idle_at)
    .bind(term.expires_at)
    .bind(opening.from.map(|from| from.network.to_string()))
    .bind(opening.from.map(|from| from.device.to_string()))
    .bind(term.stay.code())
    .bind(opening.shown.code())
    .execute(tx)
    .await?;
    Ok(renewed == 1)
}

/// Notes that the owner of a session has shown more, in the minutes since they signed in.
///
/// # Errors
/// See [`DbError`].
pub async fn raise(tx: &mut Tx, id: SessionId, shown: Shown) -> Result<(), DbError> {
    sql("UPDATE sessions SET acr = $2, amr = $3, shown = $4 WHERE id = $1")
        .bind(id)
        .bind(shown.acr().uri())
        .bind(shown.amr().join(" "))
        .bind(shown.code())
        .execute(tx)
        .await
        .map(drop)
}

/// The session of that token, unless it has ended or outlived one of its limits.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Session>, DbError> {
    by_token(token_hash, now).fetch_optional(tx).await?.map(|row| session(&row)).transpose()
}

/// What the session of that account has shown, unless it has ended or outlived one of its limits.
///
/// # Errors
/// See [`DbError`].
pub async fn acr_of(
    tx: &mut Tx,
    (id, account): (SessionId, AccountId),
    now: Timestamp,
) -> Result<Option<Acr>, DbError> {
    let row = sql("SELECT acr FROM sessions \
         WHERE id = $1 AND account_id = $2 AND ended_at IS NULL AND idle_at > $3 AND expires_at > $3")
    .bind(id)
    .bind(account)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| row.get::<String>("acr")).transpose()?.and_then(|uri| Acr::parse(&uri)))
}

/// Like [`find`], outside of any transaction.
///
/// # Errors
/// See [`DbError`].
pub async fn look_up(db: &Db, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Session>, DbError> {
    db.find(by_token(token_hash, now)).await?.map(|row| session(&row)).transpose()
}

/// Like [`look_up`], and what its owner has to settle before a site is entered.
///
/// # Errors
/// See [`DbError`].
pub async fn look_up_unsettled(
    db: &Db,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(Session, Unsettled)>, DbError> {
    let query = sql(
        "SELECT s.id, s.account_id, s.auth_time, s.acr, s.amr, s.province, s.last_seen_at, s.idle_limit, s.idle_at, \
         s.expires_at, s.stay, c.due_at, g.state AS guardian, g.of_age_at, \
         (SELECT MAX(a.version) FROM agreements a WHERE a.account_id = s.account_id) AS accepted \
         FROM sessions s LEFT JOIN closures c ON c.account_id = s.account_id \
         LEFT JOIN guardians g ON g.account_id = s.account_id \
         WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.idle_at > $2 AND s.expires_at > $2",
    )
    .bind(token_hash)
    .bind(now);
    let Some(row) = db.find(query).await? else { return Ok(None) };
    let guardian: Option<String> = row.get("guardian")?;
    let of_age = row.get::<Option<Timestamp>>("of_age_at")?.is_some_and(|at| at <= now);
    let (state, accepted) = (guardian.as_deref(), row.get::<Option<String>>("accepted")?);
    let unsettled = Unsettled {
        leaving: row.get::<Option<Timestamp>>("due_at")?.is_some(),
        guardian: matches!(state, Some("needed" | "asked")) && !of_age,
        // Versions are days, so that they sort as text. Who is on record with none was never asked here.
        agreements: of_age || state == Some("grown") || accepted.is_some_and(|version| *version < *documents::VERSION),
    };
    Ok(Some((session(&row)?, unsettled)))
}

fn by_token(token_hash: &[u8; 32], now: Timestamp) -> Query {
    sql("SELECT id, account_id, auth_time, acr, amr, province, last_seen_at, idle_limit, idle_at, expires_at, stay \
         FROM sessions \
         WHERE token_hash = $1 AND ended_at IS NULL AND idle_at > $2 AND expires_at > $2")
    .bind(token_hash)
    .bind(now)
}

/// How a session stands, for what outlasts the browser's visit: tokens are bound to it. Read from a row that a session
/// was joined to by its id: `its_session`, `ended_at`, `end_reason`.
///
/// # Errors
/// See [`DbError`].
pub fn standing_in(row: &Row) -> Result<Standing, DbError> {
    // Sessions are kept for as long as anything can live that came of them.
    if row.get::<Option<SessionId>>("its_session")?.is_none() {
        return Ok(Standing::Withdrawn);
    }
    Ok(match (row.get::<Option<Timestamp>>("ended_at")?, row.get::<Option<String>>("end_reason")?) {
        (None, _) => Standing::Lives,
        (Some(_), Some(reason)) if reason == EndReason::Locked.code() => Standing::Withdrawn,
        (Some(_), _) => Standing::Ended,
    })
}

/// Withdraws every session that an account ever had, those among them that had ended before: what was granted in them
/// for offline use ends as well.
///
/// # Errors
/// See [`DbError`].
pub async fn withdraw_all(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE sessions SET ended_at = COALESCE(ended_at, $2), end_reason = $3 WHERE account_id = $1")
        .bind(account)
        .bind(now)
        .bind(EndReason::Locked.code())
        .execute(tx)
        .await
        .map(drop)
}

/// Writes down that the session was used, and from where: its idle time begins anew.
///
/// # Errors
/// See [`DbError`].
pub async fn touch(tx: &mut Tx, id: SessionId, now: Timestamp, from: CallerNetwork) -> Result<(), DbError> {
    sql("UPDATE sessions SET last_seen_at = $2, idle_at = $2 + idle_limit, last_network = $3 \
         WHERE id = $1 AND ended_at IS NULL")
    .bind(id)
    .bind(now)
    .bind(from.to_string())
    .execute(tx)
    .await
    .map(drop)
}

/// Notes the province chosen in this session.
///
/// # Errors
/// See [`DbError`].
pub async fn set_province(tx: &mut Tx, id: SessionId, province: Province) -> Result<(), DbError> {
    sql("UPDATE sessions SET province = $2 WHERE id = $1").bind(id).bind(province.code()).execute(tx).await.map(drop)
}

/// Binds the session to another token: the former one opens nothing any more.
///
/// # Errors
/// See [`DbError`].
pub async fn set_token(tx: &mut Tx, id: SessionId, token_hash: &[u8; 32]) -> Result<(), DbError> {
    sql("UPDATE sessions SET token_hash = $2 WHERE id = $1").bind(id).bind(token_hash).execute(tx).await.map(drop)
}

/// Ends the session; whose it was, unless it had ended before.
///
/// # Errors
/// See [`DbError`].
pub async fn end(tx: &mut Tx, id: SessionId, now: Timestamp, reason: EndReason) -> Result<Option<AccountId>, DbError> {
    sql("UPDATE sessions SET ended_at = $2, end_reason = $3, ended_by = $3 WHERE id = $1 AND ended_at IS NULL \
         RETURNING account_id")
    .bind(id)
    .bind(now)
    .bind(reason.code())
    .fetch_optional(tx)
    .await?
    .map(|row| row.get("account_id"))
    .transpose()
}

/// The sessions of an account that have not ended.
///
/// # Errors
/// See [`DbError`].
pub async fn live(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<SessionId>, DbError> {
    let rows = sql("SELECT id FROM sessions \
         WHERE account_id = $1 AND ended_at IS NULL AND idle_at > $2 AND expires_at > $2")
    .bind(account)
    .bind(now)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Up to a batch of the sessions of all accounts that have not ended, in the order of their ids, after that one.
///
/// # Errors
/// See [`DbError`].
pub async fn everybodys(tx: &mut Tx, after: Option<SessionId>, now: Timestamp) -> Result<Vec<SessionId>, DbError> {
    let rows = match after {
        None => {
            sql("SELECT id FROM sessions WHERE ended_at IS NULL AND idle_at > $1 AND expires_at > $1 \
             ORDER BY id LIMIT $2")
            .bind(now)
            .bind(BATCH)
            .fetch_all(tx)
            .await?
        }
        Some(last) => {
            sql("SELECT id FROM sessions WHERE id > $3 AND ended_at IS NULL AND idle_at > $1 \
             AND expires_at > $1 ORDER BY id LIMIT $2")
            .bind(now)
            .bind(BATCH)
            .bind(last)
            .fetch_all(tx)
            .await?
        }
    };
    rows.iter().map(|row| row.get("id")).collect()
}

/// Up to a batch of sessions at public computers whose time is over in any case and that nobody has ended.
///
/// # Errors
/// See [`DbError`].
pub async fn timed_out(tx: &mut Tx, now: Timestamp) -> Result<Vec<SessionId>, DbError> {
    let rows = sql("SELECT id FROM sessions WHERE stay = 'public' AND ended_at IS NULL AND expires_at <= $1 \
         ORDER BY expires_at LIMIT $2")
    .bind(now)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

fn session(row: &Row) -> Result<Session, DbError> {
    let province = row
        .get::<Option<String>>("province")?
        .map(|code| Province::parse(&code).ok_or_else(|| BrokenRow::new("province", "is no province")))
        .transpose()?;
    Ok(Session {
        id: row.get("id")?,
        account: row.get("account_id")?,
        auth_time: row.get("auth_time")?,
        // Sessions that a former version stored tell of a password, under another name.
        acr: Acr::parse(&row.get::<String>("acr")?).unwrap_or(Acr::One),
        amr: row.get::<String>("amr")?.split_whitespace().map(str::to_owned).collect(),
        province,
        last_seen_at: row.get("last_seen_at")?,
        term: Term {
            stay: stay(row)?,
            idle: Duration::from_millis(u64::try_from(row.get::<i64>("idle_limit")?).unwrap_or_default()),
            idle_at: row.get("idle_at")?,
            expires_at: row.get("expires_at")?,
        },
    })
}

fn stay(row: &Row) -> Result<Stay, DbError> {
    Ok(Stay::of_code(row.get::<Option<String>>("stay")?.as_deref()))
}
