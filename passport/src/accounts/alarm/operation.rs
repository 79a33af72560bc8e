//! Raising the alarm.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Tx};
use shared::http::Caller;

use super::link::AlarmToken;
use super::store::{self, Alarm, Case, NewLink};
use super::{CaseNumber, shut, tell_proven};
use crate::accounts::contact::store::changes;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::EndReason;
use crate::accounts::{Accounts, Trouble, closure, contact};
use crate::audit::store::{self as record, Told};
use crate::audit::{Actor, Event, EventId};
use crate::delivery::Notice;
use crate::limits::Subject;

/// How often a number is drawn before something must be wrong: one in a hundred million is in use for each case.
const DRAWS: u32 = 8;

/// Where the link of a notice leads.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// To the button, which was not pressed yet.
    Waits(Alarm),
    /// To its case.
    Opened(Opened),
    /// Nowhere: it is too old, or none.
    Over,
}

/// A case as who reported it sees it.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) case: Case,
    /// Until when a change of contacts can be undone that was made before.
    pub(super) undo_until: Option<Timestamp>,
}

/// What came of the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    /// There is a case.
    Case,
    /// This contact has raised the alarm often enough.
    TooOften,
    /// The link is over.
    Over,
}

impl Accounts {
    /// Looks where the link of a notice leads. Nothing is spent.
    pub(super) async fn alarm(&self, token: &AlarmToken) -> Result<Seen, Trouble> {
        let (hash, now) = (token.hash(), self.parts().clock.now());
        Ok(self.parts().db.read(move |tx| see(tx, hash, now).boxed()).await?)
    }

    /// Raises the alarm of a link.
    pub(super) async fn raise_alarm(&self, token: &AlarmToken, caller: Caller) -> Result<Raised, Trouble> {
        Ok(self.write((token.hash(), caller), |accounts, args, tx| by_link(accounts, args, tx).boxed()).await?)
    }

    /// A line of the account's history that may be somebody else's doing.
    pub(super) async fn line(&self, account: AccountId, line: EventId) -> Result<Option<Told>, Trouble> {
        let account = account.to_string();
        let audit = self.parts().audit.clone();
        let found = self.parts().db.read(move |tx| {
            let (account, audit) = (account.clone(), audit.clone());
            async move { audit.find(tx, &account, line).await }.boxed()
        });
        Ok(found.await?.filter(may_be_denied))
    }

    /// Raises the alarm over a line of the account's history, for its owner, whose session ends with all others; the token
    /// of the page of its case.
    pub(super) async fn raise_over_line(
        &self,
        account: AccountId,
        line: &Told,
        caller: Caller,
    ) -> Result<AlarmToken, Trouble> {
        let token = AlarmToken::new(&*self.parts().entropy);
        let about = line.event.as_ref().map_or_else(|| "other".to_owned(), record::kind);
        let args = (account, token.hash(), (about, line.mark.at), caller);
        self.write(args, |accounts, args, tx| by_owner(accounts, args, tx).boxed()).await?;
        Ok(token)
    }
}

/// Whether somebody did it in a browser, or had the staff do it, and it is not what follows from an alarm.
pub(in crate::accounts) fn may_be_denied(told: &Told) -> bool {
    let ours = matches!(
        told.event,
        Some(
            Event::CaseOpened { .. }
                | Event::CaseClosed { .. }
                | Event::AccountRegistered { .. }
                | Event::AgreementAccepted { .. }
        )
    );
    (told.network.is_some() || told.by_operator) && !ours
}

async fn see(tx: &mut Tx, hash: [u8; 32], now: Timestamp) -> Result<Seen, DbError> {
    let Some(alarm) = store::find_link(tx, hash).await? else { return Ok(Seen::Over) };
    if let Some(number) = &alarm.case {
        let Some(case) = store::find_case(tx, number).await? else { return Ok(Seen::Over) };
        let undo_until = changes::undoable_until(tx, alarm.account, now).await?;
        return Ok(Seen::Opened(Opened { case, undo_until }));
    }
    if alarm.expires_at <= now {
        return Ok(Seen::Over);
    }
    Ok(Seen::Waits(alarm))
}

