//! Client secrets: 256 random bits, shown once, kept as SHA-256.
//!
//! A hash without salt or stretching is enough for a random secret: there is nothing to guess. A prefix lets
//! scanners of published code recognise one.

use shared::clock::Timestamp;
use shared::entropy::{Entropy, token};
use shared::secret::{SecretString, constant_time_eq, sha256};

/// How every secret made here begins.
pub const PREFIX: &str = "pp_secret_";

/// How many secrets may be valid at once: the old one and the new one of an exchange.
pub const LIMIT: usize = 2;

/// A secret as the registry keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// SHA-256 of the whole text.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused; none: until it is exchanged.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as nodes had written it down when the registry was read.
    pub last_used_at: Option<Timestamp>,
}

impl std::fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredSecret")
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .field("last_used_at", &self.last_used_at)
            .finish_non_exhaustive()
    }
}

impl StoredSecret {
    /// What it is called where it must not be shown: no way leads back from it.
    pub fn handle(&self) -> String {
        let digest = sha256(&[b"client-secret ".as_slice(), &self.hash].concat());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it still counts at that moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// A new secret.
pub fn generate(entropy: &dyn Entropy) -> SecretString {
    SecretString::new(format!("{PREFIX}{}", token(entropy)))
}

/// Why a secret that somebody brings along is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It is stored unstretched, so it must not be guessable.
    #[error("a client secret has at least 32 characters")]
    Short,
    /// RFC 6749 appendix A.2 allows visible ASCII only.
    #[error("a client secret consists of visible ASCII characters")]
    Character,
}

/// The hash of a secret made elsewhere.
///
/// # Errors
/// It is too short or holds characters that RFC 6749 does not allow.
pub fn import(secret: &SecretString) -> Result<[u8; 32], SecretError> {
    let text = secret.expose();
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(SecretError::Character);
    }
    if text.len() < 32 {
        return Err(SecretError::Short);
    }
    Ok(sha256(text.as_bytes()))
}

/// The one of the secrets valid at `now` that `presented` is. Every one is compared, whatever the first says.
pub fn verify<'s>(secrets: &'s [StoredSecret], presented: &str, now: Timestamp) -> Option<&'s StoredSecret> {
    let hash = sha256(presented.as_bytes());
    secrets.iter().fold(None, |found, secret| {
        let is_it = constant_time_eq(&secret.hash, &hash) & secret.is_valid(now);
        if is_it { Some(secret) } else { found }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::entropy::SeededEntropy;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn stored(secret: &SecretString, expires_at: Option<Timestamp>) -> StoredSecret {
        StoredSecret { hash: import(secret).expect("a good secret"), created_at: NOW, expires_at, last_used_at: None }
    }

    #[test]
    fn both_secrets_of_an_exchange_are_valid() {
        let entropy = SeededEntropy::new(1);
        let (old, new) = (generate(&entropy), generate(&entropy));
        let secrets = [stored(&old, None), stored(&new, None)];
        assert_eq!(verify(&secrets, old.expose(), NOW), secrets.first());
        assert_eq!(verify(&secrets, new.expose(), NOW), secrets.last());
        assert_eq!(verify(&secrets, generate(&entropy).expose(), NOW), None);
        assert_eq!(verify(&[], old.expose(), NOW), None);
    }

    #[test]
    fn a_secret_ends_at_the_very_millisecond() {
        let secret = generate(&SeededEntropy::new(1));
        let end = NOW + Duration::from_millis(1);
        let secrets = [stored(&secret, Some(end))];
        assert!(verify(&secrets, secret.expose(), NOW).is_some());
        assert!(verify(&secrets, secret.expose(), end).is_none());
    }

    #[test]
    fn a_guessable_secret_is_not_taken() {
        assert_eq!(import(&SecretString::new("short")), Err(SecretError::Short));
        assert_eq!(
            import(&SecretString::new("a secret with spaces, long enough to count")),
            Err(SecretError::Character)
        );
    }
}
