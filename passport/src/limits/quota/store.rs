//! What busy clients used, one row for each stretch.

use shared::db::{BrokenRow, DbError, Tx, sql};

use super::Use;

/// Adds what a client used at one node; what it has used at all of them.
///
/// # Errors
/// See [`DbError`].
pub async fn add(tx: &mut Tx, one: &Use) -> Result<u32, DbError> {
    let row = sql("INSERT INTO client_requests (client_id, kind, stretch, used) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (client_id, kind, stretch) DO UPDATE SET used = client_requests.used + excluded.used \
         RETURNING used")
    .bind(one.client.as_str())
    .bind(one.kind.as_str())
    .bind(one.stretch)
    .bind(i64::from(one.count))
    .fetch_one(tx)
    .await?;
    // More than fits is more than anybody has.
    u32::try_from(row.get::<i64>("used")?.min(i64::from(u32::MAX)))
        .map_err(|_| BrokenRow::new("used", "is no count").into())
}
