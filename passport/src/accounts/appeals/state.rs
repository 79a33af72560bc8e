//! The states of an appeal, and the one function that leads from each to the next.
//!
//! Two people of the staff have to agree before anything happens, and between them the present holder is heard: the order
//! is not for callers to keep, it is in here.

use shared::clock::Timestamp;

use super::model::Staff;
use crate::accounts::model::AccountId;

/// How an appeal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was begun; the photo is missing.
    Begun {
        /// Until when the photo can be sent.
        until: Timestamp,
    },
    /// It is complete, and waits for the staff.
    Submitted,
    /// Somebody of the staff found it credible, and the holder of the document is asked.
    Hearing {
        /// Who found it credible.
        first: Staff,
        /// The account that holds the document.
        holder: AccountId,
        /// Until when its holder can object.
        until: Timestamp,
    },
    /// The holder objected, or had their time; it waits for a second one of the staff.
    Deciding {
        /// Who found it credible.
        first: Staff,
        /// The account whose holder was heard.
        holder: AccountId,
    },
    /// Granted: the document is kept for who appealed.
    Granted {
        /// Until when they can bind it to an account.
        until: Timestamp,
    },
    /// Granted, and the document is bound to an account of who appealed.
    Bound,
    /// Refused.
    Refused,
    /// Taken back by who appealed.
    Withdrawn,
    /// The photo never came, or the document was never bound.
    Expired,
}

/// What happens to an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Its photo came.
    Photo,
    /// Somebody of the staff finds it credible.
    Agree {
        /// Who.
        staff: Staff,
        /// The account that holds the document at this moment.
        holder: Option<AccountId>,
        /// Until when the holder may object, if they are to be heard now.
        hearing: Timestamp,
        /// Until when the document may be bound, if it is granted now.
        binding: Timestamp,
    },
    /// Somebody of the staff refuses it.
    Refuse,
    /// The holder objects.
    Object,
    /// Who appealed takes it back.
    Withdraw,
    /// Who appealed binds the document to an account.
    Bind,
    /// The time is over that the state has.
    TimeOver,
}

/// Why an event leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// The appeal is not at that point, or past it.
    #[error("the appeal does not stand where that can be done")]
    NotNow,
    /// The second one is the first one.
    #[error("the second to agree has to be somebody else than the first")]
    SameStaff,
    /// Nobody has the document, so that there is nobody to hear and nothing to take away.
    #[error("no account holds that document")]
    NothingHeld,
}

impl State {
    /// What becomes of an appeal in this state.
    ///
    /// # Errors
    /// See [`NoWay`]; the appeal then stays as it is.
    pub fn after(&self, event: Event) -> Result<Self, NoWay> {
        Ok(match (self, event) {
            (Self::Begun { .. }, Event::Photo) => Self::Submitted,
            (Self::Submitted, Event::Agree { holder: None, .. }) => return Err(NoWay::NothingHeld),
            (Self::Submitted, Event::Agree { staff, holder: Some(holder), hearing, .. }) => {
                Self::Hearing { first: staff, holder, until: hearing }
            }
            (Self::Hearing { first, holder, .. }, Event::Object | Event::TimeOver) => {
                Self::Deciding { first: first.clone(), holder: *holder }
            }
            (Self::Deciding { first, .. }, Event::Agree { staff, .. }) if *first == staff => {
                return Err(NoWay::SameStaff);
            }
            // Another account holds it by now, whose holder nobody has heard.
            (Self::Deciding { first, holder }, Event::Agree { holder: Some(other), hearing, .. })
                if other != *holder =>
            {
                Self::Hearing { first: first.clone(), holder: other, until: hearing }
            }
            (Self::Deciding { .. }, Event::Agree { binding, .. }) => Self::Granted { until: binding },
            (Self::Submitted | Self::Hearing { .. } | Self::Deciding { .. }, Event::Refuse) => Self::Refused,
            (Self::Begun { .. } | Self::Submitted | Self::Hearing { .. } | Self::Deciding { .. }, Event::Withdraw) => {
                Self::Withdrawn
            }
            (Self::Begun { .. } | Self::Granted { .. }, Event::TimeOver) => Self::Expired,
            (Self::Granted { .. }, Event::Bind) => Self::Bound,
            _ => return Err(NoWay::NotNow),
        })
    }

