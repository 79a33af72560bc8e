//! The master key: 32 bytes in a file that only the service may read, or a key in a token that the file names. It seals
//! every other key at rest, so that the database alone gives nothing away, and shows of a backup where it comes from. It
//! does nothing else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use shared::entropy::{Entropy, bytes};
use shared::secret::{SecretBytes, SecretString, hmac_sha256, sha256};

use super::cipher::{Cipher, derive};
use super::token::{Bound, MasterHolder, NONCE, ObjectId, TokenError};

/// The master key, ready for use. One in a token is asked for by whoever uses it: [`MasterKey::is_in_token`] tells, and
/// then no thread that serves requests may.
pub struct MasterKey {
    id: String,
    place: Place,
}

/// Where it is.
enum Place {
    Here {
        cipher: Box<Cipher>,
        /// For hashes of what leaves the database as a whole.
        backups: SecretBytes,
    },
    InToken {
        holder: Arc<dyn MasterHolder>,
        object: ObjectId,
    },
}

/// What the file of a key in a token begins with, before its id there.
const IN_TOKEN: &str = "pkcs11:";

/// The nonce by which the token makes the secret of backups. Nonces of keys that are sealed are random: they never are this.
const BACKUPS: [u8; NONCE] = [0; NONCE];

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
    /// It names a key in a token, and not as it should.
    #[error("the file of a master key in a token must hold pkcs11: and its id there, 32 hexadecimal digits")]
    Name,
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl MasterKey {
    /// Takes 32 secret bytes.
    pub fn new(key: &SecretBytes) -> Self {
        // The id tells one master key from another and says nothing about either.
        let id = URL_SAFE_NO_PAD.encode(&derive(key.expose(), "id")[..6]);
        let cipher = Box::new(Cipher::new(&derive(key.expose(), "wrap")));
        Self { id, place: Place::Here { cipher, backups: SecretBytes::new(derive(key.expose(), "backup")) } }
    }

    /// The key that a token has by that id. The token is not asked.
    pub fn in_token(holder: Arc<dyn MasterHolder>, object: ObjectId) -> Self {
        let id = URL_SAFE_NO_PAD.encode(&sha256(object.as_bytes())[..6]);
        Self { id, place: Place::InToken { holder, object } }
    }

    /// The id in a token that the text of a file names; none: it holds the key itself.
    ///
    /// # Errors
    /// It names one, and not as it should.
    pub fn named(text: &SecretString) -> Result<Option<ObjectId>, MasterKeyError> {
        let Some(id) = text.expose().trim().strip_prefix(IN_TOKEN) else { return Ok(None) };
        ObjectId::parse(id).map(Some).ok_or(MasterKeyError::Name)
    }

    /// Whether the token has to be asked when something is sealed or opened.
    pub const fn is_in_token(&self) -> bool {
        matches!(self.place, Place::InToken { .. })
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
        place(path, &STANDARD.encode(key.expose()), entropy)?;
        Ok(Self::new(&key))
    }

    /// Makes a key in the token, and the file that names it. A file that exists is left alone.
    ///
    /// # Errors
    /// The file exists or cannot be written, or the token refuses.
    pub fn create_in_token(
        path: &Path,
        holder: Arc<dyn MasterHolder>,
        entropy: &dyn Entropy,
    ) -> Result<Self, MasterKeyError> {
        if path.exists() {
            return Err(file(path, std::io::ErrorKind::AlreadyExists.into()));
        }
        let object = ObjectId::random(entropy);
        holder.make_master(object)?;
        place(path, &format!("{IN_TOKEN}{object}"), entropy)?;
        Ok(Self::in_token(holder, object))
    }

    /// Tells this master key from others; stored beside what it sealed.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Proves that a backup comes from who has this master key.
    ///
    /// # Errors
    /// The token that has it cannot be asked.
    pub fn backup_mac(&self, data: &[u8]) -> Result<[u8; 32], TokenError> {
        match &self.place {
            Place::Here { backups, .. } => Ok(hmac_sha256(backups.expose(), data)),
            Place::InToken { holder, object } => {
                // The same text under the same nonce each time: it gives the same bytes, which nobody else can tell.
                let bound = Bound { text: &[0; 32], to: b"passport:backup" };
                let secret = SecretBytes::new(holder.seal(*object, BACKUPS, bound)?);
                Ok(hmac_sha256(secret.expose(), data))
            }
        }
    }

    /// Seals a key, bound to its name: nonce, ciphertext, tag.
    pub(super) fn seal(&self, entropy: &dyn Entropy, key: &[u8], name: &str) -> Result<Vec<u8>, TokenError> {
        let mut sealed = Vec::new();
        match &self.place {
            Place::Here { cipher, .. } => cipher.seal(entropy, key, name.as_bytes(), &mut sealed),
            Place::InToken { holder, object } => {
                let nonce = bytes::<NONCE>(entropy);
                sealed.extend_from_slice(&nonce);
                sealed.extend(holder.seal(*object, nonce, Bound { text: key, to: name.as_bytes() })?);
            }
        }
        Ok(sealed)
    }

    /// Opens it; none, unless every byte is as it was sealed.
    pub(super) fn open(&self, sealed: &[u8], name: &str) -> Result<Option<SecretBytes>, TokenError> {
        match &self.place {
            Place::Here { cipher, .. } => Ok(cipher.open(sealed, name.as_bytes()).map(SecretBytes::new)),
            Place::InToken { holder, object } => {
                let Some((nonce, text)) = sealed.split_first_chunk::<NONCE>() else { return Ok(None) };
                holder.open(*object, *nonce, Bound { text, to: name.as_bytes() })
            }
        }
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

/// Whoever is killed meanwhile leaves no file of that name that holds half a key.
fn place(path: &Path, text: &str, entropy: &dyn Entropy) -> Result<(), MasterKeyError> {
    let part = path.with_added_extension(format!("{}.part", URL_SAFE_NO_PAD.encode(bytes::<6>(entropy))));
    let made = write(&part, text).and_then(|()| std::fs::hard_link(&part, path));
    let removed = std::fs::remove_file(&part);
    made.and(removed).map_err(|error| file(path, error))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(out, "{text}")?;
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
    use crate::keys::token::stand_in::StandIn;

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
    fn the_file_of_a_key_in_a_token_names_it_and_holds_no_secret() {
        let (dir, token) = (tempfile::tempdir().expect("a folder"), Arc::new(StandIn::default()));
        let (path, entropy) = (dir.path().join("master.key"), SystemEntropy::new());
        let made = MasterKey::create_in_token(&path, token.clone(), &entropy).expect("made");
        let text = SecretString::new(std::fs::read_to_string(&path).expect("a file"));
        let named = MasterKey::named(&text).expect("a name").expect("of a key in a token");
        assert_eq!(MasterKey::in_token(token.clone(), named).id(), made.id());
        assert!(made.seal(&entropy, b"key", "name").is_ok(), "it is there");
        assert!(MasterKey::create_in_token(&path, token, &entropy).is_err(), "it is never overwritten");
        let named = |text: &str| MasterKey::named(&SecretString::new(text));
        assert!(matches!(named(&"ab".repeat(32)), Ok(None)), "a key itself");
        assert!(matches!(named("pkcs11:1234"), Err(MasterKeyError::Name)));
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
