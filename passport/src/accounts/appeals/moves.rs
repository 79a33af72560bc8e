//! Moving an appeal on: the state, what is written beside it, the record, and who is told.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::link::{LinkTo, secret};
use super::model::{Appeal, Staff};
use super::state::{Event, NoWay, State};
use super::store;
use crate::accounts::closure::tell_contacts;
use crate::accounts::{Accounts, store as accounts_store};
use crate::audit::{self, Actor};
use crate::delivery::Notice;
use crate::web::paths;

/// Who moves it.
#[derive(Debug, Clone)]
pub(super) enum By {
    /// Who appealed, or the holder of the document.
    Visitor(Caller),
    /// Somebody of the staff.
    Staff(Staff),
    /// Time.
    Time,
}

impl By {
    pub(super) const fn caller(&self) -> Option<Caller> {
        match self {
            Self::Visitor(caller) => Some(*caller),
            _ => None,
        }
    }

    pub(super) const fn actor(&self) -> Actor {
        match self {
            Self::Visitor(_) => Actor::Visitor,
            Self::Staff(_) => Actor::Operator,
            Self::Time => Actor::System,
        }
    }

    pub(super) fn staff(&self) -> Option<String> {
        match self {
            Self::Staff(staff) => Some(staff.as_str().to_owned()),
            _ => None,
        }
    }
}

/// Leads an appeal from where it stands to where the event leads, with everything that follows from it. `Err` leaves the
/// appeal as it is.
pub(super) async fn move_on(
    accounts: &Accounts,
    tx: &mut Tx,
    mut appeal: Appeal,
    (event, by): (Event, By),
) -> Result<Result<Appeal, NoWay>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let before = appeal.state.clone();
    appeal.state = match before.after(event.clone()) {
        Ok(after) => after,
        Err(no) => return Ok(Err(no)),
    };
    note_time(&mut appeal, &before, &event, now);
    if !store::update(tx, &*parts.sealer, &before, &appeal).await? {
        return Ok(Err(NoWay::NotNow));
    }
    record(accounts, tx, &appeal, (appeal.state.code(), &by)).await?;
    follow_up(accounts, tx, &appeal, (&before, &event, &by)).await?;
    Ok(Ok(appeal))
}

/// Notes when the appeal came to where it stands.
fn note_time(appeal: &mut Appeal, before: &State, event: &Event, now: Timestamp) {
    let times = &mut appeal.times;
    match &appeal.state {
        State::Begun { .. } => {}
        State::Submitted => times.submitted = Some(now),
        State::Hearing { .. } => (times.heard, times.objected, times.closed) = (Some(now), None, None),
        State::Deciding { .. } => {
            times.closed = Some(now);
            times.objected = (*event == Event::Object).then_some(now);
        }
        State::Bound => times.bound = Some(now),
        // A document that was won and never bound was decided long before.
        State::Expired if matches!(before, State::Granted { .. }) => {}
        State::Granted { .. } | State::Refused | State::Withdrawn | State::Expired => times.decided = Some(now),
    }
}

