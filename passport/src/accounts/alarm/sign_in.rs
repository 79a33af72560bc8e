//! Telling of sign-ins: from a browser that is not known, and of wrong passwords before.
//!
//! They go to the proven mail address. Who has none that is proven gets an SMS in its place, one a day for locks and one
//! for sign-ins: whoever guesses would have them woken by every lock, and a bill written by each.
//!
//! One attempt is told of in one message. A lock waits for a moment, and is told of with the sign-in that follows it; a
//! password that was just chosen, and a recovery code that was used, are told of by themselves.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::store;
use super::tell::{tell, tell_at};
use crate::accounts::model::{AccountId, ContactKind};
use crate::accounts::{Accounts, whence};
use crate::audit::{RETENTION, store as record};
use crate::delivery::Notice;
use crate::limits::Subject;

/// How long the message about a lock waits for a sign-in to be told of with it.
const GATHERING: Duration = Duration::from_secs(60);

/// How long after a password was chosen a sign-in belongs to that.
const SETTLING: Duration = Duration::from_secs(60 * 60);

/// Tells the owner of an account that somebody signed in with a browser that is not known. Not of the first sign-in of all, which follows from registering.
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
    let policy = parts.limits.policy();
    let limit = match owner.contact.contact.kind() {
        ContactKind::Email => &policy.sign_in_mail,
        ContactKind::Mobile => &policy.sign_in_sms,
    };
    if !parts.limits.hit(tx, limit, Subject::Text(&account.to_string()), now).await?.is_allowed() {
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
    tell(accounts, tx, ((account, Some(caller)), owner.lang), &owner.contact, &notice).await
}

/// Tells the owner of an account that it is locked, and from where it was tried last: a few times a day at most, since
/// strangers must not be able to fill a mailbox.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_of_lock(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    (until, caller): (Timestamp, Caller),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let Some(owner) = store::owner(tx, account).await? else { return Ok(()) };
    let (policy, now) = (parts.limits.policy(), parts.clock.now());
    let limit = match owner.contact.contact.kind() {
        ContactKind::Email => &policy.sign_in_lock_mail,
        ContactKind::Mobile => &policy.sign_in_lock_sms,
    };
    if !parts.limits.hit(tx, limit, Subject::Text(&account.to_string()), now).await?.is_allowed() {
        return Ok(());
    }
    let (whose, due) = (((account, Some(caller)), owner.lang), now + GATHERING);
    match tell_at(accounts, tx, whose, &owner.contact, (&Notice::Locked { until }, due)).await? {
        Some(message) => store::put_lock_notice(tx, account, message, due).await,
        None => Ok(()),
    }
}
