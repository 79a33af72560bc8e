//! What is changed in a restored database before anything is served from it. Why, and what stays, the list of
//! all [tables](crate::tables::list) says.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

/// Statements that need the moment only.
const AT: &[&str] = &[
    "UPDATE sessions SET ended_at = $1, end_reason = 'restored', ended_by = 'restored' WHERE ended_at IS NULL",
    "UPDATE grants SET revoked_at = $1, refresh_answer = NULL WHERE revoked_at IS NULL",
    "UPDATE proofs SET ended_at = $1, end_reason = 'expired' WHERE proved_at IS NULL AND ended_at IS NULL",
    "UPDATE recoveries SET ended_at = $1, end_reason = 'restored' WHERE ended_at IS NULL",
    "UPDATE recovery_codes SET used_at = $1 WHERE used_at IS NULL",
    // Thirty days from now, as after a consent that was taken back.
    "UPDATE guardians SET state = 'needed', ended = 'restored', erase_at = COALESCE(erase_at, $1 + 2592000000), \
     person_sealed = NULL, contact_hash = NULL, code_mac = NULL, code_until = NULL, link_hash = NULL, \
     withdraw_hash = NULL, due_at = NULL, consented_at = NULL, version = NULL, message_id = NULL \
     WHERE state IN ('asked', 'consented')",
    "UPDATE outbox SET state = 'withheld', payload = NULL, finished_at = $1, last_error = 'restored' \
     WHERE state = 'waiting'",
];

/// Statements that need nothing.
const PLAIN: &[&str] = &[
    // An operator may have had them sent since.
    "UPDATE outbox SET payload = NULL WHERE state = 'failed' AND payload IS NOT NULL",
    "UPDATE known_devices SET trusted_until = NULL, stepped_at = NULL",
    "DELETE FROM half_sign_ins",
    "DELETE FROM sms_codes",
    "DELETE FROM ceremonies",
    "DELETE FROM lock_notices",
    "DELETE FROM consents",
    "DELETE FROM pushed_requests",
    "DELETE FROM client_invitations",
    "DELETE FROM organisation_invitations WHERE used_at IS NULL",
    "DELETE FROM staff_sessions",
    "DELETE FROM staff_links",
    "DELETE FROM staff_reads",
    "UPDATE staff_proposals SET state = 'lapsed' WHERE state = 'open'",
];

/// Statements that give as much time as there was: by `$1` milliseconds more, where it was not over at `$2`.
const LATER: &[&str] = &[
    "UPDATE closures SET due_at = due_at + $1 WHERE due_at > $2",
    "UPDATE guardians SET erase_at = erase_at + $1 WHERE erase_at > $2",
    "UPDATE number_claims SET due_at = due_at + $1 WHERE ended_at IS NULL AND due_at > $2",
    "UPDATE appeals SET due_at = due_at + $1 WHERE due_at IS NOT NULL AND due_at > $2",
    "UPDATE contact_changes SET undo_until = undo_until + $1 WHERE undone_at IS NULL AND undo_until > $2",
];

/// How long a code of an authenticator app counts (RFC 6238 §4.1), in milliseconds.
const STEP: i64 = 30_000;

/// Ends, removes and puts off what may not count as it did when the backup was made.
///
/// # Errors
/// The database refused.
pub async fn settle(tx: &mut Tx, made: Timestamp, now: Timestamp) -> Result<(), DbError> {
    for statement in AT {
        sql(statement).bind(now).execute(tx).await?;
    }
    for statement in PLAIN {
        sql(statement).execute(tx).await?;
    }
    let lost = i64::try_from(now.since(made).as_millis()).unwrap_or(i64::MAX);
    for statement in LATER {
        sql(statement).bind(lost).bind(made).execute(tx).await?;
    }
    // Codes are taken a step early, when the clock of a phone is ahead.
    let step = (now + Duration::from_millis(STEP.unsigned_abs())).millis() / STEP;
    sql("UPDATE authenticators SET last_step = $1 WHERE last_step < $1").bind(step).execute(tx).await.map(drop)
}
