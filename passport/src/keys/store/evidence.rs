//! What nodes saw of clients and keys.

use std::sync::Arc;

use shared::db::{DbError, Row, Tx, sql};

use super::super::evidence::{Evidence, Sign};

/// Adds what a node saw to what is known.
///
/// # Errors
/// The database refused.
pub async fn add(tx: &mut Tx, seen: &[Evidence]) -> Result<(), DbError> {
    for line in seen {
        sql(
            "INSERT INTO key_evidence (kid, client_id, sign, first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (kid, client_id, sign) DO UPDATE SET \
             first_at = CASE WHEN excluded.first_at < key_evidence.first_at THEN excluded.first_at \
                        ELSE key_evidence.first_at END, \
             last_at = CASE WHEN excluded.last_at > key_evidence.last_at THEN excluded.last_at \
                       ELSE key_evidence.last_at END, \
             times = key_evidence.times + excluded.times",
        )
        .bind(&*line.kid)
        .bind(&line.client)
        .bind(line.sign.as_str())
        .bind(line.first)
        .bind(line.last)
        .bind(line.times)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// What is known of clients and a key, client by client.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_key(tx: &mut Tx, kid: &str) -> Result<Vec<Evidence>, DbError> {
    let rows = sql("SELECT kid, client_id, sign, first_at, last_at, times FROM key_evidence WHERE kid = $1 \
                    ORDER BY client_id, sign")
    .bind(kid)
    .fetch_all(tx)
    .await?;
    let known = rows.iter().map(evidence).collect::<Result<Vec<_>, _>>()?;
    Ok(known.into_iter().flatten().collect())
}

/// None for a sign that only a newer program knows.
fn evidence(row: &Row) -> Result<Option<Evidence>, DbError> {
    let Some(sign) = Sign::named(&row.get::<String>("sign")?) else { return Ok(None) };
    Ok(Some(Evidence {
        kid: Arc::from(row.get::<String>("kid")?),
        client: row.get("client_id")?,
        sign,
        first: row.get("first_at")?,
        last: row.get("last_at")?,
        times: row.get("times")?,
    }))
}

/// Forgets what clients did with what a key signed: it is about to be tried anew.
///
/// # Errors
/// The database refused.
pub async fn forget_uses(tx: &mut Tx, kid: &str) -> Result<(), DbError> {
    sql("DELETE FROM key_evidence WHERE kid = $1 AND sign <> $2")
        .bind(kid)
        .bind(Sign::Fetched.as_str())
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets what is known of clients and a key.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, kid: &str) -> Result<(), DbError> {
    sql("DELETE FROM key_evidence WHERE kid = $1").bind(kid).execute(tx).await.map(drop)
}
