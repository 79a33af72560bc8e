//! Ending sessions: from the list of them, or all that an account has.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{EndReason, Ending, Session, SessionId, store};
use crate::accounts::Accounts;
use crate::accounts::model::AccountId;

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

/// Ends every session of an account within the caller's transaction, and what sites were granted in them for offline use,
/// those among them included that had ended before; how many ended.
///
/// # Errors
/// See [`DbError`].
pub async fn end_all(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    ending: impl Into<Ending<'_>>,
) -> Result<u64, DbError> {
    let (now, ending) = (accounts.parts().clock.now(), ending.into());
    let mut ended = 0;
    for session in store::live(tx, account, now).await? {
        if accounts.end_session(tx, session, ending).await?.is_some() {
            ended += 1;
        }
    }
    store::withdraw_all(tx, account, now).await?;
    Ok(ended)
}
