//! Why keys cannot be used.

use shared::clock::Timestamp;
use shared::db::DbError;

use super::alg::Alg;
use super::pin::model::PinRefusal;
use super::rotate::back::BackRefusal;
use super::token::TokenError;
use super::trial::model::Refusal;

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A key is not of its algorithm.
    #[error("a stored key cannot be read")]
    Malformed,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written: {0}")]
    Claims(serde_json::Error),
    /// No key of that algorithm is active.
    #[error("no {0} key is active: run `passport keys rotate`")]
    NoKey(Alg),
    /// There is no key to seal data with.
    #[error("there is no data key: run `passport keys init`")]
    NoDataKey,
    /// There is no such key.
    #[error("there is no key {0}")]
    UnknownKey(String),
    /// Nothing is left of it.
    #[error("key {0} is destroyed already")]
    Destroyed(String),
    /// A client is not pinned.
    #[error(transparent)]
    Pin(Box<PinRefusal>),
    /// No trial can begin.
    #[error(transparent)]
    Trial(Box<Refusal>),
    /// Others changed the keys meanwhile, again and again.
    #[error("the keys were changed by somebody else meanwhile: try again")]
    Changed,
    /// This node has not been heard of for as long as its lease lasted.
    #[error("this node could not renew its lease, and signs nothing until it can")]
    NoLease,
    /// This node has not seen the keys in the database for a while.
    #[error("this node cannot see whether its keys are still good, and publishes none until it can")]
    Stale,
    /// The keys are sealed under another master key.
    #[error("the keys in this database are sealed under master key {wanted}; given is {given}, {}",
        whose(*given_until))]
    OtherMasterKey {
        /// The id of the master key that they are sealed under.
        wanted: String,
        /// The ids of those that were given.
        given: String,
        /// Until when one of those was the right one; none: it never was.
        given_until: Option<Timestamp>,
    },
    /// A sealed key was changed.
    #[error("the sealed key {0} was changed")]
    Tampered(String),
    /// The former key does not sign again.
    #[error(transparent)]
    Back(#[from] BackRefusal),
    /// The token that has the keys cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn whose(until: Option<Timestamp>) -> String {
    match until {
        Some(until) => format!("which it was changed from on {until}"),
        None => "which is of another installation".to_owned(),
    }
}

impl KeysError {
    /// Whether a key that is in memory could not be opened anew, and is as good as before.
    pub(super) const fn lacks_master(&self) -> bool {
        matches!(self, Self::OtherMasterKey { .. } | Self::Token(_))
    }

    /// Whether it may be otherwise in a moment.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::NoKey(_) | Self::NoLease | Self::Stale | Self::Token(_))
    }
}
