//! Acts on their way: written down, agreed on by a second person where they take two, done.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::acts::Act;
use super::model::{Person, ProposalId, ReadId, Reason, Roles, StaffId, Stage, State, WAITS};
use super::payload::{Payload, hash};
use super::store::proposals::{self, New, Proposal};
use super::{Console, store};
use crate::accounts::AccountId;
use crate::audit::{Actor, Event};

/// What became of an act that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is done.
    Done,
    /// It waits for a second person.
    Proposed(ProposalId),
    /// The very same waits already.
    Waits,
    /// There is nothing to do: it is so, or there is no such thing any more.
    Gone,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It is done.
    Done,
    /// It was refused, or taken back.
    Refused,
    /// There is no such proposal.
    Unknown,
    /// It is decided, or nobody decided in time.
    Over,
    /// Nobody agrees with themselves.
    Own,
    /// Nobody agrees to what is about themselves.
    AboutYou,
    /// None of their roles is the second person's.
    OtherRole,
    /// What was agreed on is not what was proposed.
    Another,
    /// What it is about has changed since.
    Lapsed,
}

/// What came of doing something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Changed,
}

impl Console {
    /// Does an act, or has it wait for a second person.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn ask_for(&self, me: &Person, payload: Payload, reason: String) -> Result<Asked, DbError> {
        self.write((me.id, payload, reason), |console, args, tx| ask_for(console, args, tx).boxed()).await
    }

    /// Decides about a proposal, of which that person saw what `seen` stands for.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn decide(
        &self,
        me: &Person,
        id: ProposalId,
        (agrees, seen): (bool, [u8; 32]),
    ) -> Result<Decided, DbError> {
        let args = (me.clone(), id, (agrees, seen));
        self.write(args, |console, args, tx| decide(console, args, tx).boxed()).await
    }

    /// Writes down that somebody looks at an account, where its owner can see it.
    pub(super) async fn read_account(
        &self,
        tx: &mut Tx,
        me: StaffId,
        (account, reason): (AccountId, Reason),
    ) -> Result<ReadId, DbError> {
        let parts = self.accounts().parts();
        let now = parts.clock.now();
        let id = ReadId::new(now, &*parts.entropy);
        store::reads::insert(tx, (id, me), (account, reason), now).await?;
        let event = Event::AccountViewed {
            account: account.to_string(),
            reason: reason.as_str().into(),
            staff: me.to_string(),
        };
        self.note(tx, &Actor::Staff(me.to_string()), &event).await?;
        Ok(id)
    }
}

async fn ask_for(
    console: Console,
    (me, payload, reason): (StaffId, Payload, String),
    tx: &mut Tx,
) -> Result<Asked, DbError> {
    let parts = console.accounts().parts();
    let (at, act, by) = (parts.clock.now(), payload.act(), Actor::Staff(me.to_string()));
    let second = act.takes().second.is_some();
    if second && proposals::waits(tx, hash(&payload.text()), at).await? {
        return Ok(Asked::Waits);
    }
    if !second && perform(&console, tx, &payload, &by).await? == Outcome::Changed {
        return Ok(Asked::Gone);
    }
    let account = payload.account().and_then(|id| id.parse().ok());
    let id = ProposalId::new(at, &*parts.entropy);
    let stage = if second { Stage::Open } else { Stage::Done };
    proposals::insert(tx, &New { id, payload, account, reason, by: me, at, expires_at: at + WAITS, stage }).await?;
    let (proposal, act) = (id.to_string(), act.as_str().into());
    let account = account.map(|id: AccountId| id.to_string());
    let event = match second {
        true => Event::ActProposed { proposal, act, account },
        false => Event::ActDecided { proposal, act, how: Stage::Done.as_str().into(), account },
    };
    console.note(tx, &by, &event).await?;
    Ok(if second { Asked::Proposed(id) } else { Asked::Done })
}

async fn decide(
    console: Console,
    (me, id, (agrees, seen)): (Person, ProposalId, (bool, [u8; 32])),
    tx: &mut Tx,
) -> Result<Decided, DbError> {
    let now = console.accounts().parts().clock.now();
    // What they may do is what they may do now: the page that they saw is older.
    let me = store::people::find(tx, me.id).await?.filter(|me| me.state == State::Active);
    let Some(me) = me else { return Ok(Decided::OtherRole) };
    let Some(found) = proposals::find(tx, id).await? else { return Ok(Decided::Unknown) };
    if found.stage != Stage::Open || found.expires_at <= now {
        return Ok(Decided::Over);
    }
    if !agrees {
        return refuse(&console, tx, (&me, &found)).await;
    }
    let payload = match may_agree(&me, &found, seen) {
        Ok(payload) => payload,
        Err(why) => return Ok(why),
    };
    if !proposals::take(tx, (id, seen), me.id, now).await? {
        return Ok(Decided::Over);
    }
    let by = Actor::Staff(me.id.to_string());
    let done = still_proposes(tx, &found).await? && perform(&console, tx, &payload, &by).await? == Outcome::Done;
    if !done {
        proposals::lapse(tx, id).await?;
    }
    let (stage, decided) = if done { (Stage::Done, Decided::Done) } else { (Stage::Lapsed, Decided::Lapsed) };
    note_decision(&console, tx, &found, (stage, &by)).await?;
    Ok(decided)
}

