//! The end of sessions at public computers whose time is over.
//!
//! Any other session that is over just opens nothing any more. Of these the sites that were entered are told: the person
//! has left, and perhaps without signing out anywhere.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::{EndReason, store};
use crate::accounts::Accounts;

impl Accounts {
    /// Ends up to a batch of them; how many those were.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_timed_out(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| async move { end(accounts, tx).await }.boxed()).await
    }
}

async fn end(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let mut ended = 0;
    for id in store::timed_out(tx, accounts.parts().clock.now()).await? {
        if accounts.end_session(tx, id, EndReason::TimedOut).await?.is_some() {
            ended += 1;
        }
    }
    Ok(ended)
}
