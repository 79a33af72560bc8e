//! "This number is mine now": operators give numbers to other people, who find them taken here.
//!
//! Whoever has proven to read what is sent to a number asks to have it detached from the account that holds it. The holder
//! is told over every contact, and keeps the number by a link or a button; if nobody does within the wait, the number
//! leaves the account, and its new owner registers with it or adds it. Nothing of this opens the account.
//!
//! An account with no other contact that is proven cannot be told where its holder would hear it. There the wait is
//! [`LONE`] times as long, and whoever uses the account meanwhile keeps the number by that.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::store;
use super::store::claims::{self, Begun, Claim};
use crate::accounts::model::{AccountId, ContactKind};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::web::paths;

/// How many times as long the wait is for an account that has nothing else.
pub const LONE: u32 = 10;

/// How long after its holder kept a number nobody asks for it again: that is for people to decide then.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The answer to who asks for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// It is detached then, unless its holder keeps it.
    Waits {
        /// When.
        until: Timestamp,
    },
    /// Its holder kept it.
    Kept {
        /// When.
        at: Timestamp,
    },
}

/// A number that the holder of an account is asked about.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The number, masked.
    pub(super) number: String,
    /// When it was asked for.
    pub(super) at: Timestamp,
    /// When it is detached.
    pub(super) until: Timestamp,
}

