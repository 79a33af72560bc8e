//! A typed code of the app or of an SMS, or a recovery code, looked at: the tries are counted in one place, wherever it was typed.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::tries::{At, Counter};
use super::{announce, authenticator, recovery_codes, sms};
use crate::accounts::Accounts;
use crate::accounts::model::{AccountId, compact};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;
use crate::limits::Subject;

/// Characters of the longest code that an app shows.
const LONGEST_APP_CODE: usize = 8;

/// A code that was typed.
#[derive(Clone)]
pub enum Typed {
    /// Of the app.
    AppCode(String),
    /// A recovery code.
    RecoveryCode(String),
    /// A code that was sent by SMS.
    SmsCode {
        /// The attempt that it was sent for; see [`sms::code`].
        attempt: [u8; 32],
        /// What was typed.
        code: String,
    },
}

impl Typed {
    /// One of the two, in a field that takes both: by its length.
    pub fn either(code: String) -> Self {
        match compact(&code).chars().count() > LONGEST_APP_CODE {
            true => Self::RecoveryCode(code),
            false => Self::AppCode(code),
        }
    }
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
    /// The same, of an app, after so many in a month that somebody must be guessing.
    Shut {
        /// From when on it may be tried again, if the password is the same then.
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
    (typed, at): (&Typed, &At),
) -> Result<Tried, DbError> {
    let now = accounts.parts().clock.now();
    let counter = Counter::of(accounts, tx, account, (typed, at)).await?;
    let left = match counter.count(accounts, tx, now).await? {
        Ok(left) => left,
        Err(refused) => return Ok(refused),
    };
    if is_right(accounts, tx, (account, at.caller), typed).await? {
        counter.forget(accounts, tx, now).await?;
        return Ok(Tried::Right);
    }
    record(accounts, tx, account, (at, now)).await?;
    if left > 0 {
        return Ok(Tried::Wrong { left });
    }
    tell(accounts, tx, (account, at.caller), now).await?;
    Ok(Tried::Locked { until: counter.locks_until(now) })
}

/// Writes the failure down. Whoever has many networks must not be able to bury everything else under their own tries.
async fn record(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    (at, now): (&At, Timestamp),
) -> Result<(), DbError> {
    let (parts, id) = (accounts.parts(), account.to_string());
    if !parts.limits.hit(tx, &parts.limits.policy().second_step_record, Subject::Text(&id), now).await?.is_allowed() {
        return Ok(());
    }
    let event = Event::SignInRefused { account: id, reason: "second_step".into() };
    parts.audit.record_from(tx, at.caller, &Actor::Visitor, &event).await
}

/// Tells the owner: whoever got this far knows the password, or reads the mails. A few times a day, as of other locks.
async fn tell(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): (AccountId, Caller),
    now: Timestamp,
) -> Result<(), DbError> {
    let (limits, id) = (&accounts.parts().limits, account.to_string());
    if limits.hit(tx, &limits.policy().second_step_told, Subject::Text(&id), now).await?.is_allowed() {
        announce(accounts, tx, (account, from), Factor::CodesGuessed).await?;
    }
    Ok(())
}

async fn is_right(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): (AccountId, Caller),
    typed: &Typed,
) -> Result<bool, DbError> {
    match typed {
        Typed::AppCode(code) => authenticator::check(accounts, tx, account, code).await,
        Typed::RecoveryCode(code) => recovery_codes::check(accounts, tx, (account, from), code).await,
        Typed::SmsCode { attempt, code } => sms::code::check(accounts, tx, (account, *attempt), code).await,
    }
}