    /// Its name, as it is stored and in keys of texts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "begun",
            Self::Submitted => "submitted",
            Self::Hearing { .. } => "hearing",
            Self::Deciding { .. } => "deciding",
            Self::Granted { .. } => "granted",
            Self::Bound => "bound",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// When [`Event::TimeOver`] comes, if it does by itself.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Begun { until } | Self::Hearing { until, .. } | Self::Granted { until } => Some(*until),
            _ => None,
        }
    }

    /// The account whose holder is heard, or was.
    pub const fn holder(&self) -> Option<AccountId> {
        match self {
            Self::Hearing { holder, .. } | Self::Deciding { holder, .. } => Some(*holder),
            _ => None,
        }
    }

    /// Who of the staff found it credible, as long as that counts.
    pub const fn first(&self) -> Option<&Staff> {
        match self {
            Self::Hearing { first, .. } | Self::Deciding { first, .. } => Some(first),
            _ => None,
        }
    }

    /// Whether nothing is decided yet.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Begun { .. } | Self::Submitted | Self::Hearing { .. } | Self::Deciding { .. })
    }

    /// Whether who appealed can take it back.
    pub fn may_withdraw(&self) -> bool {
        self.after(Event::Withdraw).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn staff(name: &str) -> Staff {
        Staff::parse(name).expect("a name")
    }

    fn account(last: u8) -> AccountId {
        format!("01890000-0000-7000-8000-0000000000{last:02}").parse().expect("an id")
    }

    fn states() -> Vec<State> {
        vec![
            State::Begun { until: NOW },
            State::Submitted,
            State::Hearing { first: staff("wang"), holder: account(1), until: NOW },
            State::Deciding { first: staff("wang"), holder: account(1) },
            State::Granted { until: NOW },
            State::Bound,
            State::Refused,
            State::Withdrawn,
            State::Expired,
        ]
    }

    fn agree(name: &str, holder: Option<u8>) -> Event {
        Event::Agree { staff: staff(name), holder: holder.map(account), hearing: NOW + DAY, binding: NOW + 2 * DAY }
    }

    /// What each event makes of each state: a row an event, a column a state; `.` is “not now”.
    const TABLE: [(&str, [&str; 9]); 11] = [
        //           begun       submitted      hearing      deciding     granted    bound refused withdrawn expired
        ("photo", ["submitted", ".", ".", ".", ".", ".", ".", ".", "."]),
        ("agree", [".", "hearing", ".", "granted", ".", ".", ".", ".", "."]),
        ("agree-again", [".", "hearing", ".", "same", ".", ".", ".", ".", "."]),
        ("agree-other", [".", "hearing", ".", "hearing", ".", ".", ".", ".", "."]),
        ("agree-none", [".", "nothing", ".", "granted", ".", ".", ".", ".", "."]),
        ("agree-again-none", [".", "nothing", ".", "same", ".", ".", ".", ".", "."]),
        ("refuse", [".", "refused", "refused", "refused", ".", ".", ".", ".", "."]),
        ("object", [".", ".", "deciding", ".", ".", ".", ".", ".", "."]),
        ("withdraw", ["withdrawn", "withdrawn", "withdrawn", "withdrawn", ".", ".", ".", ".", "."]),
        ("bind", [".", ".", ".", ".", "bound", ".", ".", ".", "."]),
        ("time", ["expired", ".", "deciding", ".", "expired", ".", ".", ".", "."]),
    ];

    fn event(name: &str) -> Event {
        match name {
            "photo" => Event::Photo,
            "agree" => agree("li", Some(1)),
            "agree-again" => agree("wang", Some(1)),
            "agree-other" => agree("li", Some(2)),
            "agree-none" => agree("li", None),
            "agree-again-none" => agree("wang", None),
            "refuse" => Event::Refuse,
            "object" => Event::Object,
            "withdraw" => Event::Withdraw,
            "bind" => Event::Bind,
            _ => Event::TimeOver,
        }
    }

    fn told(after: &Result<State, NoWay>) -> &'static str {
        match after {
            Ok(state) => state.code(),
            Err(NoWay::NotNow) => ".",
            Err(NoWay::SameStaff) => "same",
            Err(NoWay::NothingHeld) => "nothing",
        }
    }

    #[test]
    fn every_event_in_every_state_leads_where_the_table_says() {
        for (name, row) in TABLE {
            for (state, expected) in states().iter().zip(row) {
                assert_eq!(told(&state.after(event(name))), expected, "{name} in {state:?}");
            }
        }
    }

    /// Every way through the states, as long as it leads on.
    fn walk(state: &State, way: &mut Vec<&'static str>, seen: &mut impl FnMut(&State, &[&'static str])) {
        seen(state, way);
        // Longer ways only hear one holder after the other.
        if way.len() == 8 {
            return;
        }
        for (name, _) in TABLE {
            if let Ok(next) = state.after(event(name)) {
                way.push(name);
                walk(&next, way, seen);
                way.pop();
            }
        }
    }

    #[test]
    fn no_way_leads_to_a_grant_without_a_photo_a_hearing_and_two_of_the_staff() {
        let mut granted = 0;
        walk(&State::Begun { until: NOW }, &mut Vec::new(), &mut |state, way| {
            if !matches!(state, State::Granted { .. } | State::Bound) {
                return;
            }
            granted += 1;
            let at = |names: &[&str]| way.iter().position(|step| names.contains(step));
            let heard = at(&["object", "time"]).expect("the holder is heard");
            let last = way.iter().rposition(|step| step.starts_with("agree")).expect("somebody agrees");
            let first = at(&["agree", "agree-again", "agree-other"]).expect("somebody agrees first");
            assert!(way[0] == "photo" && first < heard && heard < last, "{way:?}");
            let is_wang = |at: usize| way[at].starts_with("agree-again");
            assert_ne!(is_wang(first), is_wang(last), "one of them twice: {way:?}");
        });
        assert!(granted > 10, "{granted}");
    }

    #[test]
    fn what_is_decided_stays_so() {
        for state in states().iter().filter(|state| !state.is_open()) {
            for (name, _) in TABLE.iter().filter(|(name, _)| !["bind", "time"].contains(name)) {
                assert_eq!(state.after(event(name)), Err(NoWay::NotNow), "{name} in {state:?}");
            }
        }
    }

    #[test]
    fn a_time_that_ends_by_itself_is_one_that_something_follows() {
        for state in states() {
            assert_eq!(state.until().is_some(), state.after(Event::TimeOver).is_ok(), "{state:?}");
        }
    }
}
