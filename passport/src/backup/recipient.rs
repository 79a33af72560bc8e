//! Whom backups are sealed for: a key pair whose public half is a setting, and whose private half is kept elsewhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{Hpke as _, HpkePrivateKey, HpkePublicKey};
use shared::secret::{SecretString, sha256};

use super::error::{BackupError, at};

/// The length of each half.
const HALF: usize = 32;

/// The length of a recipient's id.
pub(super) const ID: usize = 6;

/// What backups are sealed by: the public half.
#[derive(Debug, Clone)]
pub struct Recipient(HpkePublicKey);

impl Recipient {
    /// Tells recipients apart.
    pub(super) fn id(&self) -> [u8; ID] {
        let [a, b, c, d, e, f, ..] = sha256(&self.0.0);
        [a, b, c, d, e, f]
    }

    pub(super) fn key(&self) -> &HpkePublicKey {
        &self.0
    }
}

/// An id as people read it.
pub(super) fn shown(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

impl FromStr for Recipient {
    type Err = BackupError;

    fn from_str(text: &str) -> Result<Self, BackupError> {
        let key = URL_SAFE_NO_PAD.decode(text.trim()).ok().filter(|key| key.len() == HALF);
        key.map(|key| Self(HpkePublicKey(key))).ok_or(BackupError::Recipient)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0.0))
    }
}

/// What backups are opened by: both halves.
pub struct OpeningKey {
    private: HpkePrivateKey,
    recipient: Recipient,
}

impl OpeningKey {
    /// Draws a key.
    ///
    /// # Errors
    /// The cryptographic library failed.
    pub fn make() -> Result<Self, BackupError> {
        let (public, private) = SUITE.generate_key_pair().map_err(|_| BackupError::Key)?;
        Ok(Self { private, recipient: Recipient(public) })
    }

    /// Reads it from its text.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &SecretString) -> Result<Self, BackupError> {
        let halves = URL_SAFE_NO_PAD.decode(text.expose().trim()).map_err(|_| BackupError::Key)?;
        let (private, public) = halves.split_at_checked(HALF).ok_or(BackupError::Key)?;
        if public.len() != HALF {
            return Err(BackupError::Key);
        }
        let recipient = Recipient(HpkePublicKey(public.to_vec()));
        Ok(Self { private: HpkePrivateKey::from(private.to_vec()), recipient })
    }

    /// Writes it into a file that only its owner may read. One that exists is left alone.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BackupError> {
        let halves = [self.private.secret_bytes(), &self.recipient.0.0].concat();
        let text = SecretString::new(URL_SAFE_NO_PAD.encode(halves));
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))?;
        writeln!(out, "{}", text.expose()).and_then(|()| out.sync_all()).map_err(at(path))
    }

    /// Whose it is.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    pub(super) fn private(&self) -> &HpkePrivateKey {
        &self.private
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpeningKey({})", shown(&self.recipient.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_written_is_the_key_read_and_is_never_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("backup.key");
        let made = OpeningKey::make().expect("a key");
        made.write(&path).expect("written");
        let read =
            OpeningKey::parse(&SecretString::new(std::fs::read_to_string(&path).expect("a file"))).expect("read");
        assert_eq!(read.recipient().to_string(), made.recipient().to_string());
        assert_eq!(read.private.secret_bytes(), made.private.secret_bytes());
        assert!(made.write(&path).is_err());
    }

    #[test]
    fn a_recipient_is_known_by_its_text_and_is_no_key() {
        let key = OpeningKey::make().expect("a key");
        let recipient: Recipient = key.recipient().to_string().parse().expect("a recipient");
        assert_eq!(recipient.id(), key.recipient().id());
        assert!(OpeningKey::parse(&SecretString::new(recipient.to_string())).is_err());
        for wrong in ["", "abc", &"a".repeat(44)] {
            assert!(wrong.parse::<Recipient>().is_err(), "{wrong}");
        }
    }
}
