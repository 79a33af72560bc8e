//! Removal of what is over, in small batches along the primary key.
//!
//! Ids rise with time, so a batch is a stretch of the key and costs no index on the time of expiry, which every
//! sign-in would have to maintain.

use shared::clock::Timestamp;
use shared::db::{BATCH, DbError, Tx, sql};

use super::super::handle::GrantId;
use super::signals;

/// Removes authorizations that are over among the next ones after `after`, and the answers kept for retries before
/// `retries_before`; where to go on, or `None` at the end.
///
/// # Errors
/// See [`DbError`].
pub async fn grants(
    tx: &mut Tx,
    after: Option<GrantId>,
    now: Timestamp,
    retries_before: Timestamp,
) -> Result<Option<GrantId>, DbError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows =
        sql("SELECT id FROM grants WHERE id > $1 ORDER BY id LIMIT $2").bind(&after).bind(BATCH).fetch_all(tx).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let last: GrantId = last.get("id")?;
    signals::remember(tx, &after, last).await?;
    // Whoever is to be told of a session's end is known by these rows for as long as the session lives.
    sql("DELETE FROM grants WHERE id > $1 AND id <= $2 AND expires_at <= $3 AND (told_of_end = 0 OR NOT EXISTS \
         (SELECT s.id FROM sessions s WHERE s.id = grants.session_id AND s.ended_at IS NULL AND s.expires_at > $3))")
    .bind(&after)
    .bind(last)
    .bind(now)
    .execute(tx)
    .await?;
    sql("UPDATE grants SET refresh_answer = NULL \
         WHERE id > $1 AND id <= $2 AND refresh_answer IS NOT NULL AND refreshed_at < $3")
    .bind(&after)
    .bind(last)
    .bind(retries_before)
    .execute(tx)
    .await?;
    Ok(Some(last))
}
