//! What the pages need of the key ring, so that this tier does not import it: the application wires the two.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use super::key_use::KeyUse;

/// The keyed hashes by which rows about a value are found. One, as a rule; two while its key is changed
/// (`passport keys rehash`), so that a row is found by whichever it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// The number of the key that `written` is made by.
    pub key: i64,
    /// What a row holds.
    pub written: [u8; 32],
    /// What it holds beside that, where the key was ever changed.
    pub next: Option<[u8; 32]>,
    /// What rows may hold as well; as a rule the same as `written`.
    pub other: [u8; 32],
}

/// Authenticated encryption and keyed hashes, separated by purpose: what was sealed for one purpose opens for
/// no other.
pub trait Sealer: Send + Sync {
    /// Encrypts `data`, and binds it to what it belongs to: an id, under which alone it opens again.
    fn seal_for(&self, purpose: KeyUse, data: &[u8], belongs_to: &[u8]) -> Vec<u8>;

    /// What [`Sealer::seal_for`] was given, unless a byte was changed, the purpose differs, it belongs to something else
    /// or the key is gone.
    fn open_for(&self, purpose: KeyUse, sealed: &[u8], belongs_to: &[u8]) -> Option<Vec<u8>>;

    /// Encrypts `data`.
    fn seal(&self, purpose: KeyUse, data: &[u8]) -> Vec<u8> {
        self.seal_for(purpose, data, &[])
    }

    /// What [`Sealer::seal`] was given, unless a byte was changed, the purpose differs or the key is gone.
    fn open(&self, purpose: KeyUse, sealed: &[u8]) -> Option<Vec<u8>> {
        self.open_for(purpose, sealed, &[])
    }

    /// The keyed hashes by which rows about `data` are found.
    fn lookup(&self, purpose: KeyUse, data: &[u8]) -> Lookup {
        let hash = self.mac(purpose, data);
        Lookup { key: 0, written: hash, next: None, other: hash }
    }

    /// A keyed hash: the same for equal data, unknowable without the key.
    fn mac(&self, purpose: KeyUse, data: &[u8]) -> [u8; 32];
}

/// Seals `data` into text that may stand in an address or a hidden field.
pub fn seal_text(sealer: &dyn Sealer, purpose: KeyUse, data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sealer.seal(purpose, data))
}

/// Opens what [`seal_text`] made; `None` for everything else.
pub fn open_text(sealer: &dyn Sealer, purpose: KeyUse, text: &str) -> Option<Vec<u8>> {
    sealer.open(purpose, &URL_SAFE_NO_PAD.decode(text).ok()?)
}

/// A sealer for unit tests: a keyed hash in front of the data, nothing hidden.
#[cfg(test)]
pub(crate) mod testing {
    use super::{KeyUse, Sealer};
    use shared::secret::hmac_sha256;

    /// See the module.
    pub(crate) struct PlainSealer;

    impl Sealer for PlainSealer {
        fn seal_for(&self, purpose: KeyUse, data: &[u8], belongs_to: &[u8]) -> Vec<u8> {
            [self.mac(purpose, &[belongs_to, data].concat()).as_slice(), data].concat()
        }

        fn open_for(&self, purpose: KeyUse, sealed: &[u8], belongs_to: &[u8]) -> Option<Vec<u8>> {
            let (mac, data) = sealed.split_at_checked(32)?;
            (mac == self.mac(purpose, &[belongs_to, data].concat())).then(|| data.to_vec())
        }

        fn mac(&self, purpose: KeyUse, data: &[u8]) -> [u8; 32] {
            hmac_sha256(purpose.as_str().as_bytes(), data)
        }
    }
}
