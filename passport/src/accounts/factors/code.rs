//! A typed code of the app, or a recovery code, looked at: the tries are counted in one place, wherever it was typed.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{announce, authenticator, recovery_codes};
use crate::accounts::Accounts;
use crate::accounts::model::AccountId;
use crate::audit::{Actor, Event};
use crate::delivery::Factor;
use crate::limits::{Subject, Verdict};

/// A code that was typed.
#[derive(Clone)]
pub enum Typed {
    /// Of the app.
    AppCode(String),
    /// A recovery code.
    RecoveryCode(String),
    /// One of the two.
    Either(String),
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// Right, and spent.
    Right,
    /// Another one.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// Not looked at any more: too many were wrong.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

/// Looks at a code. The try is counted before.
///
/// # Errors
/// See [`DbError`].
pub async fn try_code(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    typed: &Typed,
    from: Caller,
) -> Result<Tried, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let (limit, id) = (&limits.policy().second_step, account.to_string());
    let used = match limits.hit(tx, limit, Subject::Text(&id), now).await? {
        Verdict::Refused { until } => return Ok(Tried::Locked { until }),
        Verdict::Allowed { used } => used,
    };
    if is_right(accounts, tx, account, typed).await? {
        limits.clear(tx, limit, Subject::Text(&id)).await?;
        return Ok(Tried::Right);
    }
    let event = Event::SignInRefused { account: id, reason: "second_step".into() };
    parts.audit.record_from(tx, from, &Actor::Visitor, &event).await?;
    let left = limit.allowed.saturating_sub(used);
    if left > 0 {
        return Ok(Tried::Wrong { left });
    }
    // Whoever got this far knows the password, or reads the mails.
    announce(accounts, tx, account, Factor::CodesGuessed).await?;
    Ok(Tried::Locked { until: now + limit.lock.unwrap_or(limit.window) })
}

async fn is_right(accounts: &Accounts, tx: &mut Tx, account: AccountId, typed: &Typed) -> Result<bool, DbError> {
    let (app, recovery) = match typed {
        Typed::AppCode(code) => (Some(code), None),
        Typed::RecoveryCode(code) => (None, Some(code)),
        Typed::Either(code) => (Some(code), Some(code)),
    };
    if let Some(code) = app
        && authenticator::check(accounts, tx, account, code).await?
    {
        return Ok(true);
    }
    match recovery {
        Some(code) => recovery_codes::check(accounts, tx, account, code).await,
        None => Ok(false),
    }
}
