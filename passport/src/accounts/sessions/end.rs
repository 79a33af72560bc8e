//! Ending sessions from the list of them.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{EndReason, Session, SessionId, store};
use crate::accounts::Accounts;

/// Which sessions of an account are to end, seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(SessionId),
    /// All but the one that asks.
    Others,
}

impl Accounts {
    /// Ends sessions of the same account as the one that asks, which itself goes on; how many. Whatever belongs to
    /// somebody else or has ended stays as it is.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_others_of(&self, asking: &Session, which: Which, caller: Caller) -> Result<u64, DbError> {
        let args = (asking.clone(), which, caller);
        self.write(args, |accounts, args, tx| async move { end(accounts, args, tx).await }.boxed()).await
    }
}

async fn end(
    accounts: Accounts,
    (asking, which, caller): (Session, Which, Caller),
    tx: &mut Tx,
) -> Result<u64, DbError> {
    let reason = match which {
        Which::One(_) => EndReason::EndedFromList,
        Which::Others => EndReason::OthersEnded,
    };
    let mut ended = 0;
    for id in store::live(tx, asking.account, accounts.parts().clock.now()).await? {
        let meant = id != asking.id && (which == Which::Others || which == Which::One(id));
        if meant && accounts.end_session(tx, id, reason.asked_by(caller)).await?.is_some() {
            ended += 1;
        }
    }
    Ok(ended)
}
