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
    /// A code that was sent to the account's number by SMS.
    SmsCode,
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
    /// Whether the account has a number that a code may go to.
    pub number: bool,
    /// The least context class that is asked for.
    pub wanted: Acr,
}

/// The state after that event; `None` where it leads nowhere.
pub fn next(state: State, event: Event, with: Circumstances) -> Option<State> {
    let Circumstances { enrolled, trusted, number, wanted } = with;
    let signed_in = |may: bool, shown| may.then_some(State::SignedIn(shown));
    match (state, event) {
        // Whoever is signed in begins anew to sign in once more.
        (State::SignedIn(_), _) => None,
        (State::Nobody | State::PasswordShown, Event::Password) => Some(match enrolled.any() {
            false => State::SignedIn(Shown::Password),
            // A sign-in with an SMS ranks no higher than one that leaves it out, so nothing could tell them apart later.
            true if trusted && wanted <= Acr::One && !enrolled.sms => State::SignedIn(Shown::PasswordRemembered),
            true => State::PasswordShown,
        }),
        (State::Nobody, Event::Passkey) => signed_in(enrolled.passkey, Shown::Passkey),
        (State::Nobody, Event::AppCode | Event::RecoveryCode | Event::SmsCode) => None,
        (State::PasswordShown, Event::AppCode) => signed_in(enrolled.authenticator, Shown::PasswordAndAppCode),
        (State::PasswordShown, Event::RecoveryCode) => {
            let shown = if enrolled.sms { Shown::PasswordAndSmsRecoveryCode } else { Shown::PasswordAndRecoveryCode };
            signed_in(enrolled.any() && enrolled.recovery_code, shown)
        }
        (State::PasswordShown, Event::SmsCode) => signed_in(enrolled.sms && number, Shown::PasswordAndSmsCode),
        (State::PasswordShown, Event::Passkey) => signed_in(enrolled.passkey, Shown::PasswordAndPasskey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 5] = [Event::Password, Event::AppCode, Event::RecoveryCode, Event::SmsCode, Event::Passkey];

    fn states() -> Vec<State> {
        [State::Nobody, State::PasswordShown].into_iter().chain(Shown::ALL.map(State::SignedIn)).collect()
    }

    fn circumstances() -> impl Iterator<Item = Circumstances> {
        (0..64_u8).flat_map(|bits| {
            let bit = move |n: u8| bits & (1 << n) != 0;
            // Codes by SMS are never beside an app or a passkey.
            let sms = bit(4) && !bit(0) && !bit(1);
            let enrolled = Enrolled { authenticator: bit(0), passkey: bit(1), sms, recovery_code: bit(2) };
            Acr::ALL.map(|wanted| Circumstances { enrolled, trusted: bit(3), number: bit(5), wanted })
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
                let steps = [Event::AppCode, Event::RecoveryCode, Event::SmsCode, Event::Passkey];
                let second = steps.into_iter().any(showed);
                let remembered = with.trusted && with.wanted == Acr::One && !with.enrolled.sms;
                let may_be_left_out = !with.enrolled.any() || remembered;
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
                let by_recovery_code =
                    if with.enrolled.sms { Shown::PasswordAndSmsRecoveryCode } else { Shown::PasswordAndRecoveryCode };
                assert_eq!(shown == by_recovery_code, recovered, "{with:?}: {events:?}");
                assert_eq!(shown == Shown::PasswordAndSmsCode, last == Some(Event::SmsCode), "{with:?}: {events:?}");
                assert!(!with.enrolled.sms || shown.acr() == Acr::One, "by the number no more: {with:?}: {events:?}");
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
                assert!((with.enrolled.sms && with.number) || at(Event::SmsCode).is_none(), "{with:?}");
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
            // Who has lost the number and the sheet of recovery codes goes the way of a reset, which waits.
            let stranded = with.enrolled.sms && !with.number && !with.enrolled.recovery_code;
            assert_eq!(reached.max(), (!stranded).then_some(most), "{with:?}");
        }
    }

    #[test]
    fn each_state_takes_the_events_that_an_account_with_sms_leads_on_by_and_no_others() {
        let with = |number, recovery_code| Circumstances {
            enrolled: Enrolled { sms: true, recovery_code, ..Enrolled::default() },
            trusted: true,
            number,
            wanted: Acr::One,
        };
        let by = |shown| Some(State::SignedIn(shown));
        for (number, code) in [(true, true), (true, false), (false, true), (false, false)] {
            for state in states() {
                for event in EVENTS {
                    let expected = match (state, event) {
                        (State::Nobody | State::PasswordShown, Event::Password) => Some(State::PasswordShown),
                        (State::PasswordShown, Event::SmsCode) if number => by(Shown::PasswordAndSmsCode),
                        (State::PasswordShown, Event::RecoveryCode) if code => by(Shown::PasswordAndSmsRecoveryCode),
                        _ => None,
                    };
                    assert_eq!(next(state, event, with(number, code)), expected, "{state:?}, {event:?}");
                }
            }
        }
    }
}
