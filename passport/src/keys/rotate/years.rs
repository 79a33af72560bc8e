//! The rules over simulated years: whatever operators ask for, however nodes lag and however seldom anybody tends to the
//! keys.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::back::may_return;
use super::forecast::{after, next_due};
use super::*;
use crate::keys::pin::model::{LONGEST, Pin, PinWanted};

/// What happens at one moment.
#[derive(Debug, Clone)]
enum Event {
    /// Time passes.
    Wait(u64),
    /// Time passes until exactly the next thing is due.
    UntilDue,
    /// An operator rotates, at once or some seconds ahead.
    Rotate { alg: Alg, ahead: Option<u64>, without_trial: bool },
    /// An operator tries the staged key for so many seconds.
    Try(Alg, u64),
    /// An operator ends a trial.
    Stop(Alg),
    /// A client stays with a key for so many seconds: with that one of all, or with the one that signs for it.
    Pin(Alg, u8, u64, Option<usize>),
    /// Nor does it any more.
    Unpin(u8),
    /// An operator lets the former key sign again.
    Return(Alg),
    /// Somebody has one of the keys.
    Compromise(usize),
    /// Nodes follow up to now, or there are none.
    Follow(bool),
    /// A node ceases to follow, and lives.
    Lag,
}

fn event() -> impl Strategy<Value = Event> {
    let alg = prop::sample::select(Alg::ALL.to_vec());
    prop_oneof![
        4 => (1_u64..30 * 86_400).prop_map(Event::Wait),
        4 => (1_u64..7_200).prop_map(Event::Wait),
        4 => Just(Event::UntilDue),
        2 => (alg.clone(), prop::option::of(0_u64..40 * 86_400), any::<bool>()).prop_map(
            |(alg, ahead, without_trial)| Event::Rotate { alg, ahead, without_trial },
        ),
        3 => (alg.clone(), 60_u64..90_000).prop_map(|(alg, lasts)| Event::Try(alg, lasts)),
        1 => alg.clone().prop_map(Event::Stop),
        2 => alg.clone().prop_map(Event::Return),
        3 => (alg, 0_u8..3, 60_u64..100 * 86_400, prop::option::of(any::<prop::sample::Index>())).prop_map(
            |(alg, client, lasts, key)| Event::Pin(alg, client, lasts, key.map(|index| index.index(1_000))),
        ),
        1 => (0_u8..3).prop_map(Event::Unpin),
        1 => any::<prop::sample::Index>().prop_map(|index| Event::Compromise(index.index(1_000))),
        4 => any::<bool>().prop_map(Event::Follow),
        1 => Just(Event::Lag),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let seconds = Duration::from_secs;
    let lives = (61_u64..86_400, 2_u64..400, 900_u64..30 * 86_400, 1_u64..1_000);
    let returns = prop_oneof![Just(0), 1_u64..7 * 86_400];
    (lives, returns, any::<bool>()).prop_map(move |((publish, active, verify, hint), returns, trial_required)| Policy {
        publish_for: seconds(publish),
        active_for: seconds(active * 86_400),
        verify_for: seconds(verify),
        hint_for: seconds(hint * 86_400),
        return_within: seconds(returns),
        trial_required,
    })
}

/// A house in the course of time.
struct House {
    policy: Policy,
    now: Timestamp,
    keys: Vec<KeyRecord>,
    revision: i64,
    served: Option<i64>,
    /// When each key went to which state.
    past: HashMap<String, Vec<(&'static str, Timestamp)>>,
}

impl House {
    fn act(&mut self, request: &Request) {
        let moment = Moment { policy: &self.policy, now: self.now, served: self.served };
        let emergencies: Vec<Alg> = Alg::ALL.into_iter().filter(|alg| !self.keeps_active(*alg, request)).collect();
        for step in plan(&self.keys, &moment, request) {
            self.revision += 1;
            let count = self.keys.len();
            self.allowed(&step, &emergencies);
            after(&mut self.keys, &step, self.now, &self.revision.to_string());
            for key in &mut self.keys[count..] {
                key.published_in = self.revision;
            }
            self.write_down();
        }
        for alg in Alg::ALL {
            assert_eq!((self.count(alg, "active"), self.count(alg, "staged")), (1, 1), "{alg}");
        }
        for key in &self.keys {
            let stand = || key.pins.standing();
            assert!(stand().all(|pin| self.now < pin.until), "a pin is not ended by itself");
            // Who stays with a key can be signed for, and what was signed can be verified.
            let able = matches!(key.state, KeyState::Active { .. }) || key.pins.keeps_half;
            assert!(stand().next().is_none() || able, "nothing signs for who stays with it");
            let returns = may_return(key, &self.policy, self.now);
            assert!(!key.pins.keeps_half || stand().next().is_some() || returns, "a private half is kept for nobody");
            if let KeyState::Retiring { since, until } = key.state {
                assert!(stand().all(|pin| pin.until <= since + LONGEST), "somebody stays for ever");
                let needed = stand().all(|pin| pin.until + self.policy.verify_for <= until);
                assert!(needed, "a token for a client that stays outlives the key");
            }
        }
        for alg in Alg::ALL {
            let of_alg = self.keys.iter().filter(|key| key.alg == alg);
            let mut clients: Vec<_> = of_alg.flat_map(|key| &key.pins.clients).map(|pin| &pin.client).collect();
            clients.sort_unstable();
            assert!(clients.windows(2).all(|two| two[0] != two[1]), "a client stays with two keys");
        }
        for key in self.keys.iter().filter(|key| key.tried.running().is_some()) {
            assert_eq!(key.state.as_str(), "staged", "a trial outlives what it tries");
            let trial = key.tried.running().expect("a trial");
            assert!(self.now < trial.judged_at(), "a trial is not ended by itself");
        }
    }

    /// Whether the algorithm has a key that signs, and the request does not take it away.
    fn keeps_active(&self, alg: Alg, request: &Request) -> bool {
        let taken = |key: &KeyRecord| matches!(request, Request::Compromise { kid } if *kid == key.kid);
        let mut active = self.keys.iter().filter(|key| matches!(key.state, KeyState::Active { .. }));
        active.any(|key| key.alg == alg && !taken(key))
    }

    fn count(&self, alg: Alg, state: &str) -> usize {
        self.keys.iter().filter(|key| key.alg == alg && key.state.as_str() == state).count()
    }

    fn write_down(&mut self) {
        for key in &self.keys {
            let past = self.past.entry(key.kid.clone()).or_default();
            if past.last().is_none_or(|(state, _)| *state != key.state.as_str()) {
                past.push((key.state.as_str(), self.now));
            }
        }
    }

    /// What must be so when that step is taken.
    fn allowed(&self, step: &Step, emergencies: &[Alg]) {
        let key = |kid: &str| self.keys.iter().find(|key| key.kid == kid).expect("a key");
        let since = |kid: &str, state: &str| {
            let past = self.past.get(kid).into_iter().flatten();
            past.rev().find(|(name, _)| *name == state).map(|(_, at)| *at)
        };
        match step {
            Step::Activate { kid } => {
                let key = key(kid);
                assert!(key.state.is_published(), "nobody knows it");
                assert!(key.tried.running().is_none(), "its trial goes on");
                if !emergencies.contains(&key.alg) {
                    let cleared = !self.policy.trial_required || key.tried.is_cleared();
                    assert!(cleared, "a trial is required");
                    assert!(self.now.since(key.times.made) >= self.policy.publish_for, "sites may not know it");
                    assert!(self.served.is_none_or(|served| served >= key.published_in), "a node may not know it");
                }
            }
            Step::Archive { kid, .. } => {
                let signed = key(kid).pins.clients.iter().map(Pin::over_at).max();
                let over = signed.is_none_or(|last| self.now.since(last) >= self.policy.verify_for);
                assert!(over, "a token for a client that stayed outlives the key");
                let retired = since(kid, "retiring").expect("it was retiring");
                assert!(self.now.since(retired) >= self.policy.verify_for, "a token outlives its key");
            }
            Step::Destroy { kid, compromised: false } => {
                let archived = since(kid, "archived").expect("it was archived");
                assert!(self.now.since(archived) >= self.policy.hint_for, "a hint outlives its key");
            }
            Step::BeginTrial { kid, until, .. } => {
                let key = key(kid);
                assert!(self.now.since(key.times.made) >= self.policy.publish_for, "sites may not know it");
                assert!(self.served.is_none_or(|served| served >= key.published_in), "a node may not know it");
                assert!(key.tried.running().is_none(), "two trials at once");
                assert!(until.since(self.now) <= Duration::from_secs(86_400), "it never ends");
            }
            Step::Return { kid } => {
                let key = key(kid);
                assert!(
                    matches!(key.state, KeyState::Retiring { until, .. } if self.now < until),
                    "sites may have forgotten it"
                );
                assert!(may_return(key, &self.policy, self.now), "nothing is left of it to sign with");
                assert!(self.served.is_none_or(|served| served >= key.published_in), "a node may not know it");
            }
            Step::EndTrial { kid, over: TrialOver::ToBeJudged } => {
                let trial = key(kid).tried.running().expect("a trial");
                assert!(self.now >= trial.judged_at(), "it is judged too soon");
            }
            Step::Destroy { .. }
            | Step::EndTrial { .. }
            | Step::Pin { .. }
            | Step::EndPin { .. }
            | Step::DropHalf { .. }
            | Step::PublishUntil { .. }
            | Step::Waive { .. }
            | Step::CreateActive(_)
            | Step::CreateStaged(_)
            | Step::Plan { .. }
            | Step::Retire { .. } => {}
        }
    }

    fn live(&mut self, event: &Event) {
        match event {
            Event::Wait(seconds) => self.now = self.now + Duration::from_secs(*seconds),
            Event::UntilDue => self.now = self.now.max(next_due(&self.keys, &self.policy).unwrap_or(self.now)),
            Event::Follow(nodes) => self.served = nodes.then_some(self.revision),
            Event::Lag => self.served = Some(self.served.unwrap_or(0)),
            Event::Rotate { alg, ahead, without_trial } => {
                let at = ahead.map(|seconds| self.now + Duration::from_secs(seconds));
                self.act(&Request::Rotate { alg: *alg, at, without_trial: *without_trial });
            }
            Event::Try(alg, seconds) => {
                let (algs, lasts) = (vec![*alg], Duration::from_secs(*seconds));
                self.act(&Request::Trial { algs, lasts, clients: Vec::new() });
            }
            Event::Return(alg) => self.act(&Request::Return { algs: vec![*alg] }),
            Event::Stop(alg) => self.act(&Request::StopTrial { algs: vec![*alg] }),
            Event::Pin(alg, client, seconds, index) => {
                let key = index.map(|index| &self.keys[index % self.keys.len()]);
                let (kid, alg) = (key.map(|key| key.kid.clone()), key.map_or(*alg, |key| key.alg));
                let (client, until) = (client.to_string(), self.now + Duration::from_secs(*seconds));
                self.act(&Request::Pin(PinWanted { client, alg, kid, until }));
            }
            Event::Unpin(client) => {
                let (client, algs) = (client.to_string(), Alg::ALL.to_vec());
                self.act(&Request::Unpin { client, algs });
            }
            Event::Compromise(index) => {
                let kid = self.keys[index % self.keys.len()].kid.clone();
                self.act(&Request::Compromise { kid });
            }
        }
        self.act(&Request::Tend);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn there_is_always_a_key_that_signs_and_one_that_sites_know_already(
        policy in policy(),
        events in prop::collection::vec(event(), 1..150),
    ) {
        let now = Timestamp::from_seconds(1_000_000_000);
        let mut house = House { policy, now, keys: Vec::new(), revision: 0, served: None, past: HashMap::new() };
        house.act(&Request::Tend);
        for event in &events {
            house.live(event);
        }
    }
}

#[test]
fn forty_years_left_alone_change_keys_on_the_day() {
    let policy = Policy::default();
    let begin = Timestamp::from_seconds(1_000_000_000);
    let mut house = House { policy, now: begin, keys: Vec::new(), revision: 0, served: None, past: HashMap::new() };
    house.act(&Request::Tend);
    let end = begin + policy.active_for * 162;
    while house.now < end {
        house.live(&Event::UntilDue);
    }
    for alg in Alg::ALL {
        assert_eq!(house.keys.iter().filter(|key| key.alg == alg).count(), 164, "{alg}: 162 changes");
        let signed = house.keys.iter().filter(|key| key.alg == alg).filter_map(|key| key.times.activated);
        for (n, at) in (0..).zip(signed) {
            assert_eq!(at, begin + policy.active_for * n);
        }
    }
}
