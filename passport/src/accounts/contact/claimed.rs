//! Contacts that an account claims and never proved: they belong to whoever proves them first (ADR 0020).

use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{closing, store};
use crate::accounts::model::{AccountId, Contact};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, alarm};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;

/// Whose a contact is that an account wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nobody's, or its own.
    Nobody,
    /// Another account claims it without proof.
    Claims(AccountId),
    /// Another account has proven it, or had and can take it back still.
    Has,
}

/// Whose a contact is that the account wants.
pub(super) async fn holder(tx: &mut Tx, account: AccountId, contact: &Contact) -> Result<Holder, DbError> {
    let name = contact.name();
    let Some(other) = accounts_store::find_by_name(tx, &name).await?.filter(|other| *other != account) else {
        return Ok(Holder::Nobody);
    };
    let standing = store::standing(tx, other).await?;
    let claimed = standing.held().any(|held| held.contact.name() == name && held.proven_at.is_none());
    Ok(if claimed { Holder::Claims(other) } else { Holder::Has })
}

/// Takes a contact from the account that claims it, for who has proven it. An account of which nothing was ever proven is
/// closed, with its password and sessions: somebody may have made it to wait in it for the owner of the contact. One that
/// proved something else keeps all but this.
///
/// # Errors
/// See [`DbError`].
pub async fn give_way(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, contact): (AccountId, &Contact),
    caller: Caller,
) -> Result<(), DbError> {
    if store::was_never_proven(tx, account).await? {
        closing::close(accounts, tx, account, "claimed").await
    } else {
        lose(accounts, tx, (account, contact), caller).await
    }
}

/// Takes from an account a contact that it never proved, and tells it where something is proven.
pub(super) async fn lose(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, contact): (AccountId, &Contact),
    caller: Caller,
) -> Result<(), DbError> {
    let parts = accounts.parts();
    store::remove(tx, account, contact, parts.clock.now()).await?;
    let event = Event::ContactRefused { account: account.to_string(), contact: contact.kind().code().into() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    let notice = Notice::ContactLost { contact: contact.masked() };
    alarm::tell_proven(accounts, tx, (account, None), &notice).await
}