/// Whether who proposed it could still do so: they may be out by now, or have other roles.
async fn still_proposes(tx: &mut Tx, found: &Proposal) -> Result<bool, DbError> {
    let by = store::people::find(tx, found.by).await?;
    Ok(by.is_some_and(|by| by.state == State::Active && by.roles.any(found.act.roles())))
}

/// Whether that person may be the second one: what they agree to, or why not.
fn may_agree(me: &Person, found: &Proposal, seen: [u8; 32]) -> Result<Payload, Decided> {
    if found.by == me.id {
        return Err(Decided::Own);
    }
    if !found.act.takes().second.is_some_and(|second| me.roles.any(second)) {
        return Err(Decided::OtherRole);
    }
    // What is done is what stands there now, what was proposed, and what this person saw: one and the same.
    let payload = Payload::read(&found.text).filter(|payload| payload.act() == found.act);
    let payload = payload.filter(|_| hash(&found.text) == found.hash && found.hash == seen).ok_or(Decided::Another)?;
    if payload.staff() == Some(me.id.to_string().as_str()) {
        return Err(Decided::AboutYou);
    }
    Ok(payload)
}

async fn refuse(console: &Console, tx: &mut Tx, (me, found): (&Person, &Proposal)) -> Result<Decided, DbError> {
    let second = found.act.takes().second.is_some_and(|second| me.roles.any(second));
    if found.by != me.id && !second {
        return Ok(Decided::OtherRole);
    }
    if !proposals::refuse(tx, found.id, me.id, console.accounts().parts().clock.now()).await? {
        return Ok(Decided::Over);
    }
    note_decision(console, tx, found, (Stage::Refused, &Actor::Staff(me.id.to_string()))).await?;
    Ok(Decided::Refused)
}

async fn note_decision(
    console: &Console,
    tx: &mut Tx,
    found: &Proposal,
    (stage, by): (Stage, &Actor),
) -> Result<(), DbError> {
    let (proposal, act) = (found.id.to_string(), found.act.as_str().into());
    let account = found.account.map(|id| id.to_string());
    console.note(tx, by, &Event::ActDecided { proposal, act, how: stage.as_str().into(), account }).await
}

/// Does it, if everything still stands as it did.
async fn perform(console: &Console, tx: &mut Tx, payload: &Payload, by: &Actor) -> Result<Outcome, DbError> {
    let done = match payload.act() {
        Act::InviteStaff | Act::ChangeRoles | Act::SuspendStaff | Act::ReinstateStaff => {
            with_staff(console, tx, payload, by).await?
        }
        Act::RetryDelivery | Act::RetryDeliveries => console.try_again(tx, payload, by).await?,
        Act::SuspendClient | Act::ReinstateClient => console.with_client(tx, payload, by).await?,
        _ => with_account(console, tx, payload, by).await?,
    };
    Ok(if done { Outcome::Done } else { Outcome::Changed })
}

async fn with_account(console: &Console, tx: &mut Tx, payload: &Payload, by: &Actor) -> Result<bool, DbError> {
    let accounts = console.accounts();
    let Some(id) = payload.account().and_then(|id| id.parse::<AccountId>().ok()) else { return Ok(false) };
    match payload {
        Payload::Suspend { .. } => accounts.lock_by(tx, id, by).await,
        Payload::Reinstate { .. } => accounts.unlock_by(tx, id, by).await,
        Payload::Unlock { .. } => accounts.forget_tries_by(tx, id, by).await,
        Payload::EndSessions { .. } => accounts.end_sessions_by(tx, id, by).await,
        Payload::ResetFactors { standing, .. } => {
            let now = accounts.standing_mark(tx, id).await?;
            Ok(now.as_ref() == Some(standing) && accounts.reset_factors_by(tx, id, by).await?)
        }
        _ => Ok(false),
    }
}

async fn with_staff(console: &Console, tx: &mut Tx, payload: &Payload, by: &Actor) -> Result<bool, DbError> {
    match payload {
        Payload::InviteStaff { name, roles } => {
            if store::people::named(tx, name).await?.is_some() {
                return Ok(false);
            }
            let id = console.put_down(tx, (name.clone(), Roles::parse(roles))).await?;
            let event = Event::StaffInvited { staff: id.to_string(), role: roles.clone(), how: "proposal".into() };
            console.note(tx, by, &event).await?;
            Ok(true)
        }
        Payload::ChangeRoles { staff, from, to } => {
            let Ok(id) = staff.parse::<StaffId>() else { return Ok(false) };
            if !store::people::change_roles(tx, id, from, to).await? {
                return Ok(false);
            }
            let event = Event::StaffRolesChanged { staff: staff.clone(), from: from.clone(), to: to.clone() };
            console.note(tx, by, &event).await?;
            Ok(true)
        }
        Payload::SuspendStaff { staff } => match staff.parse() {
            Ok(id) => console.keep_out(tx, id, by).await,
            Err(_) => Ok(false),
        },
        Payload::ReinstateStaff { staff } => {
            let Ok(id) = staff.parse::<StaffId>() else { return Ok(false) };
            // With the passkeys that they had; who has fewer than two makes them anew, by a link.
            let enough = store::keys::all(tx, id).await?.len() >= super::model::PASSKEYS;
            let to = if enough { State::Active } else { State::Invited };
            if !store::people::move_on(tx, id, State::Suspended, to).await? {
                return Ok(false);
            }
            // One that was opened in the moment in which they were kept out would count again now.
            store::people::end_sessions(tx, id).await?;
            console.note(tx, by, &Event::StaffReinstated { staff: staff.clone() }).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
