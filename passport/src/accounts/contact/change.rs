//! Putting another contact in place of the present one, and undoing that.
//!
//! The new one is proven first; then it takes the place, and the old one is told. For [`UNDO`] whoever reads what is sent
//! to the old one can undo: the change and every later one are taken back, the account is frozen, and its owner proves a
//! contact anew by resetting the password. So a second change by a thief saves nothing.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::secret::{SecretString, sha256};

use super::claimed::{self, Holder};
use super::operation::Asking;
use super::store;
use super::store::changes::{self, Change, ChangeId};
use crate::accounts::alarm::{CaseNumber, note_undone, shut};
use crate::accounts::model::Contact;
use crate::accounts::password::Unconfirmed;
use crate::accounts::proof::{self, Issued, Proof, Purpose, Request};
use crate::accounts::sessions::{EndReason, Session};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble, closure};
use crate::audit::{Actor, Event};
use crate::delivery::{Notice, ProofWords};
use crate::limits::{AddressBlock, Subject, Verdict};
use crate::web::paths;

/// How long a change can be undone.
pub const UNDO: Duration = Duration::from_secs(72 * 60 * 60);

/// The answer to a wish for another contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wished {
    /// A proof of it was asked for.
    Asked(Issued),
    /// The password was not shown.
    Unconfirmed(Unconfirmed),
    /// The password was reset lately: contacts stay for a while.
    Guarded {
        /// Until when.
        until: Timestamp,
    },
    /// It is the present one.
    Same,
    /// Another account has it.
    Taken,
    /// It was told too often what is taken.
    TooMany {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Asks for a proof of a contact that is to take the place of the present one, once the password is confirmed.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed.
    pub(super) async fn wish_contact(
        &self,
        asking: Asking,
        contact: Contact,
        (session, password): (&Session, &SecretString),
    ) -> Result<Wished, Trouble> {
        if let Err(unconfirmed) = self.confirm(session, password).await? {
            return Ok(Wished::Unconfirmed(unconfirmed));
        }
        Ok(self.write((asking, contact), |accounts, args, tx| wish(accounts, args, tx).boxed()).await?)
    }

    /// The change that a link undoes, while it can.
    pub(super) async fn change_to_undo(&self, link: String) -> Result<Option<Change>, Trouble> {
        let (hash, now) = (sha256(link.as_bytes()), self.parts().clock.now());
        Ok(self.parts().db.read(move |tx| changes::find_by_undo(tx, hash, now).boxed()).await?)
    }

    /// Undoes a change and every later one, and freezes the account; the number of the case, if there was something to undo.
    pub(super) async fn undo_change(&self, link: String, caller: Caller) -> Result<Option<CaseNumber>, Trouble> {
        Ok(self.write((link, caller), |accounts, args, tx| undo(accounts, args, tx).boxed()).await?)
    }

    /// Lets go of former contacts that can be restored no more; of how many changes.
    ///
    /// # Errors
    /// The database.
    pub async fn settle_changes(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| settle(accounts, tx).boxed()).await
    }
}

async fn wish(accounts: Accounts, (asking, contact): (Asking, Contact), tx: &mut Tx) -> Result<Wished, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    if let Some(until) = accounts_store::guarded_until(tx, asking.account).await?.filter(|until| *until > now) {
        return Ok(Wished::Guarded { until });
    }
    let standing = store::standing(tx, asking.account).await?;
    if standing.of(contact.kind()).is_some_and(|held| held.contact.name() == contact.name()) {
        return Ok(Wished::Same);
    }
    let block = Subject::Address(AddressBlock::of(asking.from.network.address()));
    let limit = &limits.policy().registration_conflict_address;
    if let Verdict::Refused { until } = limits.peek(tx, limit, block, now).await? {
        return Ok(Wished::TooMany { until });
    }
    if claimed::holder(tx, asking.account, &contact).await? == Holder::Has {
        limits.hit(tx, limit, block, now).await?;
        return Ok(Wished::Taken);
    }
    proof::issue::issue(&accounts, tx, request(asking, contact)).await.map(Wished::Asked)
}

/// Of a contact that takes its place in the account once it is proven.
pub(super) fn request(asking: Asking, contact: Contact) -> Request {
    Request {
        purpose: Purpose::Change,
        words: ProofWords::Contact,
        account: Some(asking.account),
        contact,
        lang: asking.lang,
        from: asking.from,
        replaces: None,
    }
}

