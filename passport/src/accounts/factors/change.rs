//! What every change has in common: when it may be, what follows from it, and that the owner is told.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{recovery_codes, store as factors};
use crate::accounts::Accounts;
use crate::accounts::alarm;
use crate::accounts::devices;
use crate::accounts::model::AccountId;
use crate::accounts::store;
use crate::delivery::{Factor, Notice};
use crate::limits::{Subject, Verdict};

/// Tells every proven contact of a change that was made from there, within the caller's transaction.
///
/// # Errors
/// See [`DbError`].
pub async fn announce(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): (AccountId, Caller),
    factor: Factor,
) -> Result<(), DbError> {
    let notice = Notice::FactorChanged { factor, at: accounts.parts().clock.now() };
    alarm::tell_proven(accounts, tx, (account, Some(from)), &notice).await
}

/// Until when nothing may be removed, after a reset of the password: whoever reset it may not be the owner.
///
/// # Errors
/// See [`DbError`].
pub async fn guard(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    Ok(store::guarded_until(tx, account).await?.filter(|until| *until > now))
}

/// Counts one more factor of an account, or set of codes; until when there may be none if there were too many of a day. A
/// thief in a session could fill a mailbox with news of them. What is there can be removed all the same.
pub(super) async fn too_many(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbError> {
    let (limits, id) = (&accounts.parts().limits, account.to_string());
    Ok(match limits.hit(tx, &limits.policy().factor_added, Subject::Text(&id), now).await? {
        Verdict::Refused { until } => Some(until),
        Verdict::Allowed { .. } => None,
    })
}

/// What follows once a factor is gone: no browser is trusted any more, and when it was the last, the recovery codes go as
/// well, since they stand in for nothing.
pub(super) async fn removed(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): (AccountId, Caller),
    factor: Factor,
) -> Result<(), DbError> {
    devices::store::forget_steps(tx, account).await?;
    if !factors::enrolled(tx, account).await?.any() {
        recovery_codes::store::remove_all(tx, account).await?;
    }
    announce(accounts, tx, (account, from), factor).await
}
