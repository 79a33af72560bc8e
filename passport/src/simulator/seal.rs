//! Sealing with a key that is made at the start and known to nobody: codes and sealed requests of one run mean nothing to
//! the next, and nothing to a passport.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::entropy::{SharedEntropy, bytes};
use shared::secret::hmac_sha256;

use crate::web::{KeyUse, Sealer};

/// The key.
pub struct MemorySealer {
    key: [u8; 32],
    entropy: SharedEntropy,
}

impl MemorySealer {
    /// With a new key.
    pub fn new(entropy: &SharedEntropy) -> Self {
        Self { key: bytes(&**entropy), entropy: Arc::clone(entropy) }
    }

    fn cipher(&self, purpose: KeyUse) -> Option<LessSafeKey> {
        let key = hmac_sha256(&self.key, format!("seal:{}", purpose.as_str()).as_bytes());
        UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new)
    }
}

impl Sealer for MemorySealer {
    fn seal_for(&self, purpose: KeyUse, data: &[u8], belongs_to: &[u8]) -> Vec<u8> {
        let nonce = bytes::<NONCE_LEN>(&*self.entropy);
        let mut sealed = data.to_vec();
        let done = self.cipher(purpose).and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            cipher.seal_in_place_append_tag(nonce, Aad::from(belongs_to), &mut sealed).ok()
        });
        // What cannot be sealed opens as nothing.
        if done.is_some() { [nonce.as_slice(), &sealed].concat() } else { Vec::new() }
    }

    fn open_for(&self, purpose: KeyUse, sealed: &[u8], belongs_to: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = rest.to_vec();
        let cipher = self.cipher(purpose)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        Some(cipher.open_in_place(nonce, Aad::from(belongs_to), &mut buffer).ok()?.to_vec())
    }

    fn mac(&self, purpose: KeyUse, data: &[u8]) -> [u8; 32] {
        let key = hmac_sha256(&self.key, format!("mac:{}", purpose.as_str()).as_bytes());
        hmac_sha256(&key, data)
    }
}

#[cfg(test)]
mod tests {
    use shared::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_and_in_its_run_alone() {
        let entropy: SharedEntropy = Arc::new(SystemEntropy::new());
        let (one, other) = (MemorySealer::new(&entropy), MemorySealer::new(&entropy));
        let sealed = one.seal(KeyUse::AuthorizationCode, b"a code");
        assert_eq!(one.open(KeyUse::AuthorizationCode, &sealed).as_deref(), Some(b"a code".as_slice()));
        assert_eq!(one.open(KeyUse::Logout, &sealed), None);
        assert_eq!(other.open(KeyUse::AuthorizationCode, &sealed), None);
    }
}
