//! Tokens whose signature was verified a moment ago.
//!
//! A site that has just been given an access token comes back with it for the user information, and resource servers
//! ask about the same one again and again. Verifying ES256 costs more than all the rest of such a request, so what
//! these keys signed or verified is remembered by its SHA-256. Only the signature is: type and times are looked at
//! every time, and the memory goes when the keys change.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use shared::secret::sha256;

/// The most tokens in one of the two generations; each takes about 40 bytes.
const GENERATION: usize = 4096;

/// Two generations: when the younger is full, the older is forgotten.
#[derive(Default)]
pub(super) struct Seen(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashSet<[u8; 32]>,
    old: HashSet<[u8; 32]>,
}

impl Seen {
    /// Whether the signature of exactly this text is known to be right.
    pub(super) fn contains(&self, token: &str) -> bool {
        let digest = sha256(token.as_bytes());
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.young.contains(&digest) {
            return true;
        }
        let known = seen.old.contains(&digest);
        if known {
            seen.insert(digest);
        }
        known
    }

    /// To be called with what was signed or verified by one of the keys that this memory belongs to.
    pub(super) fn insert(&self, token: &str) {
        let digest = sha256(token.as_bytes());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest);
    }
}

impl Generations {
    fn insert(&mut self, digest: [u8; 32]) {
        if self.young.len() == GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_every_byte_of_it() {
        let seen = Seen::default();
        seen.insert("a.b.c");
        assert!(seen.contains("a.b.c"));
        for other in ["a.b.d", "a.b.c ", "a.b", ""] {
            assert!(!seen.contains(other), "{other}");
        }
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_is_used() {
        let seen = Seen::default();
        for n in 0..GENERATION * 5 {
            seen.insert(&format!("token {n}"));
            assert!(n == 0 || seen.contains("token 0"), "used all the time");
        }
        assert!(!seen.contains("token 1"));
        let kept = seen.0.lock().expect("no panic");
        assert!(kept.young.len() <= GENERATION && kept.old.len() <= GENERATION);
    }
}
