//! When secrets were used: an old one that nobody uses any more can go.
//!
//! A request writes nothing. Each node keeps the last use of each secret that it saw, and writes them down all at once
//! from time to time ([`super::Clients::write_uses`]); a node that is killed forgets what it had not written.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::clock::Timestamp;

use super::model::ClientId;

/// The last use of a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    /// Whose it is.
    pub client: ClientId,
    /// The secret, as the registry keeps it.
    pub hash: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// By hash; a secret that was brought along may be that of two clients.
type Seen = HashMap<[u8; 32], Vec<(ClientId, Timestamp)>>;

/// What this node saw and has not written down.
#[derive(Debug, Default)]
pub(super) struct SecretUses(Mutex<Seen>);

impl SecretUses {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps in mind that a client used its secret.
    pub(super) fn note(&self, client: &ClientId, hash: [u8; 32], at: Timestamp) {
        let mut seen = self.seen();
        let of_hash = seen.entry(hash).or_default();
        match of_hash.iter_mut().find(|(known, _)| known == client) {
            Some((_, last)) => *last = at.max(*last),
            None => of_hash.push((client.clone(), at)),
        }
    }

    /// Everything kept, which is then forgotten. Sorted, so that all nodes change rows in one order.
    pub(super) fn take(&self) -> Vec<SecretUse> {
        let seen = std::mem::take(&mut *self.seen());
        let all = seen
            .into_iter()
            .flat_map(|(hash, of_hash)| of_hash.into_iter().map(move |(client, at)| SecretUse { client, hash, at }));
        let mut all: Vec<_> = all.collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_use_of_each_secret_of_each_client_is_kept_until_it_is_taken() {
        let id = |text| ClientId::parse(text).expect("an id");
        let at = Timestamp::from_seconds;
        let uses = SecretUses::default();
        for (client, secret, second) in [("b", 1, 5), ("a", 1, 7), ("a", 2, 3), ("a", 1, 6)] {
            uses.note(&id(client), [secret; 32], at(second));
        }
        let one = |client, secret, second| SecretUse { client: id(client), hash: [secret; 32], at: at(second) };
        assert_eq!(uses.take(), [one("a", 1, 7), one("a", 2, 3), one("b", 1, 5)]);
        assert_eq!(uses.take(), []);
    }
}
