//! The key that signs batches: Ed25519 (RFC 8032), so that who verifies the record cannot write one.

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::secret::{SecretBytes, sha256};

/// The key that signs batches. Cheap to clone.
#[derive(Clone)]
pub struct SealKey {
    pair: Arc<Ed25519KeyPair>,
    id: String,
}

impl SealKey {
    /// The key of that seed, 32 bytes of which nobody else knows any.
    #[expect(clippy::expect_used, reason = "every 32 bytes are the seed of a key (RFC 8032 §5.1.5)")]
    pub fn of_seed(seed: &SecretBytes) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).expect("32 bytes are a seed");
        let id = URL_SAFE_NO_PAD.encode(&sha256(pair.public_key().as_ref())[..9]);
        Self { pair: Arc::new(pair), id }
    }

    /// Its id: 72 bits of the hash of its public half.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public half, as base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// Signs a digest.
    pub fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.pair.sign(digest).as_ref().to_vec()
    }

    /// Whether it signed that.
    pub fn verifies(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.pair.public_key().as_ref()).verify(digest, signature).is_ok()
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey({})", self.id)
    }
}
