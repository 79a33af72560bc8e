//! What an event on record means to sites: the one table of it.
//!
//! What is no concern of a site, or would help who tries out passwords, is told to nobody: a lock that ends by itself,
//! a sign-in, what somebody asked for and did not do yet.

use std::collections::BTreeMap;

use crate::audit::{Actor, Event};
use crate::clients::signals::EventType;

/// One thing that sites are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause<'e> {
    /// What of.
    pub event: EventType,
    /// Of which session alone.
    pub session: Option<&'e str>,
    /// What is said about it.
    pub members: BTreeMap<String, String>,
}

/// What follows for sites from an event on record, by whoever did it.
pub fn of<'e>(event: &'e Event, actor: &Actor) -> Vec<Cause<'e>> {
    match event {
        // One with an end is no more than too many tries.
        Event::AccountLocked { until: None, .. } => vec![plain(EventType::AccountDisabled)],
        // Under 14, and nobody answers for them.
        Event::GuardianNeeded { .. } | Event::GuardianWithdrew { .. } => vec![plain(EventType::AccountDisabled)],
        // Beside a change that is undone (`AccountFrozen`) a case is opened too: of the two, this one is told.
        Event::CaseOpened { .. } => vec![
            with(EventType::AccountDisabled, [("reason", "hijacking")]),
            plain(EventType::CredentialChangeRequired),
        ],
        Event::AccountUnlocked { .. }
        | Event::GuardianConsented { .. }
        | Event::AgeRestated { .. }
        | Event::CameOfAge { .. } => vec![plain(EventType::AccountEnabled)],
        Event::AccountClosed { .. } => vec![plain(EventType::AccountPurged)],
        Event::PasswordChanged { .. } => vec![credential("update", "password", actor)],
        Event::PasswordReset { reopened, .. } => {
            let mut causes = vec![credential("update", "password", actor)];
            causes.extend(reopened.then(|| plain(EventType::AccountEnabled)));
            causes
        }
        Event::PasswordRemoved { .. } => vec![credential("delete", "password", actor)],
        Event::FactorAdded { factor, .. } if factor == "recovery_codes" => {
            vec![credential("update", "recovery-codes", actor)]
        }
        Event::FactorAdded { factor, .. } => vec![credential("create", credential_type(factor), actor)],
        Event::FactorRemoved { factor, .. } => vec![credential("delete", credential_type(factor), actor)],
        Event::ContactChanged { .. } => {
            vec![plain(EventType::IdentifierChanged), plain(EventType::RecoveryInformationChanged)]
        }
        Event::ContactDetached { .. } => {
            vec![plain(EventType::IdentifierRecycled), plain(EventType::RecoveryInformationChanged)]
        }
        Event::SessionEnded { session, .. } => {
            vec![Cause { session: Some(session), ..with(EventType::SessionRevoked, [initiator(actor)]) }]
        }
        _ => Vec::new(),
    }
}

fn plain(event: EventType) -> Cause<'static> {
    with(event, [])
}

fn with<const N: usize>(event: EventType, members: [(&str, &str); N]) -> Cause<'static> {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Cause { event, session: None, members: members.collect() }
}

/// CAEP §3.3.1
fn credential(change: &str, of: &str, actor: &Actor) -> Cause<'static> {
    with(EventType::CredentialChange, [("change_type", change), ("credential_type", of), initiator(actor)])
}

/// The types of CAEP §3.3.1, and ours where it has none: how a passkey is kept is not known here, and who lost all of
/// their second factors may have had any.
fn credential_type(factor: &str) -> &'static str {
    match factor {
        "authenticator" => "app",
        "passkey" => "passkey",
        "sms" => "sms",
        "recovery_codes" => "recovery-codes",
        _ => "second-factors",
    }
}

/// CAEP §2
fn initiator(actor: &Actor) -> (&'static str, &'static str) {
    let entity = match actor {
        Actor::Operator | Actor::Staff(_) => "admin",
        Actor::System => "system",
        _ => "user",
    };
    ("initiating_entity", entity)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audit::samples;

    #[test]
    fn every_type_that_can_be_chosen_has_a_cause_and_no_event_tells_the_same_twice() {
        let mut caused = BTreeSet::new();
        for event in samples::all() {
            let causes = of(&event, &Actor::System);
            let kinds: BTreeSet<_> = causes.iter().map(|cause| cause.event).collect();
            assert_eq!(kinds.len(), causes.len(), "{event:?}");
            assert!(causes.is_empty() || event.account().is_some(), "{event:?} is about nobody");
            caused.extend(kinds);
        }
        assert_eq!(caused, BTreeSet::from(EventType::CHOSEN));
    }

    #[test]
    fn a_lock_that_ends_by_itself_is_told_to_nobody() {
        let locked = |until| Event::AccountLocked { account: "a".to_owned(), until };
        assert_eq!(of(&locked(Some(1)), &Actor::System), []);
        assert_eq!(of(&locked(None), &Actor::Operator), [plain(EventType::AccountDisabled)]);
    }

    #[test]
    fn nobody_is_told_that_an_account_is_open_that_was_never_shut() {
        let reset = |reopened| Event::PasswordReset { account: "a".to_owned(), sessions_ended: 0, reopened };
        assert_eq!(of(&reset(false), &Actor::System).len(), 1);
        assert_eq!(of(&reset(true), &Actor::System)[1], plain(EventType::AccountEnabled));
    }
}
