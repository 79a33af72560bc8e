//! Signed-in browsers.
//!
//! The browser holds a random token of 256 bits; the database holds its SHA-256, so that a copy of the
//! database opens no session. A session ends by signing out, by a changed password, after a while without
//! use, and in any case after a day's work; each sign-in draws a new token, so that one known before is
//! worth nothing after. Who signs in once more in the same browser keeps the session itself, by whose id sites
//! know it; another person ends it.

pub mod browser_state;
pub mod cookie;
mod extract;
mod farewell;
pub mod store;

use std::time::Duration;

use shared::clock::Timestamp;

pub use self::extract::CurrentSession;
pub use self::farewell::{Ended, Farewell};

use super::model::{AccountId, Province};

/// The authentication context class of a password alone (OIDC Core §2, `acr`).
pub const ACR_PASSWORD: &str = "urn:e-test:acr:password";

/// The authentication method of a password (RFC 8176 §2).
pub const AMR_PASSWORD: &str = "pwd";

/// How much later `last_seen_at` may be written than it was true.
pub const SEEN_GRANULARITY: Duration = Duration::from_secs(60);

shared::id_type! {
    /// A session's identifier; not its token.
    pub struct SessionId;
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// Who is signed in.
    pub account: AccountId,
    /// When the person proved to be who they are (OIDC Core §2, `auth_time`).
    pub auth_time: Timestamp,
    /// How well: an authentication context class.
    pub acr: String,
    /// By which methods (RFC 8176).
    pub amr: Vec<String>,
    /// The province of the test centre, once chosen.
    pub province: Option<Province>,
    /// When it was last used, to within [`SEEN_GRANULARITY`].
    pub last_seen_at: Timestamp,
}

impl Session {
    /// Whether a use at `now` should be written down; see [`store::touch`].
    pub fn is_worth_touching(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= SEEN_GRANULARITY
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

impl Default for SessionPolicy {
    /// Two hours without use, twelve in all: a day of registration with a lunch break.
    fn default() -> Self {
        Self { idle: Duration::from_secs(2 * 60 * 60), absolute: Duration::from_secs(12 * 60 * 60) }
    }
}

/// How a session stands, for what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not been ended.
    Lives,
    /// It was ended: what was granted for offline use goes on.
    Ended,
    /// The account was locked: nothing that came of it counts any more.
    Withdrawn,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner signed out.
    SignedOut,
    /// Another person, who has this account, signed in with the same browser.
    Replaced(AccountId),
    /// The password was changed.
    PasswordChanged,
    /// An operator locked the account: see [`Standing::Withdrawn`].
    Locked,
}

impl EndReason {
    /// As it is stored and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Replaced(_) => "replaced",
            Self::PasswordChanged => "password_changed",
            Self::Locked => "locked",
        }
    }
}
