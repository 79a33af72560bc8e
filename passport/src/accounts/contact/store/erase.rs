//! What is taken out of the database with an account that is closed.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::accounts::model::AccountId;

/// What goes. The list of all [tables](crate::tables) says of each whether it does, and a test compares what is left.
const GONE: &[&str] = &[
    "DELETE FROM login_names WHERE account_id = $1",
    "DELETE FROM identities WHERE account_id = $1",
    "DELETE FROM profiles WHERE account_id = $1",
    "DELETE FROM closures WHERE account_id = $1",
    "DELETE FROM guardians WHERE account_id = $1",
    "DELETE FROM alarms WHERE account_id = $1",
    "DELETE FROM contact_changes WHERE account_id = $1",
    "DELETE FROM number_claims WHERE account_id = $1",
    "DELETE FROM recoveries WHERE account_id = $1",
    "DELETE FROM proofs WHERE account_id = $1",
    "DELETE FROM half_sign_ins WHERE account_id = $1",
    "DELETE FROM ceremonies WHERE account_id = $1",
    "DELETE FROM lock_notices WHERE account_id = $1",
    "DELETE FROM consents WHERE account_id = $1",
    "DELETE FROM signal_subjects WHERE account_id = $1",
    "DELETE FROM organisation_members WHERE account_id = $1",
    "DELETE FROM staff_reads WHERE account_id = $1",
    "DELETE FROM staff_proposals WHERE account_id = $1",
    // Nobody stands for them any more.
    "DELETE FROM organisation_invitations WHERE invited_by = $1 AND used_at IS NULL",
];

/// Rows that others still look for, and what of them goes.
const EMPTIED: &[&str] = &[
    // Refresh tokens ask whether their session was ended.
    "UPDATE sessions SET network = NULL, first_network = NULL, last_network = NULL, device = NULL, province = NULL \
     WHERE account_id = $1",
    "UPDATE grants SET province = NULL WHERE account_id = $1",
    // Staff go on with them.
    "UPDATE cases SET network = NULL, device = NULL WHERE account_id = $1",
];

/// Takes everything personal out of an account. Its row stays, so that nobody else gets its id.
///
/// # Errors
/// See [`DbError`].
pub async fn close(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), DbError> {
    for statement in GONE.iter().chain(EMPTIED).copied() {
        sql(statement).bind(account).execute(tx).await?;
    }
    sql("UPDATE accounts SET name = NULL, email = NULL, email_verified_at = NULL, mobile = NULL, \
         mobile_verified_at = NULL, id_verified_at = NULL, locale = NULL, province = NULL, password_hash = '', \
         form_hash = NULL, guarded_until = NULL, frozen_at = NULL, mobile_reminded_at = NULL, \
         password_removed_at = NULL, blocked_at = $2, closed_at = $2, updated_at = $2 WHERE id = $1")
    .bind(account)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}