/// Puts the contact that was just proven in place of the present one, and tells those who have to know; whether it could:
/// another account may have proven it meanwhile, and of one that is shut nothing is changed, since who asked may be why it
/// is. An account that only claims it gives way.
pub(super) async fn apply(accounts: &Accounts, tx: &mut Tx, proof: &Proof, caller: Caller) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let (now, Some(account)) = (parts.clock.now(), proof.account) else { return Ok(false) };
    let new = proof.contact.clone();
    if accounts_store::credentials_by_id(tx, account).await?.is_none_or(|found| found.frozen) {
        return Ok(false);
    }
    match claimed::holder(tx, account, &new).await? {
        Holder::Has => return Ok(false),
        Holder::Claims(other) => claimed::give_way(accounts, tx, (other, &new), caller).await?,
        Holder::Nobody => {}
    }
    let standing = store::standing(tx, account).await?;
    let mut old = standing.of(new.kind()).cloned();
    // One that was never proven may be a stranger's: it is free at once, undoes nothing, and is told nothing.
    if let Some(mistyped) = old.take_if(|held| held.proven_at.is_none()) {
        store::remove(tx, account, &mistyped.contact, now).await?;
    }
    let undo = token(&*parts.entropy);
    let change = Change {
        id: ChangeId::new(now, &*parts.entropy),
        account,
        old: old.as_ref().map(|held| held.contact.clone()),
        old_proven_at: old.as_ref().and_then(|held| held.proven_at),
        new: new.clone(),
        changed_at: now,
        undo_until: now + UNDO,
    };
    store::put(tx, account, &new, Some(now), now).await?;
    changes::insert(tx, &change, Some(sha256(undo.as_bytes()))).await?;
    let event = Event::ContactChanged { account: account.to_string(), contact: new.kind().code().into() };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    let lang = accounts_store::claims(tx, account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    let link = format!("{}{}?t={undo}", parts.web.origin, paths::CONTACT_UNDO);
    for told in standing.held().filter(|held| held.proven_at.is_some()) {
        let notice = Notice::ContactChanged { to: new.masked(), until: change.undo_until, undo: link.clone() };
        let to = (told.contact.kind().channel(), told.contact.as_str());
        parts.outbox.notice(tx, to, lang, &notice).await?;
    }
    Ok(true)
}

async fn undo(
    accounts: Accounts,
    (link, caller): (String, Caller),
    tx: &mut Tx,
) -> Result<Option<CaseNumber>, DbError> {
    let now = accounts.parts().clock.now();
    let Some(first) = changes::find_by_undo(tx, sha256(link.as_bytes()), now).await? else { return Ok(None) };
    for change in changes::undo_from(tx, &first, now).await? {
        take_back(tx, &change, now).await?;
    }
    freeze(&accounts, tx, &first, caller).await.map(Some)
}

/// Puts the contact from before a change back.
async fn take_back(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<(), DbError> {
    store::drop_name(tx, change.account, &change.new).await?;
    match &change.old {
        Some(old) => store::put(tx, change.account, old, change.old_proven_at, now).await,
        None => store::remove(tx, change.account, &change.new, now).await,
    }
}

/// Nobody signs in until a contact is proven anew, and nobody who had goes on. The number of the case that is opened for it.
async fn freeze(accounts: &Accounts, tx: &mut Tx, first: &Change, caller: Caller) -> Result<CaseNumber, DbError> {
    let now = accounts.parts().clock.now();
    shut(accounts, tx, first.account, (EndReason::Frozen, caller), now).await?;
    // Whoever changed the contacts may have asked for the end of the account as well, and has the links that would keep it.
    closure::take_back_for(accounts, tx, first.account, (Actor::Visitor, caller)).await?;
    let event = Event::AccountFrozen { account: first.account.to_string() };
    accounts.parts().audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    note_undone(accounts, tx, (first.account, first.changed_at), (caller, now)).await
}

async fn settle(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let now = accounts.parts().clock.now();
    let mut settled = 0;
    for change in changes::settled(tx, now).await? {
        if let Some(old) = &change.old {
            let standing = store::standing(tx, change.account).await?;
            let present = standing.held().any(|held| held.contact.name() == old.name());
            if !present && !changes::is_kept(tx, old, now).await? {
                store::drop_name(tx, change.account, old).await?;
            }
        }
        changes::remove(tx, change.id).await?;
        settled += 1;
    }
    Ok(settled)
}
