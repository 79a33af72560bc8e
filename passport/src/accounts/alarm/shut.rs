//! Shutting an account: nobody is in it any more, and nobody gets in until its password is chosen anew.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use crate::accounts::login::second;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, devices, proof, recovery};

/// Shuts an account within the caller's transaction. Sessions end and their sites are told; half sign-ins, recoveries and
/// proofs that wait end as well, and no browser is known or trusted any more. Contacts, factors and data stay.
///
/// # Errors
/// See [`DbError`].
pub async fn shut(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    (reason, caller): (EndReason, Caller),
    now: Timestamp,
) -> Result<(), DbError> {
    accounts_store::set_frozen(tx, account, Some(now)).await?;
    sessions::end_all(accounts, tx, account, reason.asked_by(caller)).await?;
    second::store::end_all(tx, account).await?;
    proof::store::end_of_account(tx, account, now).await?;
    recovery::store::end_all(tx, account, "shut", now).await?;
    devices::store::forget_all(tx, account).await
}
