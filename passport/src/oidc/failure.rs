//! What went wrong, with its cause: told to the operator once, and to the client as far as it concerns it.

use shared::db::DbError;

use super::error::ProtocolError;
use super::rules::Rule;
use crate::keys::KeysError;
use crate::limits::Spent;

/// What a client is told that asks for more than it may.
pub const TOO_MANY: ProtocolError = Rule::TooManyRequests.error();

/// Why an operation of the provider did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request breaks a rule: the caller's concern.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The key ring.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The client asks for more than it may.
    #[error(transparent)]
    Spent(#[from] Spent),
}

impl From<Rule> for Failure {
    fn from(rule: Rule) -> Self {
        Self::Protocol(rule.error())
    }
}

impl Failure {
    /// What a client may know of it.
    pub fn public(&self) -> ProtocolError {
        match self {
            Self::Protocol(error) => *error,
            Self::Db(error) if error.is_unavailable() => Rule::TemporarilyUnavailable.into(),
            Self::Keys(error) if error.is_unavailable() => Rule::TemporarilyUnavailable.into(),
            Self::Spent(_) => TOO_MANY,
            Self::Db(_) | Self::Keys(_) => Rule::ServerError.into(),
        }
    }

    /// Logs what is our concern; called once, where the answer is made.
    pub fn log(&self) {
        match self {
            Self::Protocol(error) => tracing::debug!(%error, "a request was refused"),
            Self::Spent(error) => tracing::debug!(%error, "a request was refused"),
            Self::Db(error) if error.is_unavailable() => tracing::warn!(%error, "the database is unavailable"),
            Self::Db(error) => tracing::error!(%error, "a statement failed"),
            Self::Keys(error) if error.is_unavailable() => tracing::warn!(%error, "no keys can be used"),
            Self::Keys(error) => tracing::error!(%error, "a token could not be signed or read"),
        }
    }
}
