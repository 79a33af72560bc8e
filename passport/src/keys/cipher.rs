//! AES-256-GCM (NIST SP 800-38D) and the derivation of one key from another.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::entropy::{Entropy, bytes};
use shared::secret::hmac_sha256;

/// A key for one purpose, derived from `key` (HKDF-Expand of RFC 5869, one block: the input is uniformly random).
pub(super) fn derive(key: &[u8], purpose: &str) -> [u8; 32] {
    let mut info = Vec::with_capacity(purpose.len() + 10);
    info.extend_from_slice(b"passport:");
    info.extend_from_slice(purpose.as_bytes());
    info.push(1);
    hmac_sha256(key, &info)
}

/// A sealing key. Nonces are random, which is safe for 2³² messages a key: purposes have keys of their own.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    #[expect(clippy::expect_used, reason = "AES-256 takes every key of 32 bytes")]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are an AES-256 key");
        Self(LessSafeKey::new(key))
    }

    /// Appends nonce, ciphertext and tag to `out`.
    #[expect(clippy::expect_used, reason = "AES-GCM refuses nothing but texts beyond 64 GiB")]
    pub(super) fn seal(&self, entropy: &dyn Entropy, plaintext: &[u8], aad: &[u8], out: &mut Vec<u8>) {
        let nonce = bytes::<NONCE_LEN>(entropy);
        let mut text = plaintext.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut text)
            .expect("the text is shorter than 64 GiB");
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&text);
    }

    /// Opens nonce, ciphertext and tag. `None` unless every byte is as it was sealed.
    pub(super) fn open(&self, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = rest.to_vec();
        let plain = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut buffer).ok()?.len();
        buffer.truncate(plain);
        Some(buffer)
    }
}
