//! Showing a factor of the account in a recovery.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::store;
use super::store::Recovery;
use crate::accounts::factors::{authenticator, recovery_codes};
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::limits::{Subject, Verdict};

/// The answer to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It is right.
    Right,
    /// It is another one.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// Too many wrong ones.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Takes a code of the account's app, or a recovery code. Tries are counted with those of signing in, before they are
    /// looked at.
    pub(super) async fn show_factor(&self, recovery: Recovery, code: String, from: Caller) -> Result<Shown, Trouble> {
        let args = (recovery, code, from);
        Ok(self.write(args, |accounts, args, tx| show(accounts, args, tx).boxed()).await?)
    }
}

async fn show(
    accounts: Accounts,
    (recovery, code, from): (Recovery, String, Caller),
    tx: &mut Tx,
) -> Result<Shown, DbError> {
    let parts = accounts.parts();
    let (limits, now, account) = (&parts.limits, parts.clock.now(), recovery.account);
    let (limit, id) = (&limits.policy().second_step, account.to_string());
    let used = match limits.hit(tx, limit, Subject::Text(&id), now).await? {
        Verdict::Refused { until } => return Ok(Shown::Locked { until }),
        Verdict::Allowed { used } => used,
    };
    let right = authenticator::check(&accounts, tx, account, &code).await?
        || recovery_codes::check(&accounts, tx, account, &code).await?;
    if right {
        limits.clear(tx, limit, Subject::Text(&id)).await?;
        store::set_factor(tx, recovery.id, now).await?;
        return Ok(Shown::Right);
    }
    let event = Event::SignInRefused { account: id, reason: "second_step".into() };
    parts.audit.record_from(tx, from, &Actor::Visitor, &event).await?;
    Ok(match limit.allowed.saturating_sub(used) {
        0 => Shown::Locked { until: now + limit.lock.unwrap_or(limit.window) },
        left => Shown::Wrong { left },
    })
}
