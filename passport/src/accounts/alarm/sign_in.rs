//! Telling of sign-ins: from a browser that is not known, and of wrong passwords before.
//!
//! One attempt is told of in one mail. A lock waits for a moment, and is told of with the sign-in that follows it; a
//! password that was just chosen, and a recovery code that was used, are told of by themselves.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{store, tell, tell_mail_at};
use crate::accounts::contact::Held;
use crate::accounts::model::AccountId;
use crate::accounts::{Accounts, whence};
use crate::audit::{RETENTION, store as record};
use crate::delivery::Notice;
use crate::limits::Subject;

/// How long the mail about a lock waits for a sign-in to be told of with it.
const GATHERING: Duration = Duration::from_secs(60);

/// How long after a password was chosen a sign-in belongs to that.
const SETTLING: Duration = Duration::from_secs(60 * 60);

/// Tells the owner of an account, by its proven mail address, that somebody signed in with a browser that is not known.
/// Not of the first sign-in of all, which follows from registering.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_of_browser(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    caller: Caller,
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(owner) = store::owner(tx, account).await? else { return Ok(()) };
    if now.since(owner.password_set_at) < SETTLING {
        return Ok(());
    }
    // The record goes back as far as that; of an older account somebody signed in before.
    let young = now.since(owner.created_at) < RETENTION;
    if young && !record::has(tx, &account.to_string(), "signed_in").await? {
        return Ok(());
    }
    let (limit, subject) = (&parts.limits.policy().sign_in_mail, account.to_string());
    if !parts.limits.hit(tx, limit, Subject::Text(&subject), now).await?.is_allowed() {
        return Ok(());
    }
    let lock = store::take_lock_notice(tx, account).await?;
    let guessed = match lock {
        Some(message) => parts.outbox.withdraw(tx, message).await?,
        None => false,
    };
    let device = whence::device_in(owner.lang, Some(caller.device));
    let from = whence::network(accounts, owner.lang, &caller.network.to_string());
    let notice = Notice::SignedIn { at: now, device, from, guessed };
    let held = Held { contact: owner.email, proven_at: Some(now) };
    tell(accounts, tx, ((account, Some(caller)), owner.lang), &held, &notice).await
}

/// Tells the owner of an account, by its mail address, that it is locked, and from where it was tried last.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_of_lock(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    (until, caller): (Timestamp, Caller),
) -> Result<(), DbError> {
    let due = accounts.parts().clock.now() + GATHERING;
    match tell_mail_at(accounts, tx, (account, Some(caller)), (&Notice::Locked { until }, due)).await? {
        Some(message) => store::put_lock_notice(tx, account, message, due).await,
        None => Ok(()),
    }
}
