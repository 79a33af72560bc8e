//! Why a token cannot be used: one sentence that says what to look at.

use std::time::Duration;

use super::super::alg::Alg;

/// Why a token cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// None is configured, and a key is in one.
    #[error("keys lie in a token, and keys.pkcs11.module names none")]
    NotConfigured,
    /// The module cannot be loaded.
    #[error("the PKCS #11 module {path} cannot be used: {why}")]
    Module {
        /// Its path.
        path: String,
        /// What the system or the module says.
        why: String,
    },
    /// There is no such token.
    #[error("there is no token {wanted} at the PKCS #11 module; there is {found}")]
    NoToken {
        /// Its label or serial number.
        wanted: String,
        /// The labels and serial numbers of those that are there.
        found: String,
    },
    /// More than one has that label.
    #[error("{count} tokens are called {label}: let keys.pkcs11.token be the serial number of the one that is meant")]
    Ambiguous {
        /// The label.
        label: String,
        /// How many.
        count: usize,
    },
    /// The PIN cannot be read.
    #[error("the PIN of the token cannot be read: {0}")]
    PinSource(String),
    /// The PIN is wrong.
    #[error("the token refuses the PIN of keys.pkcs11.pin_file, which is not tried again before it changes")]
    Pin,
    /// The PIN was wrong too often.
    #[error("the token's PIN is locked: its security officer has to set a new one")]
    PinLocked,
    /// It does not have that algorithm.
    #[error("the token offers no {0}: take it out of keys.pkcs11.algs")]
    NotOffered(Alg),
    /// None is configured, and the master key is in one.
    #[error("the master key is in a token, and keys.pkcs11.module names none")]
    NotConfiguredForMaster,
    /// The master key is not in it.
    #[error("master key {0} is not in the token: it is another one, or the key was removed from it")]
    NoMaster(String),
    /// There is no such key in it.
    #[error("key {0} is not in the token: it is another one, or the key was removed from it")]
    NoObject(String),
    /// It hands out something else than expected.
    #[error("the token answered with something that is no {0}")]
    Odd(&'static str),
    /// It made a key that it would hand out.
    #[error("the token makes keys that it would hand out, whatever it is told: nothing is kept in it")]
    HandsOut,
    /// It signed, and the signature is damaged, or of another key.
    #[error("what the token signs is not signed by key {0}")]
    OtherKey(String),
    /// Too much waits for it already.
    #[error("too many signatures wait for the token")]
    Busy,
    /// It did not answer in time.
    #[error("the token did not answer within {0:?}")]
    Slow(Duration),
    /// It could not be reached, or a session with it was lost.
    #[error("the token is out of reach: {0}")]
    Gone(String),
    /// It refused.
    #[error("the token refuses: {0}")]
    Refused(String),
}

impl TokenError {
    /// Whether a new session may help, or the module initialised anew: it may not have noticed that the token was away.
    pub(super) const fn may_be_stale(&self) -> bool {
        matches!(self, Self::Gone(_) | Self::NoToken { .. } | Self::NoObject(_) | Self::NoMaster(_))
    }
}
