//! Keyed hashes of data, with a key of its own for every purpose: HMAC with SHA-256.
//!
//! All of them go by the first key, which is never changed: sites know people by such a hash. The one by which identity
//! documents are found has left it as soon as its key was changed once ([`rehash`](super::rehash)).

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::hmac;
use shared::secret::SecretBytes;

use super::cipher::derive;
use super::store::{LookupState, StoredLookup};

/// The hashes by which rows about a value are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashes {
    /// The number of the key that `written` is made by.
    pub key: i64,
    /// What a row holds.
    pub written: [u8; 32],
    /// What it holds beside that, where the key was ever changed.
    pub next: Option<[u8; 32]>,
    /// What rows may hold as well; as a rule the same as `written`.
    pub other: [u8; 32],
}

/// The keys that hash, opened.
pub(super) struct Hashing {
    keys: BTreeMap<u32, SecretBytes>,
    first: u32,
    written: u32,
    next: Option<u32>,
    other: u32,
    derived: RwLock<HashMap<(u32, &'static str), hmac::Key>>,
}

impl Hashing {
    /// These keys by their numbers, and how far changes to those that documents are found by are. `None` if there is no
    /// key, or one is missing.
    pub(super) fn new(keys: BTreeMap<u32, SecretBytes>, lookups: &[StoredLookup]) -> Option<Self> {
        let first = *keys.keys().next()?;
        let numbers = lookups.iter().map(|lookup| u32::try_from(lookup.key).ok().filter(|id| keys.contains_key(id)));
        let numbers: Vec<u32> = std::iter::once(Some(first)).chain(numbers).collect::<Option<_>>()?;
        let last = *numbers.last()?;
        let before = numbers.iter().rev().nth(1).copied().unwrap_or(first);
        let (written, next, other) = match lookups.last().map(|lookup| lookup.state) {
            None => (first, None, first),
            Some(LookupState::Filling) => (before, Some(last), last),
            Some(LookupState::Complete) => (last, Some(last), before),
            Some(LookupState::Settled) => (last, Some(last), last),
        };
        Some(Self { keys, first, written, next, other, derived: RwLock::default() })
    }

    /// The key of that number.
    pub(super) fn key(&self, id: u32) -> Option<&SecretBytes> {
        self.keys.get(&id)
    }

    /// The hash of that purpose that never changes.
    pub(super) fn mac(&self, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        self.by(self.first, purpose, data)
    }

    /// The hashes of that purpose whose key can be changed.
    pub(super) fn hashes(&self, purpose: &'static str, data: &[u8]) -> Hashes {
        let by = |id| self.by(id, purpose, data);
        Hashes {
            key: i64::from(self.written),
            written: by(self.written),
            next: self.next.map(by),
            other: by(self.other),
        }
    }

    fn by(&self, id: u32, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        let key = self.derived(id, purpose);
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&key, data).as_ref());
        out
    }

    fn derived(&self, id: u32, purpose: &'static str) -> hmac::Key {
        let known = self.derived.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&(id, purpose)) {
            return key.clone();
        }
        drop(known);
        // Each number asked for is one that `new` has found.
        let key = self.keys.get(&id).map(SecretBytes::expose).unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &derive(key, &format!("mac:{purpose}")));
        let mut known = self.derived.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((id, purpose), key.clone());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(lookups: &[(i64, LookupState)]) -> Hashes {
        let keys = [2_u8, 4, 6].map(|id| (u32::from(id), SecretBytes::new([id; 32])));
        let lookup = |(key, state): &(i64, LookupState)| StoredLookup { key: *key, state: *state, changed_in: 0 };
        let lookups: Vec<_> = lookups.iter().map(lookup).collect();
        Hashing::new(keys.into(), &lookups).expect("keys").hashes("a", b"x")
    }

    #[test]
    fn rows_are_found_by_two_hashes_while_the_key_is_changed_and_by_one_else() {
        use LookupState::{Complete, Filling, Settled};
        let first = hashes(&[]);
        assert_eq!((first.key, first.next, first.other), (2, None, first.written));
        let filling = hashes(&[(4, Filling)]);
        assert_eq!((filling.key, filling.written), (2, first.written));
        assert_eq!(filling.next, Some(filling.other));
        assert_ne!(filling.other, first.written);
        let complete = hashes(&[(4, Complete)]);
        assert_eq!((complete.key, complete.written, complete.next), (4, filling.other, filling.next));
        assert_eq!(complete.other, first.written);
        let settled = hashes(&[(4, Settled)]);
        assert_eq!((settled.written, settled.next, settled.other), (complete.written, complete.next, complete.written));
        let again = hashes(&[(4, Settled), (6, Filling)]);
        assert_eq!((again.key, again.written, again.next), (4, settled.written, Some(again.other)));
    }

    /// What two nodes write for one document conflicts in one of the columns, as long as they are one step apart at most.
    #[test]
    fn nodes_one_step_apart_never_bind_a_document_twice() {
        use LookupState::{Complete, Filling, Settled};
        let steps: [&[(i64, LookupState)]; 7] = [
            &[],
            &[(4, Filling)],
            &[(4, Complete)],
            &[(4, Settled)],
            &[(4, Settled), (6, Filling)],
            &[(4, Settled), (6, Complete)],
            &[(6, Settled)],
        ];
        for pair in steps.windows(2) {
            let [a, b] = [hashes(pair[0]), hashes(pair[1])];
            let conflict = a.written == b.written || (a.next.is_some() && a.next == b.next);
            assert!(conflict, "{pair:?}");
            for (finder, row) in [(a, b), (b, a)] {
                let finds = |held| held == finder.written || held == finder.other;
                assert!(finds(row.written) || row.next.is_some_and(finds), "{pair:?}");
            }
        }
    }

    #[test]
    fn a_key_that_is_named_and_missing_is_noticed() {
        let keys = BTreeMap::from([(2, SecretBytes::new([2; 32]))]);
        let lookup = StoredLookup { key: 4, state: LookupState::Filling, changed_in: 0 };
        assert!(Hashing::new(keys, &[lookup]).is_none());
    }
}
