//! Which contacts of a shut account may be a thief's.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use crate::accounts::contact::store::changes;
use crate::accounts::model::{AccountId, ContactKind};
use crate::accounts::store as accounts_store;

/// The contacts that took the place of others not long ago, while the account is shut: whoever put them there may be why
/// it is. None of an account that is open.
///
/// # Errors
/// See [`DbError`].
pub async fn doubted(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<ContactKind>, DbError> {
    match accounts_store::credentials_by_id(tx, account).await? {
        Some(found) if found.frozen => changes::undoable(tx, account, now).await,
        _ => Ok(Vec::new()),
    }
}
