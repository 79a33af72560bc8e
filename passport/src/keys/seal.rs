//! Sealing of data and keyed hashes of it, with a key of its own for every purpose.
//!
//! Sealed bytes say which data key opens them: version (1), number of the key (4, big endian), nonce (12),
//! ciphertext, tag (16). Data sealed for one purpose, or with other associated data, does not open for another.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use shared::entropy::Entropy;
use shared::secret::SecretBytes;

use super::cipher::{Cipher, derive};
use super::hashing::{Hashes, Hashing};

const VERSION: u8 = 1;
const HEADER: usize = 5;

/// The data keys, opened.
pub struct Sealing {
    /// The number of the newest: it seals.
    current: u32,
    newest: SecretBytes,
    /// The number of the first that seals in this epoch.
    first_passing: u32,
    keys: HashMap<u32, SecretBytes>,
    hashing: Hashing,
    ciphers: RwLock<HashMap<(u32, &'static str), Arc<Cipher>>>,
}

impl Sealing {
    /// These keys by their numbers, and those for hashes. `None` if there is none to seal with.
    pub(super) fn new(keys: HashMap<u32, SecretBytes>, hashing: Hashing) -> Option<Self> {
        let (current, newest) = keys.iter().max_by_key(|(id, _)| **id)?;
        Some(Self {
            current: *current,
            newest: newest.clone(),
            first_passing: 0,
            keys,
            hashing,
            ciphers: RwLock::default(),
        })
    }

    /// The same, where what passes through browsers counts only if it was sealed by the key of that number or a later one.
    pub(super) fn passing_since(self, first_passing: u32) -> Self {
        Self { first_passing, ..self }
    }

    /// The beginning of everything that the newest key seals. What older ones sealed begins with less.
    pub(super) fn header(&self) -> Vec<u8> {
        header(self.current).to_vec()
    }

    /// The key of that number, whatever it is for.
    pub(super) fn key(&self, id: u32) -> Option<SecretBytes> {
        self.keys.get(&id).or_else(|| self.hashing.key(id)).cloned()
    }

    /// Seals `plaintext` for that purpose, bound to `aad`.
    pub fn seal(&self, entropy: &dyn Entropy, purpose: &'static str, plaintext: &[u8], aad: &[u8]) -> Vec<u8> {
        let cipher = self.derived(self.current, &self.newest, purpose);
        let mut out = Vec::with_capacity(HEADER + 12 + plaintext.len() + 16);
        out.extend_from_slice(&header(self.current));
        cipher.seal(entropy, plaintext, aad, &mut out);
        out
    }

    /// Opens what was sealed for that purpose and bound to `aad`. `None` for anything else.
    pub fn open(&self, purpose: &'static str, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let (header, rest) = sealed.split_first_chunk::<HEADER>()?;
        let [VERSION, id @ ..] = *header else {
            return None;
        };
        self.cipher(u32::from_be_bytes(id), purpose)?.open(rest, aad)
    }

    /// Like [`Sealing::open`], for what passes through browsers.
    pub fn open_passing(&self, purpose: &'static str, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let (_, id) = sealed.first_chunk::<HEADER>()?.split_first()?;
        let id = u32::from_be_bytes(id.try_into().ok()?);
        if id < self.first_passing { None } else { self.open(purpose, sealed, aad) }
    }

    /// A keyed hash for that purpose. The same for as long as the system lives.
    pub fn mac(&self, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        self.hashing.mac(purpose, data)
    }

    /// The keyed hashes for that purpose by which rows are found.
    pub fn hashes(&self, purpose: &'static str, data: &[u8]) -> Hashes {
        self.hashing.hashes(purpose, data)
    }

    fn cipher(&self, id: u32, purpose: &'static str) -> Option<Arc<Cipher>> {
        let key = self.keys.get(&id)?;
        Some(self.derived(id, key, purpose))
    }

    fn derived(&self, id: u32, key: &SecretBytes, purpose: &'static str) -> Arc<Cipher> {
        let known = self.ciphers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(cipher) = known.get(&(id, purpose)) {
            return Arc::clone(cipher);
        }
        drop(known);
        let derived = derive(key.expose(), &format!("seal:{purpose}"));
        let cipher = Arc::new(Cipher::new(&derived));
        let mut known = self.ciphers.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((id, purpose), Arc::clone(&cipher));
        cipher
    }
}

/// What stands before everything that the key of that number seals.
pub(super) fn header(key: u32) -> [u8; HEADER] {
    let [a, b, c, d] = key.to_be_bytes();
    [VERSION, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    fn sealing(ids: &[u32]) -> Sealing {
        let key = |id: u32| SecretBytes::new([u8::try_from(id).expect("small"); 32]);
        let keys = ids.iter().map(|id| (*id, key(*id))).collect();
        let hashing = Hashing::new([(99, SecretBytes::new([99; 32]))].into(), &[]).expect("a key to hash with");
        Sealing::new(keys, hashing).expect("a key to seal with")
    }

    fn seal(by: &Sealing) -> Vec<u8> {
        by.seal(&SeededEntropy::new(1), "a", b"text", b"row 1")
    }

    #[test]
    fn what_is_sealed_opens_for_its_purpose_and_row_only() {
        let s = sealing(&[1]);
        let sealed = seal(&s);
        assert_eq!(s.open("a", &sealed, b"row 1").as_deref(), Some(&b"text"[..]));
        assert_eq!(s.open("b", &sealed, b"row 1"), None);
        assert_eq!(s.open("a", &sealed, b"row 2"), None);
    }

    #[test]
    fn no_byte_can_be_changed_or_taken_away() {
        let s = sealing(&[1]);
        let sealed = seal(&s);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(s.open("a", &changed, b"row 1"), None, "byte {i}");
            assert_eq!(s.open("a", &sealed[..i], b"row 1"), None, "length {i}");
        }
    }

    #[test]
    fn a_newer_key_seals_and_the_older_one_still_opens() {
        let old = seal(&sealing(&[1]));
        let both = sealing(&[1, 2]);
        assert!(both.open("a", &old, b"row 1").is_some());
        let new = seal(&both);
        assert_eq!(new[1..5], [0, 0, 0, 2]);
        assert_eq!(sealing(&[1]).open("a", &new, b"row 1"), None);
    }

    #[test]
    fn what_passes_through_browsers_counts_only_if_it_was_sealed_in_this_epoch() {
        let old = seal(&sealing(&[1]));
        let restored = sealing(&[1, 2]).passing_since(2);
        assert_eq!(restored.open_passing("a", &old, b"row 1"), None);
        assert!(restored.open("a", &old, b"row 1").is_some(), "what is stored goes on");
        assert!(restored.open_passing("a", &seal(&restored), b"row 1").is_some());
        assert!(sealing(&[1]).open_passing("a", &old, b"row 1").is_some(), "nothing was restored");
        assert_eq!(restored.open_passing("a", b"", b"row 1"), None);
    }

    #[test]
    fn a_hash_depends_on_purpose_and_data_but_not_on_sealing_keys() {
        let s = sealing(&[1]);
        assert_eq!(s.mac("a", b"x"), sealing(&[1, 2]).mac("a", b"x"));
        assert_ne!(s.mac("a", b"x"), s.mac("b", b"x"));
        assert_ne!(s.mac("a", b"x"), s.mac("a", b"y"));
    }
}
