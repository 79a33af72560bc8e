//! How parts stand, judged by what was seen of them.

use shared::status::{Part, State};

use crate::delivery::Channel;
use crate::delivery::store::Flow;

/// Fewer messages that do not get through tell nothing: some receivers never answer.
const TELLING: i64 = 3;

/// What was seen at a look.
pub(super) struct Facts {
    /// Whether the database answers.
    pub(super) database: bool,
    /// Whether this node may sign.
    pub(super) may_sign: bool,
    /// Whether passwords were turned away lately, since too many waited.
    pub(super) turned_away: bool,
    /// By which ways messages can leave.
    pub(super) channels: Vec<Channel>,
    /// What leaves by them, as far as the database told.
    pub(super) flows: Vec<(Channel, Flow)>,
}

impl Facts {
    /// How messages of that channel get through; `None` without a way out.
    fn channel(&self, channel: &Channel) -> Option<State> {
        let flow = self.flows.iter().find(|(one, _)| one == channel).map(|(_, flow)| *flow);
        let state = if self.database { flow.map_or(State::Unknown, delivery) } else { State::Down };
        self.channels.contains(channel).then_some(state)
    }
}

/// Every part that there is, in order.
pub(super) fn parts(facts: &Facts) -> Vec<(Part, State)> {
    let works = |yes: bool| if yes { State::Ok } else { State::Down };
    let passwords = if facts.turned_away { State::Degraded } else { State::Ok };
    let (mail, sms) = (facts.channel(&Channel::Mail), facts.channel(&Channel::Sms));
    // Whoever registers is asked to prove a contact: one of the two ways is enough. Where there are none at all, nobody
    // expects to hear from us.
    let mut ways = [mail, sms].into_iter().flatten().peekable();
    let reached = ways.peek().is_none() || ways.any(|state| state != State::Down);
    let proof = if reached { State::Ok } else { State::Degraded };
    let stored = works(facts.database);
    let all = [
        (Part::SignIn, Some(stored.max(passwords))),
        (Part::Registration, Some(stored.max(passwords).max(proof))),
        (Part::Tokens, Some(stored.max(works(facts.may_sign)))),
        (Part::Mail, mail),
        (Part::Sms, sms),
        (Part::Database, Some(stored)),
        (Part::Keys, Some(works(facts.may_sign))),
    ];
    all.into_iter().filter_map(|(part, state)| Some((part, state?))).collect()
}

/// How messages get through: not at all, or fewer than do not.
fn delivery(flow: Flow) -> State {
    match flow {
        Flow { stuck, .. } if stuck < TELLING => State::Ok,
        Flow { sent: 0, .. } => State::Down,
        Flow { sent, stuck } if stuck > sent => State::Degraded,
        Flow { .. } => State::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well() -> Facts {
        let flow = Flow { sent: 9, stuck: 0 };
        Facts {
            database: true,
            may_sign: true,
            turned_away: false,
            channels: vec![Channel::Mail, Channel::Sms],
            flows: vec![(Channel::Mail, flow), (Channel::Sms, flow)],
        }
    }

    /// The parts that do not stand well.
    fn unwell(facts: &Facts) -> Vec<(Part, State)> {
        parts(facts).into_iter().filter(|(_, state)| *state != State::Ok).collect()
    }

    #[test]
    fn when_all_is_well_every_part_says_so() {
        assert_eq!(parts(&well()).len(), Part::ALL.len());
        assert_eq!(unwell(&well()), []);
    }

    #[test]
    fn without_the_database_nothing_works_but_the_keys() {
        let down = |part| (part, State::Down);
        let all = [Part::SignIn, Part::Registration, Part::Tokens, Part::Mail, Part::Sms, Part::Database];
        assert_eq!(unwell(&Facts { database: false, ..well() }), all.map(down));
    }

    #[test]
    fn a_node_that_may_not_sign_gives_no_tokens_and_lets_people_sign_in() {
        let facts = Facts { may_sign: false, ..well() };
        assert_eq!(unwell(&facts), [(Part::Tokens, State::Down), (Part::Keys, State::Down)]);
    }

    #[test]
    fn passwords_that_are_turned_away_slow_signing_in_and_registering() {
        let facts = Facts { turned_away: true, ..well() };
        assert_eq!(unwell(&facts), [(Part::SignIn, State::Degraded), (Part::Registration, State::Degraded)]);
    }

    #[test]
    fn a_few_messages_that_are_stuck_tell_nothing_and_many_do() {
        assert_eq!(delivery(Flow { sent: 0, stuck: 2 }), State::Ok, "two addresses that never answer");
        assert_eq!(delivery(Flow { sent: 0, stuck: 3 }), State::Down);
        assert_eq!(delivery(Flow { sent: 2, stuck: 3 }), State::Degraded);
        assert_eq!(delivery(Flow { sent: 50, stuck: 20 }), State::Ok);
    }

    #[test]
    fn one_way_to_be_reached_is_enough_to_register() {
        let stuck = Flow { sent: 0, stuck: 9 };
        let of = |mail, sms| Facts { flows: vec![(Channel::Mail, mail), (Channel::Sms, sms)], ..well() };
        let sent = Flow { sent: 9, stuck: 0 };
        assert_eq!(unwell(&of(stuck, sent)), [(Part::Mail, State::Down)]);
        let registration = (Part::Registration, State::Degraded);
        assert_eq!(unwell(&of(stuck, stuck)), [registration, (Part::Mail, State::Down), (Part::Sms, State::Down)]);
    }

    #[test]
    fn a_way_that_does_not_exist_is_no_part() {
        let facts = Facts { channels: vec![Channel::Mail], ..well() };
        assert!(parts(&facts).iter().all(|(part, _)| *part != Part::Sms));
        assert_eq!(unwell(&Facts { channels: Vec::new(), ..well() }), [], "nor a trouble");
    }
}
