//! What the command line answers when something does not work.

use std::fmt::Display;
use std::process::ExitCode;

use shared::config::{ConfigError, ConfigErrors};
use shared::db::DbError;
use shared::http::ServeError;

use crate::app::BuildError;
use crate::backup::BackupError;
use crate::clients::ClientsError;
use crate::clients::signals::SignalsError;
use crate::keys::token::TokenError;
use crate::keys::{KeysError, MasterKeyError};

/// How the program ends. A script can rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something failed that no other code tells of.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The settings are wrong.
    Settings = 3,
    /// The database or a key file is out of reach.
    Unavailable = 4,
    /// There is no such thing, or a rule says no.
    Refused = 5,
    /// `doctor`, `probe` or `audit verify` found something wrong.
    Findings = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that did not work: why, and what to do.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong, a sentence each.
    pub messages: Vec<String>,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Failure {
    /// A failure that needs no advice.
    pub fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, messages: vec![message.to_string()], advice: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        let messages = errors.to_string().lines().map(str::to_owned).collect();
        Self {
            exit: Exit::Settings,
            messages,
            advice: Some("every setting is described in docs/configuration.md".into()),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Settings, error)
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match &error {
            DbError::Unavailable(_) => Self::new(Exit::Unavailable, error)
                .advise("check database.url and that the server runs; `passport doctor` tells more"),
            DbError::Address => Self::new(Exit::Settings, error),
            DbError::Migration(_) => Self::new(Exit::Failed, error).advise(
                "that migration was undone as a whole, and those before it stay: run `passport migrate` again when what \
                 hindered it is over",
            ),
            // Both engines say it like this when `migrate` was forgotten.
            _ if is_missing_table(&error) => Self::new(Exit::Unavailable, error).advise("run `passport migrate` first"),
            _ => Self::new(Exit::Failed, error),
        }
    }
}

fn is_missing_table(error: &DbError) -> bool {
    let text = error.to_string();
    text.contains("no such table") || (text.contains("relation") && text.contains("does not exist"))
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Db(error) => error.into(),
            KeysError::OtherMasterKey { .. } => {
                Self::new(Exit::Refused, error).advise("let keys.master_key_file name the master key that is wanted")
            }
            // Not tried again by who starts the service anew: a token locks itself.
            KeysError::Token(TokenError::Pin | TokenError::PinLocked) => {
                Self::new(Exit::Settings, error).advise("put the right PIN into the file of keys.pkcs11.pin_file")
            }
            KeysError::Token(_) => Self::new(Exit::Unavailable, error)
                .advise("see keys.pkcs11 in docs/configuration.md; `passport doctor` looks at the token"),
            KeysError::Trial(_) | KeysError::Pin(_) | KeysError::Back(_) => Self::new(Exit::Refused, error),
            KeysError::UnknownKey(_) | KeysError::Destroyed(_) => {
                Self::new(Exit::Refused, error).advise("`passport keys list` shows every key")
            }
            error => Self::new(Exit::Failed, error),
        }
    }
}

impl From<MasterKeyError> for Failure {
    fn from(error: MasterKeyError) -> Self {
        match error {
            MasterKeyError::Token(error) => KeysError::from(error).into(),
            error => Self::new(Exit::Unavailable, error),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Keys(error) => error.into(),
            error => Self::new(Exit::Failed, error),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Db(error) => error.into(),
            BackupError::Keys(error) => error.into(),
            BackupError::File { .. } | BackupError::NoProgram(_) | BackupError::Program { .. } => {
                Self::new(Exit::Failed, error)
            }
            BackupError::OtherInstallation { .. } => Self::new(Exit::Refused, error)
                .advise("let keys.master_key_file name the master key that the backup's installation had then"),
            BackupError::NotEmpty(_) => {
                Self::new(Exit::Refused, error).advise("restore into a new database, and keep the old one for now")
            }
            error => Self::new(Exit::Refused, error),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(Exit::Failed, error)
    }
}

impl From<SignalsError> for Failure {
    fn from(error: SignalsError) -> Self {
        match error {
            SignalsError::Db(error) => error.into(),
            SignalsError::Unknown => Self::new(Exit::Refused, error).advise("`passport clients list` shows all"),
            SignalsError::NoStream => {
                Self::new(Exit::Refused, error).advise("`passport clients signals set` makes one")
            }
            error => Self::new(Exit::Refused, error),
        }
    }
}

impl From<ClientsError> for Failure {
    fn from(error: ClientsError) -> Self {
        match error {
            ClientsError::Db(error) => error.into(),
            ClientsError::Metadata(problems) => {
                Self { exit: Exit::Refused, messages: problems.iter().map(ToString::to_string).collect(), advice: None }
            }
            ClientsError::TooManySecrets => Self::new(Exit::Refused, error)
                .advise("`passport clients show` tells when the older one ends; `--overlap 0s` ends it now"),
            error => Self::new(Exit::Refused, error),
        }
    }
}
