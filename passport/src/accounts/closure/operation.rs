//! Asking for the end of an account, and taking that back.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::secret::{SecretString, sha256};

use super::registrations::{Asked, SiteName};
use super::{COOLING_OFF, store};
use crate::accounts::contact::store as contacts;
use crate::accounts::model::AccountId;
use crate::accounts::password::Unconfirmed;
use crate::accounts::sessions::{self, EndReason, Session, SessionId};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble, alarm, proof};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::limits::{Subject, Verdict};
use crate::web::paths;

/// An account that is about to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Which.
    pub account: AccountId,
    /// When its owner asked for it.
    pub asked_at: Timestamp,
    /// When it will be.
    pub due_at: Timestamp,
}

/// The answer to the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wished {
    /// It will be so, unless it is taken back.
    Accepted {
        /// The sites of this session that sign people out by a page of theirs alone.
        by_page: Vec<String>,
    },
    /// The password was not shown.
    Unconfirmed(Unconfirmed),
    /// The password was chosen anew lately.
    Guarded {
        /// From when on it may be asked for.
        until: Timestamp,
    },
    /// A change of contacts was undone, and none is proven anew yet.
    Frozen,
    /// It was asked for and taken back too often of a day.
    TooOften {
        /// From when on it may be asked for again.
        until: Timestamp,
    },
    /// These sites have an open registration.
    Open(Vec<SiteName>),
    /// These sites did not answer, so that nobody knows.
    Silent(Vec<SiteName>),
}

/// What keeps an account from being closed, as far as it is known here.
enum Barred {
    Guarded { until: Timestamp },
    Frozen,
}

impl Accounts {
    /// Asks for the end of the session's account.
    ///
    /// The sites are asked before anything is written, since they are called: what is registered between their answer and
    /// the commit is lost to the person's eyes for the week, and back as soon as they take the wish back.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed.
    pub(super) async fn wish_closure(
        &self,
        session: &Session,
        caller: Caller,
        password: &SecretString,
    ) -> Result<Wished, Trouble> {
        if let Err(unconfirmed) = self.confirm(session, password).await? {
            return Ok(Wished::Unconfirmed(unconfirmed));
        }
        let account = session.account;
        if let Some(barred) = self.barred(account).await? {
            return Ok(barred.into());
        }
        let said = self.parts().registrations.ask(account).await?;
        let that = |asked| -> Vec<SiteName> {
            said.iter().filter(|(_, said)| *said == asked).map(|(site, _)| site.clone()).collect()
        };
        let (open, silent) = (that(Asked::Open), that(Asked::Silent));
        if !open.is_empty() {
            return Ok(Wished::Open(open));
        }
        if !silent.is_empty() {
            return Ok(Wished::Silent(silent));
        }
        let args = ((account, session.id), caller);
        Ok(self.write(args, |accounts, args, tx| accept(accounts, args, tx).boxed()).await?)
    }

    /// Until when the account of the page may not be closed.
    pub(super) async fn closing_guarded_until(&self, account: AccountId) -> Result<Option<Timestamp>, Trouble> {
        let now = self.parts().clock.now();
        let until = self.parts().db.read(move |tx| accounts_store::guarded_until(tx, account).boxed()).await?;
        Ok(until.filter(|until| *until > now))
    }

    /// Whether the account is about to be closed, and when.
    ///
    /// # Errors
    /// The database.
    pub async fn closure(&self, account: AccountId) -> Result<Option<Closure>, Trouble> {
        Ok(self.parts().db.read(move |tx| store::find(tx, account).boxed()).await?)
    }

    /// The wish that a link takes back, while it can.
    pub(super) async fn closure_by_link(&self, link: &str) -> Result<Option<Closure>, Trouble> {
        let (hash, now) = (sha256(link.as_bytes()), self.parts().clock.now());
        Ok(self.parts().db.read(move |tx| store::find_by_link(tx, hash, now).boxed()).await?)
    }

    /// Takes the wish of a signed-in owner back; whether there was one.
    pub(super) async fn take_closure_back(&self, account: AccountId, caller: Caller) -> Result<bool, Trouble> {
        Ok(self.write((account, caller), |accounts, args, tx| take_back(accounts, args, tx).boxed()).await?)
    }

    /// Takes the wish back that a link names; whether there was one.
    pub(super) async fn take_closure_back_by_link(&self, link: &str, caller: Caller) -> Result<bool, Trouble> {
        let hash = sha256(link.as_bytes());
        Ok(self.write((hash, caller), |accounts, args, tx| take_back_by_link(accounts, args, tx).boxed()).await?)
    }

