//! Where events came from, network and device, sealed for the account that they concern.
//!
//! The key of an account is derived from a secret of the passport and a salt of the account. The salt is overwritten when
//! the account is closed; without it nobody derives the key, whatever else they have.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::secret::{SecretBytes, hmac_sha256};

use super::store::salts::Salt;

/// What sealed text begins with, as no network and no device does.
const SEALED: &str = "sealed:";

/// What is sealed of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The network that it came from.
    Network,
    /// The device that it came from.
    Device,
}

impl Field {
    const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Network => b"network",
            Self::Device => b"device",
        }
    }
}

/// What the keys of accounts are derived from. Cheap to clone; the clones know the secret as soon as one does.
#[derive(Clone, Default)]
pub struct Origins(Arc<OnceLock<SecretBytes>>);

impl Origins {
    /// Takes the secret over. Before that nothing is sealed, and nothing that was sealed opens.
    pub fn derive_from(&self, secret: SecretBytes) {
        self.0.get_or_init(|| secret);
    }

    /// What opens and seals for that account.
    pub fn of(&self, account: &str, salt: &Salt) -> Origin {
        match (self.0.get(), salt) {
            (Some(secret), Salt::Made(salt)) => Origin(Some(Key::derive(secret, account, salt))),
            _ => Origin(None),
        }
    }
}

/// What opens and seals for one account, if there is still a key for that.
pub struct Origin(Option<Key>);

struct Key {
    cipher: LessSafeKey,
    nonces: [u8; 32],
}

impl Key {
    #[expect(clippy::expect_used, reason = "AES-256 takes every key of 32 bytes")]
    fn derive(secret: &SecretBytes, account: &str, salt: &[u8; 32]) -> Self {
        let own = hmac_sha256(secret.expose(), &[salt.as_slice(), account.as_bytes()].concat());
        let cipher = UnboundKey::new(&AES_256_GCM, &hmac_sha256(&own, b"seal")).expect("32 bytes are an AES-256 key");
        Self { cipher: LessSafeKey::new(cipher), nonces: hmac_sha256(&own, b"nonce") }
    }

    /// A nonce that only the same text gets: equal networks are sealed to equal texts, and are found by them.
    fn nonce(&self, field: Field, text: &str) -> [u8; NONCE_LEN] {
        let hash = hmac_sha256(&self.nonces, &[field.as_bytes(), b"\0", text.as_bytes()].concat());
        std::array::from_fn(|at| hash[at])
    }
}

impl Origin {
    /// The text as it is stored from now on; none if there is no key for it.
    #[expect(clippy::expect_used, reason = "AES-GCM refuses nothing but texts beyond 64 GiB")]
    pub fn seal(&self, field: Field, text: &str) -> Option<String> {
        let key = self.0.as_ref()?;
        let nonce = key.nonce(field, text);
        let mut sealed = text.as_bytes().to_vec();
        key.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(field.as_bytes()), &mut sealed)
            .expect("the text is shorter than 64 GiB");
        Some(format!("{SEALED}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// What was stored, in the clear: what is not sealed yet as it is; none if it does not open any more.
    pub fn open(&self, field: Field, stored: &str) -> Option<String> {
        let Some(sealed) = stored.strip_prefix(SEALED) else { return Some(stored.to_owned()) };
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let (nonce, mut buffer) = (Nonce::assume_unique_for_key(*nonce), rest.to_vec());
        let plain = self.0.as_ref()?.cipher.open_in_place(nonce, Aad::from(field.as_bytes()), &mut buffer).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(account: &str, salt: u8) -> Origin {
        let origins = Origins::default();
        origins.derive_from(SecretBytes::new([1; 32]));
        origins.of(account, &Salt::Made([salt; 32]))
    }

    #[test]
    fn what_is_sealed_opens_for_its_account_and_field_with_its_salt_only() {
        let own = origin("a", 1);
        let sealed = own.seal(Field::Network, "203.0.113.7").expect("sealed");
        assert!(!sealed.contains("203"));
        assert_eq!(own.open(Field::Network, &sealed).as_deref(), Some("203.0.113.7"));
        assert_eq!(own.open(Field::Device, &sealed), None);
        assert_eq!(origin("b", 1).open(Field::Network, &sealed), None);
        assert_eq!(origin("a", 2).open(Field::Network, &sealed), None);
        let forgotten = Origins::default().of("a", &Salt::Destroyed);
        assert_eq!((forgotten.open(Field::Network, &sealed), forgotten.seal(Field::Network, "x")), (None, None));
        assert_eq!(
            forgotten.open(Field::Network, "203.0.113.7").as_deref(),
            Some("203.0.113.7"),
            "it is not sealed yet"
        );
    }

    #[test]
    fn equal_networks_of_an_account_are_sealed_alike_and_of_two_accounts_are_not() {
        let seal = |account, salt, text| origin(account, salt).seal(Field::Network, text).expect("sealed");
        assert_eq!(seal("a", 1, "203.0.113.7"), seal("a", 1, "203.0.113.7"));
        assert_ne!(seal("a", 1, "203.0.113.7"), seal("a", 1, "203.0.113.8"));
        assert_ne!(seal("a", 1, "203.0.113.7"), seal("b", 1, "203.0.113.7"));
        assert_ne!(seal("a", 1, "203.0.113.7"), seal("a", 2, "203.0.113.7"));
    }
}