impl Accounts {
    /// What the link of a notice is about, while the number can be kept.
    pub(super) async fn number_to_keep(&self, link: String) -> Result<Option<Asked>, Trouble> {
        let hash = sha256(link.as_bytes());
        let found = self.parts().db.read(move |tx| {
            async move {
                let claim = claims::find_by_keep(tx, hash).await?;
                asked(tx, claim).await
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// What the holder of an account is asked about.
    pub(super) async fn number_claimed(&self, account: AccountId) -> Result<Option<Asked>, Trouble> {
        let found = self.parts().db.read(move |tx| {
            async move {
                let claim = claims::of_account(tx, account).await?;
                asked(tx, claim).await
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// The holder keeps the number, by a link; whether there was something to keep.
    pub(super) async fn keep_number(&self, link: String, caller: Caller) -> Result<bool, Trouble> {
        Ok(self.write((link, caller), |accounts, args, tx| keep_by_link(accounts, args, tx).boxed()).await?)
    }

    /// The same for who is signed in.
    pub(super) async fn keep_own_number(&self, account: AccountId, caller: Caller) -> Result<bool, Trouble> {
        Ok(self.write((account, caller), |accounts, args, tx| keep_own(accounts, args, tx).boxed()).await?)
    }

    /// Detaches up to a batch of numbers whose wait is over, and forgets what is long decided; how many of both.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn settle_numbers(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| settle(accounts, tx).boxed()).await
    }
}

/// What a claim asks for; `None` if the account has given the number up meanwhile.
async fn asked(tx: &mut Tx, claim: Option<Claim>) -> Result<Option<Asked>, DbError> {
    let Some(claim) = claim else { return Ok(None) };
    let standing = store::standing(tx, claim.account).await?;
    let held = standing.mobile.filter(|held| held.contact.name().as_str() == claim.name);
    Ok(held.map(|held| Asked { number: held.contact.masked(), at: claim.asked_at, until: claim.due_at }))
}

/// Takes up the wish of who has just proven a number to have it detached from an account, and tells its holder; `None`
/// if the account does not hold it as proven.
///
/// # Errors
/// See [`DbError`].
pub async fn ask(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, name): (AccountId, &str),
    (lang, caller): (Lang, Caller),
) -> Result<Option<Claimed>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let standing = store::standing(tx, account).await?;
    let held = standing.mobile.as_ref().filter(|held| held.proven_at.is_some());
    let Some(held) = held.filter(|held| held.contact.name().as_str() == name) else { return Ok(None) };
    let others = standing.email.as_ref().is_some_and(|email| email.proven_at.is_some());
    let wait = if others { parts.number_wait } else { parts.number_wait * LONE };
    let claim = Claim { name: name.to_owned(), account, lang, asked_at: now, due_at: now + wait };
    let keep = token(&*parts.entropy);
    let until = match claims::begin(tx, &claim, sha256(keep.as_bytes()), now - KEPT).await? {
        Begun::Kept { at } => return Ok(Some(Claimed::Kept { at })),
        Begun::Waits { first: false, until } => return Ok(Some(Claimed::Waits { until })),
        Begun::Waits { first: true, until } => until,
    };
    let link = format!("{}{}?t={keep}", parts.web.origin, paths::NUMBER_KEEP);
    let theirs = accounts_store::claims(tx, account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    let notice = Notice::NumberClaimed { number: held.contact.masked(), until, keep: link };
    for told in standing.held().filter(|held| held.proven_at.is_some()) {
        parts.outbox.notice(tx, (told.contact.kind().channel(), told.contact.as_str()), theirs, &notice).await?;
    }
    let event = Event::NumberClaimed { account: account.to_string(), until: until.millis() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    Ok(Some(Claimed::Waits { until }))
}

async fn keep_by_link(accounts: Accounts, (link, caller): (String, Caller), tx: &mut Tx) -> Result<bool, DbError> {
    match claims::find_by_keep(tx, sha256(link.as_bytes())).await? {
        Some(claim) => keep(&accounts, tx, &claim, (Actor::Visitor, caller)).await,
        None => Ok(false),
    }
}

async fn keep_own(accounts: Accounts, (account, caller): (AccountId, Caller), tx: &mut Tx) -> Result<bool, DbError> {
    match claims::of_account(tx, account).await? {
        Some(claim) => keep(&accounts, tx, &claim, (Actor::Account(account.to_string()), caller)).await,
        None => Ok(false),
    }
}

async fn keep(
    accounts: &Accounts,
    tx: &mut Tx,
    claim: &Claim,
    (actor, caller): (Actor, Caller),
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    if !claims::end(tx, claim, "kept", parts.clock.now()).await? {
        return Ok(false);
    }
    let event = Event::NumberKept { account: claim.account.to_string() };
    parts.audit.record_from(tx, caller, &actor, &event).await?;
    tell_who_asked(accounts, tx, claim).await?;
    Ok(true)
}

/// Tells who asked for a number that it stays where it is, by an SMS to it: they have shown to read those.
async fn tell_who_asked(accounts: &Accounts, tx: &mut Tx, claim: &Claim) -> Result<(), DbError> {
    let standing = store::standing(tx, claim.account).await?;
    let Some(held) = standing.mobile.filter(|held| held.contact.name().as_str() == claim.name) else { return Ok(()) };
    let notice = Notice::NumberKept { number: held.contact.masked() };
    let to = (held.contact.kind().channel(), held.contact.as_str());
    accounts.parts().outbox.notice(tx, to, claim.lang, &notice).await.map(drop)
}

async fn settle(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let now = accounts.parts().clock.now();
    let mut settled = claims::purge(tx, now - KEPT).await?;
    for claim in claims::due(tx, now).await? {
        settle_one(&accounts, tx, &claim, now).await?;
        settled += 1;
    }
    Ok(settled)
}

async fn settle_one(accounts: &Accounts, tx: &mut Tx, claim: &Claim, now: Timestamp) -> Result<(), DbError> {
    let parts = accounts.parts();
    let standing = store::standing(tx, claim.account).await?;
    let held = standing.mobile.as_ref().filter(|held| held.contact.name().as_str() == claim.name);
    let Some(held) = held else {
        // Its holder has given it up meanwhile.
        return claims::end(tx, claim, "moot", now).await.map(drop);
    };
    let others = standing.email.as_ref().filter(|email| email.proven_at.is_some());
    if others.is_none() && claims::used_since(tx, claim.account, claim.asked_at).await? {
        claims::end(tx, claim, "kept", now).await?;
        let event = Event::NumberKept { account: claim.account.to_string() };
        parts.audit.record(tx, &Actor::System, &event).await?;
        return tell_who_asked(accounts, tx, claim).await;
    }
    if !claims::end(tx, claim, "detached", now).await? {
        return Ok(());
    }
    store::remove(tx, claim.account, &held.contact, now).await?;
    let kind: &'static str = ContactKind::Mobile.code();
    let event = Event::ContactDetached { account: claim.account.to_string(), contact: kind.into() };
    parts.audit.record(tx, &Actor::System, &event).await?;
    let notice = Notice::NumberDetached { number: held.contact.masked() };
    let theirs = accounts_store::claims(tx, claim.account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    if let Some(email) = others {
        parts.outbox.notice(tx, (email.contact.kind().channel(), email.contact.as_str()), theirs, &notice).await?;
    }
    parts.outbox.notice(tx, (held.contact.kind().channel(), held.contact.as_str()), claim.lang, &notice).await?;
    Ok(())
}
