//! The states of a sign-in, and what leads from one to another: all of it stands here.
//!
//! Pages and operations ask [`next`] and do as it says. A step that it does not know is none, in whatever order requests
//! come: so no order of them leaves a factor out.

use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::factors::Enrolled;

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has shown anything.
    Nobody,
    /// The password was right, and that is not enough.
    PasswordShown,
    /// It is over.
    SignedIn(Shown),
}

/// What was shown, and found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The password.
    Password,
    /// A code of the authenticator app.
    AppCode,
    /// A recovery code.
    RecoveryCode,
    /// A passkey of the account, which verified its user.
    Passkey,
}

/// What else the way depends on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// What the account has.
    pub enrolled: Enrolled,
    /// Whether this browser may leave the second step out.
    pub trusted: bool,
    /// The least context class that is asked for.
    pub wanted: Acr,
}

/// The state after that event; `None` where it leads nowhere.
pub fn next(state: State, event: Event, with: Circumstances) -> Option<State> {
    let Circumstances { enrolled, trusted, wanted } = with;
    let signed_in = |may: bool, shown| may.then_some(State::SignedIn(shown));
    match (state, event) {
        // Whoever is signed in begins anew to sign in once more.
        (State::SignedIn(_), _) => None,
        (State::Nobody | State::PasswordShown, Event::Password) => Some(match enrolled.any() {
            false => State::SignedIn(Shown::Password),
            true if trusted && wanted <= Acr::One => State::SignedIn(Shown::PasswordRemembered),
            true => State::PasswordShown,
        }),
        (State::Nobody, Event::Passkey) => signed_in(enrolled.passkey, Shown::Passkey),
        (State::Nobody, Event::AppCode | Event::RecoveryCode) => None,
        (State::PasswordShown, Event::AppCode) => signed_in(enrolled.authenticator, Shown::PasswordAndAppCode),
        (State::PasswordShown, Event::RecoveryCode) => {
            signed_in(enrolled.any() && enrolled.recovery_code, Shown::PasswordAndRecoveryCode)
        }
        (State::PasswordShown, Event::Passkey) => signed_in(enrolled.passkey, Shown::PasswordAndPasskey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 4] = [Event::Password, Event::AppCode, Event::RecoveryCode, Event::Passkey];

    fn states() -> Vec<State> {
        [State::Nobody, State::PasswordShown].into_iter().chain(Shown::ALL.map(State::SignedIn)).collect()
    }

    fn circumstances() -> impl Iterator<Item = Circumstances> {
        (0..16_u8).flat_map(|bits| {
            let bit = move |n: u8| bits & (1 << n) != 0;
            let enrolled = Enrolled { authenticator: bit(0), passkey: bit(1), recovery_code: bit(2) };
            Acr::ALL.into_iter().map(move |wanted| Circumstances { enrolled, trusted: bit(3), wanted })
        })
    }

    /// Every way through the machine, with what was shown on it.
    fn ways(with: Circumstances) -> Vec<(Vec<Event>, State)> {
        let mut found = vec![(Vec::new(), State::Nobody)];
        for _ in 0..3 {
            let longer: Vec<_> = found
                .iter()
                .flat_map(|(events, state)| {
                    EVENTS.into_iter().filter_map(move |event| {
                        Some(([events.as_slice(), &[event]].concat(), next(*state, event, with)?))
                    })
                })
                .collect();
            found.extend(longer);
        }
        found
    }

    #[test]
    fn no_order_of_events_leaves_a_factor_out() {
        for with in circumstances() {
            for (events, state) in ways(with) {
                let State::SignedIn(shown) = state else { continue };
                let showed = |event| events.contains(&event);
                let second = showed(Event::AppCode) || showed(Event::RecoveryCode) || showed(Event::Passkey);
                let may_be_left_out = !with.enrolled.any() || (with.trusted && with.wanted == Acr::One);
                assert!(second || may_be_left_out, "{with:?}: {events:?}");
                assert!(showed(Event::Password) || shown == Shown::Passkey, "{with:?}: {events:?}");
                assert_eq!(shown.amr().contains(&"pwd"), showed(Event::Password), "{with:?}: {events:?}");
                assert_eq!(shown.acr() == Acr::PhishingResistant, showed(Event::Passkey), "{with:?}: {events:?}");
                assert!(shown.acr() < Acr::Two || second, "a browser that is trusted is no factor: {with:?}");
                let left_out = with.enrolled.any() && !second;
                assert_eq!(shown == Shown::PasswordRemembered, left_out, "{with:?}: {events:?}");
                let last = events.last().copied();
                assert_eq!(shown == Shown::PasswordAndAppCode, last == Some(Event::AppCode), "{with:?}: {events:?}");
                let recovered = last == Some(Event::RecoveryCode);
                assert_eq!(shown == Shown::PasswordAndRecoveryCode, recovered, "{with:?}: {events:?}");
            }
        }
    }

    #[test]
    fn what_the_account_does_not_have_leads_nowhere() {
        for with in circumstances() {
            for state in states() {
                let at = |event| next(state, event, with);
                assert!(with.enrolled.authenticator || at(Event::AppCode).is_none(), "{with:?}");
                assert!(with.enrolled.recovery_code || at(Event::RecoveryCode).is_none(), "{with:?}");
                assert!(with.enrolled.passkey || at(Event::Passkey).is_none(), "{with:?}");
            }
        }
    }

    #[test]
    fn a_sign_in_that_is_over_takes_up_nothing() {
        for with in circumstances() {
            for state in states().into_iter().filter(|state| matches!(state, State::SignedIn(_))) {
                assert!(EVENTS.into_iter().all(|event| next(state, event, with).is_none()), "{with:?}");
            }
        }
    }

    #[test]
    fn everybody_can_finish_with_what_they_have() {
        for with in circumstances() {
            let reached = ways(with).into_iter().filter_map(|(_, state)| match state {
                State::SignedIn(shown) => Some(shown.acr()),
                _ => None,
            });
            // Where the step is left out there is no way to it, but by asking for two factors.
            let left_out = with.trusted && with.wanted == Acr::One && !with.enrolled.passkey;
            let most = if left_out { Acr::One } else { with.enrolled.reach() };
            assert_eq!(reached.max(), Some(most), "{with:?}");
        }
    }
}