async fn by_link(accounts: Accounts, (hash, caller): ([u8; 32], Caller), tx: &mut Tx) -> Result<Raised, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(alarm) = store::find_link(tx, hash).await? else { return Ok(Raised::Over) };
    if alarm.case.is_some() {
        return Ok(Raised::Case);
    }
    // A link that is too old counts for nothing, or whoever has some would spend what is allowed to this contact.
    if alarm.expires_at <= now {
        return Ok(Raised::Over);
    }
    // An account that is shut already is shut by no other link: what its owner has begun to open it goes on.
    let open = store::case_of(tx, alarm.account).await?;
    let (limit, subject) = (&parts.limits.policy().alarm, format!("{} {}", alarm.account, alarm.via));
    if open.is_none() && !parts.limits.peek(tx, limit, Subject::Text(&subject), now).await?.is_allowed() {
        return Ok(Raised::TooOften);
    }
    if !store::spend_link(tx, hash, now).await? {
        // Of two who press at once the other was first.
        let case = store::find_link(tx, hash).await?.and_then(|alarm| alarm.case);
        return Ok(case.map_or(Raised::Over, |_| Raised::Case));
    }
    let number = match open {
        Some(case) => case.number,
        None => {
            parts.limits.hit(tx, limit, Subject::Text(&subject), now).await?;
            open_case(&accounts, tx, &alarm, (Actor::Visitor, caller)).await?
        }
    };
    store::set_case(tx, hash, &number).await?;
    Ok(Raised::Case)
}

async fn by_owner(
    accounts: Accounts,
    (account, hash, (about, at), caller): (AccountId, [u8; 32], (String, Timestamp), Caller),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let now = accounts.parts().clock.now();
    // It leads to its case at once: nobody is asked there whether it was them.
    let link = NewLink { token_hash: hash, account, via: "session", about: &about, at: now, from: None };
    store::insert_link(tx, &link).await?;
    store::spend_link(tx, hash, now).await?;
    let alarm = Alarm::reported(account, "session", (about, at));
    let number = open_case(&accounts, tx, &alarm, (Actor::Account(account.to_string()), caller)).await?;
    store::set_case(tx, hash, &number).await
}

/// The change that a former contact undoes is such an alarm as well: a case is opened for it. Its account is shut already.
pub(in crate::accounts) async fn note_undone(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, at): (AccountId, Timestamp),
    (caller, now): (Caller, Timestamp),
) -> Result<CaseNumber, DbError> {
    let alarm = Alarm::reported(account, "former", ("contact-changed".to_owned(), at));
    record_case(accounts, tx, &alarm, (Actor::Visitor, caller), now).await
}

/// Shuts the account of an alarm, opens a case, and tells every proven contact.
async fn open_case(
    accounts: &Accounts,
    tx: &mut Tx,
    alarm: &Alarm,
    (actor, caller): (Actor, Caller),
) -> Result<CaseNumber, DbError> {
    let (now, account) = (accounts.parts().clock.now(), alarm.account);
    shut(accounts, tx, account, (EndReason::Reported, caller), now).await?;
    // Whoever had the contacts changed may be why: the former ones have time to say so.
    changes::keep_undoable(tx, account, (now, now + contact::UNDO)).await?;
    closure::take_back_for(accounts, tx, account, (actor.clone(), caller)).await?;
    record_case(accounts, tx, alarm, (actor, caller), now).await
}

/// Opens a case at the very moment at which its account is shut: by that they are known to belong together.
async fn record_case(
    accounts: &Accounts,
    tx: &mut Tx,
    alarm: &Alarm,
    (actor, caller): (Actor, Caller),
    now: Timestamp,
) -> Result<CaseNumber, DbError> {
    let parts = accounts.parts();
    let number = draw(accounts, tx, alarm, (caller, now)).await?;
    let event = Event::CaseOpened { account: alarm.account.to_string(), case: number.to_string() };
    parts.audit.record_from(tx, caller, &actor, &event).await?;
    let notice = Notice::CaseOpened { number: number.to_string(), at: now };
    tell_proven(accounts, tx, (alarm.account, Some(caller)), &notice).await?;
    Ok(number)
}

/// A case under a number that no other has.
async fn draw(
    accounts: &Accounts,
    tx: &mut Tx,
    alarm: &Alarm,
    opened: (Caller, Timestamp),
) -> Result<CaseNumber, DbError> {
    for _ in 0..DRAWS {
        let number = CaseNumber::draw(&*accounts.parts().entropy);
        if store::open_case(tx, &number, alarm, opened).await? {
            return Ok(number);
        }
    }
    Err(BrokenRow::new("number", "is in use, however often one is drawn").into())
}
