//! Where refusals are counted until they are written: so many slots for each client, and so many in all. What is proven and
//! what is not have slots of their own, so that who forges a client's id takes none from those who are that client.

use std::collections::HashMap;

use shared::clock::Timestamp;

use super::DAY;
use crate::oidc::rules::Rule;

/// How many slots there are: for what is not proven, and for what is.
pub const TOTAL: [usize; 2] = [1024, 4096];

/// How many of them one client may take.
pub const OF_ONE: [usize; 2] = [16, 64];

/// What was counted of a client, a rule and a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The client.
    pub client: String,
    /// What was broken.
    pub rule: Rule,
    /// Whether it was that client.
    pub proven: bool,
    /// The day, counted from 1970.
    pub day: i64,
    /// How often.
    pub times: i64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// One of the requests, without anything personal.
    pub example: String,
}

/// A rule that was broken on one day.
struct Slot {
    rule: Rule,
    day: i64,
    times: i64,
    first: Timestamp,
    last: Timestamp,
    example: String,
}

/// The slots of what is proven, or of what is not.
#[derive(Default)]
struct Half {
    of: HashMap<String, Vec<Slot>>,
    held: usize,
}

impl Half {
    /// The slot, a new one where there is none and one is left.
    fn slot(
        &mut self,
        client: &str,
        (rule, day): (Rule, i64),
        (total, of_one): (usize, usize),
        new: impl FnOnce() -> Slot,
    ) -> Option<&mut Slot> {
        if !self.of.contains_key(client) {
            if self.held >= total {
                return None;
            }
            self.of.insert(client.to_owned(), Vec::new());
        }
        let own = self.of.get_mut(client)?;
        let at = match own.iter().position(|slot| slot.rule == rule && slot.day == day) {
            Some(at) => at,
            None if own.len() >= of_one || self.held >= total => return None,
            None => {
                own.push(new());
                self.held += 1;
                own.len() - 1
            }
        };
        own.get_mut(at)
    }
}

/// All slots.
#[derive(Default)]
pub(super) struct Slots {
    halves: [Half; 2],
}

impl Slots {
    /// Counts a refusal; whether there was a slot for it. The example is made for a new slot alone.
    pub(super) fn note(
        &mut self,
        client: &str,
        (rule, proven): (Rule, bool),
        at: Timestamp,
        example: impl FnOnce() -> String,
    ) -> bool {
        let (which, day) = (usize::from(proven), at.seconds().div_euclid(DAY));
        let new = || Slot { rule, day, times: 0, first: at, last: at, example: example() };
        let slot = self.halves[which].slot(client, (rule, day), (TOTAL[which], OF_ONE[which]), new);
        let Some(slot) = slot else { return false };
        slot.times += 1;
        slot.first = slot.first.min(at);
        slot.last = slot.last.max(at);
        true
    }

    /// Puts back what could not be written. What finds no slot is lost.
    pub(super) fn put_back(&mut self, row: &Row) {
        let which = usize::from(row.proven);
        let new = || Slot {
            rule: row.rule,
            day: row.day,
            times: 0,
            first: row.first,
            last: row.last,
            example: row.example.clone(),
        };
        let key = (row.rule, row.day);
        if let Some(slot) = self.halves[which].slot(&row.client, key, (TOTAL[which], OF_ONE[which]), new) {
            slot.times += row.times;
            slot.first = slot.first.min(row.first);
            slot.last = slot.last.max(row.last);
        }
    }

    /// Everything counted, which is then forgotten. Sorted, so that all nodes change rows in one order.
    pub(super) fn take(&mut self) -> Vec<Row> {
        let halves = std::mem::take(&mut self.halves);
        let rows = [false, true].into_iter().zip(halves).flat_map(|(proven, half)| {
            half.of.into_iter().flat_map(move |(client, slots)| {
                slots.into_iter().map(move |slot| Row {
                    client: client.clone(),
                    rule: slot.rule,
                    proven,
                    day: slot.day,
                    times: slot.times,
                    first: slot.first,
                    last: slot.last,
                    example: slot.example,
                })
            })
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable_by(|a, b| {
            let key = |row: &Row| (row.rule.name(), row.proven, row.day);
            a.client.cmp(&b.client).then_with(|| key(a).cmp(&key(b)))
        });
        rows
    }

    /// How many are taken.
    pub(super) fn held(&self) -> usize {
        self.halves.iter().map(|half| half.held).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp::from_seconds(1_000_000);

    fn note(slots: &mut Slots, client: &str, rule: Rule, proven: bool) -> bool {
        slots.note(client, (rule, proven), T0, String::new)
    }

    #[test]
    fn one_slot_counts_what_comes_again_and_remembers_when_first_and_last() {
        let mut slots = Slots::default();
        for seconds in [5, 3, 9] {
            let at = Timestamp::from_seconds(1_000_000 + seconds);
            assert!(slots.note("a", (Rule::CodeSpent, true), at, || seconds.to_string()));
        }
        assert!(slots.note("a", (Rule::CodeSpent, true), Timestamp::from_seconds(1_000_000 + DAY), || "x".to_owned()));
        assert_eq!(slots.held(), 2);
        let rows = slots.take();
        let told: Vec<_> = rows.iter().map(|row| (row.times, row.first.seconds(), row.last.seconds())).collect();
        assert_eq!(told, [(3, 1_000_003, 1_000_009), (1, 1_000_000 + DAY, 1_000_000 + DAY)]);
        assert_eq!((rows[0].example.as_str(), slots.held()), ("5", 0));
    }

    #[test]
    fn nobody_takes_more_slots_than_a_client_may_nor_more_than_there_are() {
        let mut slots = Slots::default();
        let kept = Rule::ALL.iter().filter(|rule| note(&mut slots, "a", **rule, false)).count();
        assert_eq!(kept, OF_ONE[0]);
        for client in 0..1_000 {
            for rule in Rule::ALL {
                note(&mut slots, &client.to_string(), *rule, false);
            }
        }
        assert_eq!(slots.held(), TOTAL[0]);
        assert!(slots.halves[0].of.len() <= TOTAL[0], "no client without a slot is remembered");
        assert!(note(&mut slots, "a", Rule::CodeSpent, true), "what is proven has slots of its own");
    }

    #[test]
    fn what_is_put_back_is_added_to_what_came_meanwhile() {
        let mut slots = Slots::default();
        note(&mut slots, "a", Rule::CodeSpent, true);
        let rows = slots.take();
        note(&mut slots, "a", Rule::CodeSpent, true);
        rows.iter().for_each(|row| slots.put_back(row));
        assert_eq!(slots.take().iter().map(|row| row.times).collect::<Vec<_>>(), [2]);
    }
}
