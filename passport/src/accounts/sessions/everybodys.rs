//! Ending the sessions of everybody, in an emergency of the passport itself.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::{EndReason, SessionId, store};
use crate::accounts::Accounts;

/// How far it has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many were ended.
    pub ended: u64,
    /// The last of them; those after it are next.
    pub last: Option<SessionId>,
}

impl Accounts {
    /// Ends up to a batch of sessions that live, whoever's they are, after those of `done`, and has their sites told; how
    /// far it has come, or nothing when there were none left. Sites keep what they were granted for offline use.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_everybodys(&self, done: Progress) -> Result<Option<Progress>, DbError> {
        self.write(done, |accounts, done, tx| async move { end(accounts, done, tx).await }.boxed()).await
    }
}

async fn end(accounts: Accounts, done: Progress, tx: &mut Tx) -> Result<Option<Progress>, DbError> {
    let ids = store::everybodys(tx, done.last, accounts.parts().clock.now()).await?;
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let mut ended = done.ended;
    for id in ids {
        if accounts.end_session(tx, id, EndReason::KeyCompromised).await?.is_some() {
            ended += 1;
        }
    }
    Ok(Some(Progress { ended, last: Some(last) }))
}
