//! Which captchas were answered, and how often a pass was shown.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::ticket::{LIFETIME, Ticket};

/// More uses than any ticket has.
const USED_UP: i64 = 1_000_000;

/// Writes down one more use of a ticket; the how manieth it is. Of two that are sent at once, one is the first.
pub(super) async fn spend(tx: &mut Tx, ticket: &Ticket, now: Timestamp) -> Result<i64, DbError> {
    sql("INSERT INTO captchas (id, used, expires_at) VALUES ($1, 1, $2) \
         ON CONFLICT (id) DO UPDATE SET used = captchas.used + 1 RETURNING used")
    .bind(ticket.id.as_slice())
    // No ticket outlives this, whatever its own clock said when it was made.
    .bind(ticket.expires_at.max(now + LIFETIME))
    .fetch_one(tx)
    .await?
    .get("used")
}

/// Lets a ticket count as used for good.
pub(super) async fn use_up(tx: &mut Tx, ticket: &Ticket) -> Result<(), DbError> {
    sql("UPDATE captchas SET used = $2 WHERE id = $1")
        .bind(ticket.id.as_slice())
        .bind(USED_UP)
        .execute(tx)
        .await
        .map(drop)
}
