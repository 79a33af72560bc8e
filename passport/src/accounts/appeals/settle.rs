//! What time brings to appeals.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::moves::{By, move_on};
use super::state::Event;
use super::store;
use crate::accounts::Accounts;

impl Accounts {
    /// Moves up to a batch of appeals on whose time is over, and erases what was said in those that ended long ago; how
    /// many of both.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn settle_appeals(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| settle(accounts, tx).boxed()).await
    }
}

async fn settle(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let mut settled = store::forget(tx, now - parts.appeals.keep).await?;
    for appeal in store::due(tx, &*parts.sealer, now).await? {
        // Another node, or its holder, may have moved it meanwhile.
        if move_on(&accounts, tx, appeal, (Event::TimeOver, By::Time)).await?.is_ok() {
            settled += 1;
        }
    }
    Ok(settled)
}
