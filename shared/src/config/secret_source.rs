//! Secrets among the settings: named by the file that holds them, or given in the environment.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::secret::SecretString;

use super::kinds::text;
use super::{ConfigError, Raw, Setting};

/// Where a secret is. Its setting's name ends in `_file` and holds a path; the environment may hold the
/// secret itself under the name without `_FILE`. The file is read when the secret is needed, so that one
/// that is still to be made (`keys init`) does not keep the settings from loading.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretSource(Source);

#[derive(Clone, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    Given(SecretString),
}

impl SecretSource {
    /// A secret in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// A secret that is already here.
    #[must_use]
    pub fn given(secret: SecretString) -> Self {
        Self(Source::Given(secret))
    }

    /// The file, when it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Source::File(path) => Some(path),
            Source::Given(_) => None,
        }
    }

    /// The secret, without white space around it (an editor's last newline).
    ///
    /// # Errors
    /// The file cannot be read, holds no text or nothing.
    pub fn read(&self) -> Result<SecretString, ConfigError> {
        match &self.0 {
            Source::Given(secret) => Ok(secret.clone()),
            Source::File(path) => {
                let refuse = |message: String| ConfigError { place: path.display().to_string(), message };
                let whole = std::fs::read_to_string(path)
                    .map(SecretString::new)
                    .map_err(|error| refuse(format!("the secret cannot be read ({error})")))?;
                match whole.expose().trim() {
                    "" => Err(refuse("the file that should hold a secret is empty".to_owned())),
                    secret => Ok(SecretString::new(secret)),
                }
            }
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => write!(f, "file {}", path.display()),
            Source::Given(_) => f.write_str("[redacted]"),
        }
    }
}

impl Setting for SecretSource {
    const KIND: &'static str = "path of a file that holds a secret";
    const INLINE_IN_ENVIRONMENT: bool = true;

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        match (raw, text(raw, Self::KIND)?.trim()) {
            (_, "") => Err("must not be empty".to_owned()),
            (Raw::EnvContent(_), secret) => Ok(Self::given(SecretString::new(secret))),
            (_, path) => Ok(Self::file(path)),
        }
    }
}
