//! What happens by itself: a birthday, a guardian who did not answer, an account that nobody consents for.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::consent::page;
use super::model::{Ended, Guardianship, State};
use super::store;
use crate::accounts::contact::closing;
use crate::accounts::{Accounts, closure};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;

impl Accounts {
    /// Does that for up to a batch of accounts; for how many.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn settle_guardians(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| settle_all(accounts, tx).boxed()).await
    }
}

async fn settle_all(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let mut settled = 0;
    for found in store::due(tx, &*parts.sealer, now).await? {
        settled += u64::from(settle(&accounts, tx, &found, now).await?);
    }
    Ok(settled)
}

/// Whether something was to be done still: another node may do the same.
async fn settle(accounts: &Accounts, tx: &mut Tx, found: &Guardianship, now: Timestamp) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let account = found.account;
    if found.is_grown(now) {
        let grown = store::grow(tx, account).await?;
        if grown {
            let event = Event::CameOfAge { account: account.to_string() };
            parts.audit.record(tx, &Actor::System, &event).await?;
        }
        return Ok(grown);
    }
    if found.erase_at.is_some_and(|at| at <= now) {
        closure::tell_contacts(accounts, tx, (account, None), &Notice::Closed { at: now }).await?;
        closing::close(accounts, tx, account, "no_guardian").await?;
        return Ok(true);
    }
    let State::Asked(asked) = found.state else { return Ok(false) };
    if !store::end(tx, (account, &State::Asked(asked)), Ended::Lapsed, None).await? {
        return Ok(false);
    }
    let event = Event::GuardianSilent { account: account.to_string() };
    parts.audit.record(tx, &Actor::System, &event).await?;
    let notice = Notice::GuardianMissing { until: found.erase_at.unwrap_or(now), link: page(accounts) };
    closure::tell_contacts(accounts, tx, (account, None), &notice).await?;
    Ok(true)
}