/// Notes what was done with an appeal.
pub(super) async fn record(
    accounts: &Accounts,
    tx: &mut Tx,
    appeal: &Appeal,
    (step, by): (&'static str, &By),
) -> Result<(), DbError> {
    let event = audit::Event::AppealMoved { appeal: appeal.id.to_string(), step: step.into(), staff: by.staff() };
    accounts.parts().audit.record_from(tx, by.caller(), &by.actor(), &event).await
}

/// What comes of it for the holder, and who is told.
async fn follow_up(
    accounts: &Accounts,
    tx: &mut Tx,
    appeal: &Appeal,
    (before, event, by): (&State, &Event, &By),
) -> Result<(), DbError> {
    match &appeal.state {
        State::Hearing { .. } => hear(accounts, tx, appeal, by).await,
        State::Deciding { holder, .. } if *event == Event::Object => {
            let told = audit::Event::DocumentDefended { account: holder.to_string(), appeal: appeal.id.to_string() };
            accounts.parts().audit.record_from(tx, by.caller(), &by.actor(), &told).await
        }
        State::Granted { until } => {
            detach(accounts, tx, (appeal, before), by).await?;
            let link = link(accounts, LinkTo::Document, appeal);
            tell(accounts, tx, appeal, |number| Notice::AppealGranted { number, until: *until, link }).await
        }
        State::Refused => {
            leave(accounts, tx, (appeal, before), by).await?;
            let link = link(accounts, LinkTo::Case, appeal);
            tell(accounts, tx, appeal, |number| Notice::AppealRefused { number, link }).await
        }
        State::Withdrawn => leave(accounts, tx, (appeal, before), by).await,
        State::Begun { .. } | State::Submitted | State::Deciding { .. } | State::Bound | State::Expired => Ok(()),
    }
}

/// The address of a link of an appeal.
pub(super) fn link(accounts: &Accounts, to: LinkTo, appeal: &Appeal) -> String {
    let parts = accounts.parts();
    let path = match to {
        LinkTo::Case => paths::APPEAL_CASE,
        LinkTo::Objection(_) => paths::APPEAL_OBJECTION,
        LinkTo::Document => paths::APPEAL_DOCUMENT,
    };
    format!("{}{path}?t={}", parts.web.origin, secret(&*parts.sealer, to, appeal.id))
}

/// Tells who appealed, at the contact that they proved.
pub(super) async fn tell(
    accounts: &Accounts,
    tx: &mut Tx,
    appeal: &Appeal,
    notice: impl FnOnce(String) -> Notice,
) -> Result<(), DbError> {
    let Some(file) = &appeal.file else { return Ok(()) };
    let to = (file.contact.kind().channel(), file.contact.as_str());
    let notice = notice(appeal.number.to_string());
    accounts.parts().outbox.notice(tx, to, file.lang, &notice).await.map(drop)
}

/// Asks the holder, over every contact: one that they mistyped reads nothing of the document.
async fn hear(accounts: &Accounts, tx: &mut Tx, appeal: &Appeal, by: &By) -> Result<(), DbError> {
    let State::Hearing { holder, until, .. } = appeal.state else { return Ok(()) };
    let link = link(accounts, LinkTo::Objection(holder), appeal);
    tell_contacts(accounts, tx, (holder, None), &Notice::DocumentClaimed { until, link }).await?;
    let (account, appeal) = (holder.to_string(), appeal.id.to_string());
    let event = audit::Event::DocumentClaimed { account, appeal, until: until.millis() };
    accounts.parts().audit.record_from(tx, by.caller(), &by.actor(), &event).await
}

/// Takes the document from the account whose holder was heard. Nothing else of the account changes.
async fn detach(accounts: &Accounts, tx: &mut Tx, (appeal, before): (&Appeal, &State), by: &By) -> Result<(), DbError> {
    let (parts, now) = (accounts.parts(), accounts.parts().clock.now());
    let Some(holder) = before.holder() else { return Ok(()) };
    let Some(file) = &appeal.file else { return Ok(()) };
    // Gone by itself meanwhile: the account was closed.
    if !accounts_store::remove_identity(tx, holder, accounts.document_hashes(&file.document), now).await? {
        return Ok(());
    }
    let event = audit::Event::DocumentDetached { account: holder.to_string(), appeal: appeal.id.to_string() };
    parts.audit.record_from(tx, by.caller(), &by.actor(), &event).await?;
    tell_contacts(accounts, tx, (holder, None), &Notice::DocumentDetached).await
}

/// Tells a holder who was asked that the document stays with them.
async fn leave(accounts: &Accounts, tx: &mut Tx, (appeal, before): (&Appeal, &State), by: &By) -> Result<(), DbError> {
    let Some(holder) = before.holder() else { return Ok(()) };
    let event = audit::Event::DocumentKept { account: holder.to_string(), appeal: appeal.id.to_string() };
    accounts.parts().audit.record_from(tx, by.caller(), &by.actor(), &event).await?;
    tell_contacts(accounts, tx, (holder, None), &Notice::DocumentKept).await
}
