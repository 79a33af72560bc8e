//! SQL of the refusals.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::Row;

/// What is stored of a client, a rule and a day. The rule may be one that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The name of the rule.
    pub rule: String,
    /// Whether it was that client.
    pub proven: bool,
    /// The day, counted from 1970.
    pub day: i64,
    /// How often.
    pub times: i64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// One of the requests.
    pub example: String,
}

/// Adds counts to those of other nodes. Nothing is stored of a client that is gone.
///
/// # Errors
/// The database refused.
pub async fn add(tx: &mut Tx, rows: &[Row]) -> Result<(), DbError> {
    for row in rows {
        sql("INSERT INTO refusals (client_id, rule, proven, day, times, first_at, last_at, example) \
             SELECT client_id, $2, $3, $4, $5, $6, $7, $8 FROM clients WHERE client_id = $1 \
             ON CONFLICT (client_id, rule, proven, day) DO UPDATE SET times = refusals.times + excluded.times, \
             first_at = CASE WHEN excluded.first_at < refusals.first_at THEN excluded.first_at ELSE refusals.first_at END, \
             last_at = CASE WHEN excluded.last_at > refusals.last_at THEN excluded.last_at ELSE refusals.last_at END, \
             example = excluded.example")
        .bind(row.client.as_str())
        .bind(row.rule.name())
        .bind(i64::from(row.proven))
        .bind(row.day)
        .bind(row.times)
        .bind(row.first)
        .bind(row.last)
        .bind(row.example.as_str())
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// What is stored of a client since that day, day by day.
///
/// # Errors
/// The database refused.
pub async fn of_client(tx: &mut Tx, client: &str, since: i64) -> Result<Vec<Stored>, DbError> {
    let rows = sql("SELECT rule, proven, day, times, first_at, last_at, example FROM refusals \
         WHERE client_id = $1 AND day >= $2 ORDER BY day, rule, proven")
    .bind(client)
    .bind(since)
    .fetch_all(tx)
    .await?;
    let read = |row: &shared::db::Row| {
        Ok(Stored {
            rule: row.get("rule")?,
            proven: row.get::<i64>("proven")? != 0,
            day: row.get("day")?,
            times: row.get("times")?,
            first: row.get("first_at")?,
            last: row.get("last_at")?,
            example: row.get("example")?,
        })
    };
    rows.iter().map(read).collect()
}
