//! How old somebody is becomes known.
//!
//! A document outweighs what is said, and what was declared at registration the date in a profile, which can be written
//! anew by anybody at any time.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::model::{Guardianship, Why, born_on, of_age_at};
use super::{KEPT_WITHOUT, store};
use crate::accounts::model::{Account, AccountId};
use crate::accounts::sessions::{self, EndReason, Ending};
use crate::accounts::{Accounts, DOCUMENT_PURPOSE, closure, store as accounts_store};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::web::paths;

/// What is known besides what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::accounts) enum Known {
    /// Nothing.
    Nothing,
    /// Who registers says that they are under 14.
    Declared,
}

/// Looks how old the owner of an account is, within the transaction in which that may have become known; whether the
/// account is one that waits for a guardian now. What is known for the first time of an account that is in use ends its
/// sessions, and what sites were granted in them. Without a caller it became known by what an operator brought.
pub(in crate::accounts) async fn look(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, known): (AccountId, Known),
    from: impl Into<Option<Caller>>,
) -> Result<bool, DbError> {
    let (parts, from) = (accounts.parts(), from.into());
    let now = parts.clock.now();
    let found = store::find(tx, &*parts.sealer, account).await?;
    let open = |sealed: &[u8]| parts.sealer.open(DOCUMENT_PURPOSE, sealed);
    let Some(owner) = accounts_store::account(tx, account, &open).await? else { return Ok(false) };
    let born = evidence(&owner);
    match (found, born) {
        (None, Some((why, at))) if at > now => {
            begin(accounts, tx, account, ((why, Some(at)), now, from)).await?;
            Ok(true)
        }
        // What a document says outweighs the declaration.
        (None, Some((Why::Document, _))) => Ok(false),
        (None, _) if known == Known::Declared => {
            begin(accounts, tx, account, ((Why::Declared, None), now, from)).await?;
            Ok(true)
        }
        (None, _) => Ok(false),
        (Some(found), Some((why, at))) if counts(&found, why, at > now) => {
            learn(accounts, tx, &found, ((why, at), now, from)).await
        }
        (Some(found), _) => Ok(found.holds(now)),
    }
}

/// When the owner is 14, and how that is known.
fn evidence(owner: &Account) -> Option<(Why, Timestamp)> {
    let document = owner.identity.as_ref().and_then(|identity| of_age_at(identity.document.born()?));
    if let Some(at) = document {
        return Some((Why::Document, at));
    }
    let profile = owner.details.birthdate.as_deref().and_then(born_on).and_then(of_age_at);
    profile.map(|at| (Why::Profile, at))
}

/// Whether what is found now counts beside what is known: a day of a child always, unless a document says another; one of
/// somebody older from a document, or in place of what may be said anew.
fn counts(found: &Guardianship, why: Why, is_child: bool) -> bool {
    match why {
        Why::Document => true,
        _ if found.why == Why::Document => false,
        _ => is_child || (found.why == Why::Profile && found.may_be_restated()),
    }
}

/// Takes up another day; whether the account waits for a guardian then.
async fn learn(
    accounts: &Accounts,
    tx: &mut Tx,
    found: &Guardianship,
    ((why, at), now, from): ((Why, Timestamp), Timestamp, Option<Caller>),
) -> Result<bool, DbError> {
    if at <= now && !found.is_grown(now) {
        restate(accounts, tx, found, (why, from)).await?;
        return Ok(false);
    }
    // A date in the profile tells the day, and not how it became known that this is a child.
    let why = if found.why == Why::Declared && why == Why::Profile { Why::Declared } else { why };
    if !found.is_grown(now) {
        store::set_age(tx, found.account, why, at).await?;
    }
    Ok(Guardianship { of_age_at: Some(at), ..found.clone() }.holds(now))
}

/// The owner is older than was known: nobody has to answer for them.
pub(super) async fn restate(
    accounts: &Accounts,
    tx: &mut Tx,
    found: &Guardianship,
    (why, from): (Why, Option<Caller>),
) -> Result<(), DbError> {
    store::remove(tx, found.account).await?;
    let event = Event::AgeRestated { account: found.account.to_string(), why: why.code().into() };
    accounts.parts().audit.record_from(tx, from, &who(found.account, from), &event).await
}

async fn begin(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    ((why, of_age_at), now, from): ((Why, Option<Timestamp>), Timestamp, Option<Caller>),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let erase_at = now + KEPT_WITHOUT;
    store::insert(tx, account, (why, of_age_at), (now, erase_at)).await?;
    let event = Event::GuardianNeeded { account: account.to_string(), why: why.code().into() };
    parts.audit.record_from(tx, from, &who(account, from), &event).await?;
    // Who has just registered reads it on the next page.
    if sessions::store::live(tx, account, now).await?.is_empty() {
        return Ok(());
    }
    sessions::end_all(accounts, tx, account, Ending { reason: EndReason::Guardian, from, by: None }).await?;
    let link = format!("{}{}", parts.web.origin, paths::GUARDIAN);
    let notice = Notice::GuardianMissing { until: erase_at, link };
    closure::tell_contacts(accounts, tx, (account, from), &notice).await
}

/// Who has it known: the owner, from somewhere, or an operator.
fn who(account: AccountId, from: Option<Caller>) -> Actor {
    from.map_or(Actor::Operator, |_| Actor::Account(account.to_string()))
}
