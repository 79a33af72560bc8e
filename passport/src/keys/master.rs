//! The master key: 32 bytes in a file that only the service may read. It seals every other key at rest, so
//! that the database alone gives nothing away, and shows of a backup where it comes from. It does nothing else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use shared::entropy::{Entropy, bytes};
use shared::secret::{SecretBytes, SecretString, hmac_sha256};

use super::cipher::{Cipher, derive};

/// The master key, ready for use.
pub struct MasterKey {
    id: String,
    cipher: Cipher,
    /// For hashes of what leaves the database as a whole.
    backups: SecretBytes,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be written.
    #[error("the master key file {path} cannot be made: {error}")]
    File {
        /// Its path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It is no key.
    #[error("the master key must be 32 bytes, as base64 or as 64 hexadecimal digits")]
    Content,
}

impl MasterKey {
    /// Takes 32 secret bytes.
    pub fn new(key: &SecretBytes) -> Self {
        // The id tells one master key from another and says nothing about either.
        let id = URL_SAFE_NO_PAD.encode(&derive(key.expose(), "id")[..6]);
        let cipher = Cipher::new(&derive(key.expose(), "wrap"));
        Self { id, cipher, backups: SecretBytes::new(derive(key.expose(), "backup")) }
    }

    /// Reads the key from its text: base64, or 64 hexadecimal digits.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &SecretString) -> Result<Self, MasterKeyError> {
        decode(text.expose().trim()).map(|key| Self::new(&key)).ok_or(MasterKeyError::Content)
    }

    /// Makes a key and its file, readable by its owner only. A file that exists is left alone.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, MasterKeyError> {
        let key = SecretBytes::new(bytes::<32>(entropy));
        // Whoever is killed meanwhile leaves no file of that name that holds half a key.
        let part = path.with_added_extension(format!("{}.part", URL_SAFE_NO_PAD.encode(bytes::<6>(entropy))));
        let made = write(&part, &key).and_then(|()| std::fs::hard_link(&part, path));
        let removed = std::fs::remove_file(&part);
        made.and(removed).map_err(|error| file(path, error))?;
        Ok(Self::new(&key))
    }

    /// Tells this master key from others; stored beside what it sealed.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Proves that a backup comes from who has this master key.
    pub fn backup_mac(&self, data: &[u8]) -> [u8; 32] {
        hmac_sha256(self.backups.expose(), data)
    }

    pub(super) fn cipher(&self) -> &Cipher {
        &self.cipher
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

fn write(path: &Path, key: &SecretBytes) -> std::io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(out, "{}", STANDARD.encode(key.expose()))?;
    out.sync_all()
}

fn file(path: &Path, error: std::io::Error) -> MasterKeyError {
    MasterKeyError::File { path: path.display().to_string(), error }
}

fn decode(text: &str) -> Option<SecretBytes> {
    let key = if text.len() == 64 {
        (0..64).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect::<Option<Vec<u8>>>()?
    } else {
        STANDARD.decode(text).ok()?
    };
    (key.len() == 32).then(|| SecretBytes::new(key))
}

#[cfg(test)]
mod tests {
    use shared::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn a_key_made_is_the_key_read_and_is_never_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("master.key");
        let made = MasterKey::create(&path, &SystemEntropy::new()).expect("made");
        let text = SecretString::new(std::fs::read_to_string(&path).expect("a file"));
        assert_eq!(MasterKey::parse(&text).expect("a key").id(), made.id());
        assert!(MasterKey::create(&path, &SystemEntropy::new()).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "nothing is left lying about");
    }

    #[test]
    fn hexadecimal_and_base64_say_the_same() {
        let base64 = decode(&STANDARD.encode([0xab; 32])).expect("base64");
        let hex = decode(&"ab".repeat(32)).expect("hexadecimal");
        assert_eq!(base64.expose(), hex.expose());
        for bad in ["", "ab", &"zz".repeat(32), &STANDARD.encode([1; 31])] {
            assert!(decode(bad).is_none(), "{bad}");
        }
    }
}
