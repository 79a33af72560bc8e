//! The day itself.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::operation::tell_contacts;
use super::store;
use crate::accounts::Accounts;
use crate::accounts::contact::closing;
use crate::delivery::Notice;

impl Accounts {
    /// Closes up to a batch of accounts whose owners asked for it and did not take it back in time; how many.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn close_due(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| close_all(accounts, tx).boxed()).await
    }
}

async fn close_all(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let now = accounts.parts().clock.now();
    let mut closed = 0;
    for account in store::due(tx, now).await? {
        // Another node may close the same ones.
        if !store::spend(tx, account, now).await? {
            continue;
        }
        tell_contacts(&accounts, tx, (account, None), &Notice::Closed { at: now }).await?;
        closing::close(&accounts, tx, account, "cancelled").await?;
        closed += 1;
    }
    Ok(closed)
}
