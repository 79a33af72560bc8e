//! Sessions in the database.

pub(in crate::sign_in) mod ends;

use std::str::FromStr as _;

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};
use shared::secret::SecretString;

use crate::profile::Province;
use crate::sign_in::logout_token::Whom;
use crate::sign_in::person::Person;

use super::model::{Session, SessionId, SessionLimits};

/// Begins a session.
pub async fn insert(
    tx: &mut Tx,
    id: SessionId,
    token_hash: [u8; 32],
    person: &Person,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO sessions (id, token_hash, subject, passport_sid, account, name, province, id_token, created_at, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(id)
    .bind(token_hash)
    .bind(&person.subject)
    .bind(person.sid.clone())
    .bind(&person.account)
    .bind(person.name.clone())
    .bind(person.province.map(|p| p.to_string()))
    .bind(person.id_token.expose())
    .bind(now)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// The session whose token has that hash, live or not.
pub async fn find(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<Session>, DbError> {
    let found = sql("SELECT id, account, name, province, created_at, seen_at FROM sessions WHERE token_hash = $1")
        .bind(token_hash)
        .fetch_optional(tx)
        .await?;
    found.map(|row| session(&row)).transpose()
}

fn session(row: &Row) -> Result<Session, DbError> {
    // A province that is no longer one is as good as none chosen: the person can choose again.
    let province = row.get::<Option<String>>("province")?.and_then(|code| Province::from_str(&code).ok());
    Ok(Session {
        id: row.get("id")?,
        account: row.get("account")?,
        name: row.get("name")?,
        province,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
    })
}

/// Writes down that the person is here; never moves backwards.
pub async fn notice(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Ends the session whose token has that hash; its ID token, if there was one.
pub async fn end(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<SecretString>, DbError> {
    let ended = sql("DELETE FROM sessions WHERE token_hash = $1 RETURNING id_token")
        .bind(token_hash)
        .fetch_optional(tx)
        .await?;
    ended.map(|row| row.get::<String>("id_token").map(SecretString::new)).transpose()
}

/// Ends every session that the passport means; how many there were.
pub(in crate::sign_in) async fn end_of(tx: &mut Tx, whom: &Whom) -> Result<u64, DbError> {
    let statement = match whom {
        Whom::Session { sid, subject: Some(subject) } => {
            sql("DELETE FROM sessions WHERE passport_sid = $1 AND subject = $2").bind(sid).bind(subject)
        }
        Whom::Session { sid, subject: None } => sql("DELETE FROM sessions WHERE passport_sid = $1").bind(sid),
        Whom::Subject(subject) => sql("DELETE FROM sessions WHERE subject = $1").bind(subject),
    };
    statement.execute(tx).await
}

/// Notes that a logout token was taken; `false` if it had been before. It is remembered until `over_at`.
pub(in crate::sign_in) async fn spend_token(tx: &mut Tx, id: &str, over_at: Timestamp) -> Result<bool, DbError> {
    let rows = sql("INSERT INTO logout_tokens (jti, over_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
        .bind(id)
        .bind(over_at)
        .execute(tx)
        .await?;
    Ok(rows == 1)
}

/// Forgets logout tokens that would be refused by now for their age.
pub(in crate::sign_in) async fn forget_tokens(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM logout_tokens WHERE over_at <= $1").bind(now).execute(tx).await
}

/// Deletes what no longer counts; how many there were.
pub async fn sweep(tx: &mut Tx, limits: SessionLimits, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM sessions WHERE seen_at <= $1 OR created_at <= $2")
        .bind(now - limits.idle)
        .bind(now - limits.absolute)
        .execute(tx)
        .await
}