    async fn barred(&self, account: AccountId) -> Result<Option<Barred>, Trouble> {
        let now = self.parts().clock.now();
        Ok(self.parts().db.read(move |tx| bars(tx, account, now).boxed()).await?)
    }
}

impl From<Barred> for Wished {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Guarded { until } => Self::Guarded { until },
            Barred::Frozen => Self::Frozen,
        }
    }
}

async fn bars(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Barred>, DbError> {
    if accounts_store::credentials_by_id(tx, account).await?.is_some_and(|known| known.frozen) {
        return Ok(Some(Barred::Frozen));
    }
    let until = accounts_store::guarded_until(tx, account).await?.filter(|until| *until > now);
    Ok(until.map(|until| Barred::Guarded { until }))
}

/// Writes the wish down, ends every session and what sites were granted in them, and tells every contact.
async fn accept(
    accounts: Accounts,
    ((account, here), caller): ((AccountId, SessionId), Caller),
    tx: &mut Tx,
) -> Result<Wished, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if let Some(barred) = bars(tx, account, now).await? {
        return Ok(barred.into());
    }
    if let Some(until) = too_often(&accounts, tx, account, now).await? {
        return Ok(Wished::TooOften { until });
    }
    let undo = token(&*parts.entropy);
    let closure = Closure { account, asked_at: now, due_at: now + COOLING_OFF };
    // Of two tabs the first counts: its links are on their way.
    if store::insert(tx, &closure, sha256(undo.as_bytes())).await? {
        let undo = format!("{}{}?t={undo}", parts.web.origin, paths::CLOSURE_LINK);
        tell_contacts(&accounts, tx, (account, Some(caller)), &Notice::Closing { until: closure.due_at, undo }).await?;
        let event = Event::ClosureAsked { account: account.to_string(), due: closure.due_at.millis() };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    }
    let mut by_page = Vec::new();
    for session in sessions::store::live(tx, account, now).await? {
        let ended = accounts.end_session(tx, session, EndReason::Closed.asked_by(caller)).await?;
        if let Some(ended) = ended.filter(|_| session == here) {
            by_page = ended.by_page;
        }
    }
    sessions::store::withdraw_all(tx, account, now).await?;
    proof::store::end_of_account(tx, account, now).await?;
    Ok(Wished::Accepted { by_page })
}

/// Counts a wish, unless there is one already: until when there may be none if there were too many of a day. Each is told
/// of over every contact, and so is what takes it back, which is never refused.
async fn too_often(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbError> {
    if store::find(tx, account).await?.is_some() {
        return Ok(None);
    }
    let (limits, id) = (&accounts.parts().limits, account.to_string());
    Ok(match limits.hit(tx, &limits.policy().closure_asked, Subject::Text(&id), now).await? {
        Verdict::Refused { until } => Some(until),
        Verdict::Allowed { .. } => None,
    })
}

async fn take_back(accounts: Accounts, (account, caller): (AccountId, Caller), tx: &mut Tx) -> Result<bool, DbError> {
    take_back_for(&accounts, tx, account, (Actor::Account(account.to_string()), caller)).await
}

/// Takes the wish of an account back within the caller's transaction; whether there was one.
///
/// # Errors
/// See [`DbError`].
pub async fn take_back_for(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    by: (Actor, Caller),
) -> Result<bool, DbError> {
    if !store::take_back(tx, account).await? {
        return Ok(false);
    }
    taken_back(accounts, tx, account, by).await?;
    Ok(true)
}

async fn take_back_by_link(
    accounts: Accounts,
    (hash, caller): ([u8; 32], Caller),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let now = accounts.parts().clock.now();
    let Some(account) = store::take_back_by_link(tx, hash, now).await? else { return Ok(false) };
    taken_back(&accounts, tx, account, (Actor::Visitor, caller)).await?;
    Ok(true)
}

async fn taken_back(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    (actor, caller): (Actor, Caller),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let event = Event::ClosureTakenBack { account: account.to_string() };
    parts.audit.record_from(tx, caller, &actor, &event).await?;
    tell_contacts(accounts, tx, (account, Some(caller)), &Notice::ClosingTakenBack { at: parts.clock.now() }).await
}

/// Tells every proven contact of the account. Where nothing is proven it tells all that there are: one that the owner
/// mistyped reads nothing but that there is an account, and can do no more than keep it.
pub(in crate::accounts) async fn tell_contacts(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): alarm::Done,
    notice: &Notice,
) -> Result<(), DbError> {
    let lang = accounts_store::claims(tx, account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    let standing = contacts::standing(tx, account).await?;
    for held in standing.held().filter(|held| held.proven_at.is_some() || !standing.is_proven()) {
        alarm::tell(accounts, tx, ((account, from), lang), held, notice).await?;
    }
    Ok(())
}
