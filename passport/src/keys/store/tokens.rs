//! What was made in a token: written down before it is, so that whatever is killed in between leaves nothing there that
//! nobody knows of.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::super::alg::Alg;
use super::super::token::ObjectId;

/// After how long a key that was made in a token and never published is taken to be left over.
const LEFT_OVER: Duration = Duration::from_secs(10 * 60);

/// A key that was made in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InToken {
    /// By what the token knows it.
    pub object: ObjectId,
    /// Its id; none: it was never published.
    pub kid: Option<String>,
    /// The serial number of the token.
    pub token: Option<String>,
    /// Since when it is not there any more, as far as the token said so.
    pub destroyed: Option<Timestamp>,
}

/// Writes down that a key is about to be made.
///
/// # Errors
/// The database refused.
pub async fn begin(tx: &mut Tx, (object, alg): (ObjectId, Alg), now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO token_keys (object, alg, made_at) VALUES ($1, $2, $3)")
        .bind(encoded(object))
        .bind(alg.as_str())
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Writes down that it is published, and which token has it.
///
/// # Errors
/// The database refused.
pub async fn publish(tx: &mut Tx, object: ObjectId, (kid, token): (&str, &str)) -> Result<u64, DbError> {
    sql("UPDATE token_keys SET kid = $2, token = $3 WHERE object = $1 AND destroyed_at IS NULL")
        .bind(encoded(object))
        .bind(kid)
        .bind(token)
        .execute(tx)
        .await
}

/// A key that is to be destroyed in the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waste {
    /// By what the token knows it.
    pub object: ObjectId,
    /// Whether a node that has not followed may still sign by it, for as long as its lease lasts.
    pub may_sign: bool,
}

/// Those that are to be destroyed: their key has no private half any more, or was never published.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn waste(tx: &mut Tx, now: Timestamp) -> Result<Vec<Waste>, DbError> {
    let rows = sql("SELECT object, \
                    CAST(CASE WHEN EXISTS (SELECT 1 FROM signing_keys k WHERE k.kid = t.kid) THEN 1 ELSE 0 END AS BIGINT) \
                    AS may_sign FROM token_keys t WHERE destroyed_at IS NULL \
                    AND (kid IS NOT NULL OR made_at < $1) \
                    AND NOT EXISTS (SELECT 1 FROM signing_keys k WHERE k.kid = t.kid AND k.private_key IS NOT NULL) \
                    AND NOT EXISTS (SELECT 1 FROM kept_key_halves h WHERE h.kid = t.kid) ORDER BY made_at")
    .bind(now - LEFT_OVER)
    .fetch_all(tx)
    .await?;
    let one = |row: &Row| Ok(Waste { object: object(row)?, may_sign: row.get::<i64>("may_sign")? == 1 });
    rows.iter().map(one).collect()
}

/// Writes down that one is destroyed.
///
/// # Errors
/// The database refused.
pub async fn destroyed(tx: &mut Tx, object: ObjectId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE token_keys SET destroyed_at = $2 WHERE object = $1 AND destroyed_at IS NULL")
        .bind(encoded(object))
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// All of them, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn all(tx: &mut Tx) -> Result<Vec<InToken>, DbError> {
    let rows = sql("SELECT object, kid, token, destroyed_at FROM token_keys ORDER BY made_at").fetch_all(tx).await?;
    let one = |row: &Row| {
        let (kid, token, destroyed) = (row.get("kid")?, row.get("token")?, row.get("destroyed_at")?);
        Ok(InToken { object: object(row)?, kid, token, destroyed })
    };
    rows.iter().map(one).collect()
}

/// Forgets them all without destroying any: the database was restored from a backup, and they may be those of a passport
/// that runs.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx) -> Result<(), DbError> {
    sql("DELETE FROM token_keys").execute(tx).await.map(drop)
}

fn encoded(object: ObjectId) -> String {
    URL_SAFE_NO_PAD.encode(object.as_bytes())
}

fn object(row: &Row) -> Result<ObjectId, DbError> {
    let text: String = row.get("object")?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| ObjectId::from_bytes(&bytes)).ok_or_else(|| BrokenRow::new("object", "is no id").into())
}
