//! Closing accounts: what is left of one, and the end of those that were registered and never proven, after a week.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::store;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::{Accounts, devices, factors};
use crate::audit::{Actor, Event};

/// How long an account lives of which no contact is proven.
pub const UNPROVEN_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Accounts {
    /// Closes up to a batch of accounts that were never proven; how many.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn close_unproven(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| close_all(accounts, tx).boxed()).await
    }
}

async fn close_all(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let limit = accounts.parts().clock.now() - UNPROVEN_LIFETIME;
    let mut closed = 0;
    for account in store::unproven(tx, limit).await? {
        close(&accounts, tx, account, "unproven").await?;
        closed += 1;
    }
    Ok(closed)
}

/// Closes an account within the caller's transaction: sessions and everything that sites were granted end, nothing
/// personal stays.
///
/// # Errors
/// See [`DbError`].
pub async fn close(accounts: &Accounts, tx: &mut Tx, account: AccountId, reason: &'static str) -> Result<(), DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    for session in sessions::store::live(tx, account, now).await? {
        accounts.end_session(tx, session, EndReason::Closed).await?;
    }
    sessions::store::withdraw_all(tx, account, now).await?;
    factors::store::remove_all(tx, account).await?;
    devices::store::forget_all(tx, account).await?;
    // Before it is forgotten which sites know the person: those are told.
    let event = Event::AccountClosed { account: account.to_string(), reason: reason.into() };
    parts.audit.record(tx, &Actor::System, &event).await?;
    store::close(tx, account, now).await?;
    parts.audit.forget(tx, &account.to_string()).await
}
