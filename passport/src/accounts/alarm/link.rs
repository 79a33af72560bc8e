//! The token of an alarm's link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::entropy::{Entropy, bytes};
use shared::secret::sha256;

use crate::web::paths;

/// A token of 128 random bits: enough not to be guessed, and short enough for an SMS.
#[derive(Clone)]
pub(super) struct AlarmToken(String);

impl AlarmToken {
    /// A fresh one.
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes::<16>(entropy)))
    }

    /// One that a browser sent.
    pub(super) fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it is stored.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }

    /// The page of its link, below an origin, or on this host without one.
    pub(super) fn link(&self, origin: &str) -> String {
        format!("{origin}{}?t={}", paths::ALARM, self.0)
    }
}
