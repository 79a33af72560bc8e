//! Messages, and what becomes of them.

use std::fmt;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

shared::id_type! {
    /// A message: the same at every attempt.
    pub struct MessageId;
}

/// By which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Mail.
    Mail,
    /// Short message to a mobile.
    Sms,
}

impl Channel {
    /// The name in the database and in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }
}

/// What people are told about their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The account is there.
    Registered,
    /// Somebody tried to register with a mail address or mobile number of the account.
    ContactTaken,
    /// The password was changed at that moment.
    PasswordChanged {
        /// When.
        at: Timestamp,
    },
    /// The account is locked.
    Locked {
        /// Until when.
        until: Timestamp,
    },
}

/// A message as it waits: whom it goes to and what it says, in words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// A mail address, or a number in E.164 form.
    pub to: String,
    /// The subject of a mail; empty for an SMS.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload([redacted])")
    }
}

/// A message about to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its id.
    pub id: MessageId,
    /// Whom it goes to and what it says.
    pub payload: Payload,
    /// When it was written.
    pub created_at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// Why a message was not accepted. The texts name no recipient: they are stored and logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may be later.
    #[error("{0}")]
    Temporary(String),
    /// It never will be.
    #[error("{0}")]
    Permanent(String),
}

/// A way out.
pub trait Transport: Send + Sync {
    /// Hands one message over. To be accepted twice is possible and must do no harm: the id tells.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), SendError>>;
}
