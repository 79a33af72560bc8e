//! Signed-in browsers.
//!
//! The browser holds a random token of 256 bits; the database holds its SHA-256, so that a copy of the
//! database opens no session. A session ends by signing out, by a changed password, after a while without
//! use, and in any case after a while that depends on whose computer it is ([`Stay`]); each sign-in draws a new token, so that one known before is
//! worth nothing after. Who signs in once more in the same browser keeps the session itself, by whose id sites
//! know it; another person ends it.

pub mod browser_state;
pub mod cookie;
mod end;
mod everybodys;
mod extract;
mod familiar;
mod farewell;
pub mod holds;
mod list;
pub mod page;
mod sites;
mod stay;
pub mod store;
mod timed_out;
mod view;
mod words;

use std::time::Duration;

use shared::clock::Timestamp;
use shared::http::{Caller, Device};

pub use self::end::end_all;
pub use self::everybodys::Progress;
pub use self::extract::CurrentSession;
pub use self::farewell::{Ended, Farewell};
pub use self::sites::Sites;
pub use self::stay::{SessionPolicies, SessionPolicy, Stay, Term};

use super::assurance::{Acr, Shown};
use super::model::{AccountId, Province};
use crate::audit::Actor;

/// How much later `last_seen_at` may be written than it was true.
pub const SEEN_GRANULARITY: Duration = Duration::from_secs(60);

/// How long the owner of an account is shown sign-ins that are over.
pub const PAST_SHOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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
    /// How well.
    pub acr: Acr,
    /// By which methods (RFC 8176).
    pub amr: Vec<String>,
    /// The province of the test centre, once chosen.
    pub province: Option<Province>,
    /// When it was last used, to within [`SEEN_GRANULARITY`].
    pub last_seen_at: Timestamp,
    /// Until when it holds.
    pub term: Term,
}

impl Session {
    /// Whether a second step was passed for it, of whatever worth (RFC 8176 §2, `mfa`).
    pub fn took_two_steps(&self) -> bool {
        self.amr.iter().any(|method| method == "mfa")
    }

    /// Whether a use at `now` should be written down; see [`store::touch`].
    pub fn is_worth_touching(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= SEEN_GRANULARITY
    }
}

/// What the owner of a session has to settle before a site is entered, however well they have signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// They asked for the end of the account, and may take that back.
    pub leaving: bool,
    /// They are under 14, and no guardian has consented.
    pub guardian: bool,
    /// The agreements have changed since they accepted them, or they came of age since a guardian did.
    pub agreements: bool,
}

/// How a browser gets a session, or gets its own anew.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// SHA-256 of the token that it holds from now on.
    pub token_hash: [u8; 32],
    /// Where the browser is, and which; none where no request made it.
    pub from: Option<Caller>,
    /// What its owner showed.
    pub shown: Shown,
}

/// A session as its owner tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its identifier.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When its owner last signed in with it.
    pub auth_time: Timestamp,
    /// When it was last used, to within [`SEEN_GRANULARITY`].
    pub last_seen_at: Timestamp,
    /// The network that it began in.
    pub first_network: Option<String>,
    /// The network that it was last used from, as it was when `last_seen_at` was written.
    pub last_network: Option<String>,
    /// The network that its owner last signed in from.
    pub network: Option<String>,
    /// The device that it was last signed in with.
    pub device: Option<Device>,
    /// What was shown for it; `None` where another version wrote that down.
    pub shown: Option<Shown>,
    /// By which methods (RFC 8176), separated by spaces: coarser than `shown`, and always there.
    pub amr: String,
    /// Its kind.
    pub stay: Stay,
}

/// A session that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What it was.
    pub was: Listed,
    /// Since when.
    pub over_at: Timestamp,
    /// How it ended.
    pub end: End,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Somebody ended it: the code of an [`EndReason`], where it is known.
    Ended(Option<String>),
    /// Nobody used it for that long.
    Idle(Duration),
    /// It had lasted for that long, which is as long as any does.
    Whole(Duration),
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

/// An end that is about to be: why, and from where, if it comes of a request of somebody's browser.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// Why.
    pub reason: EndReason,
    /// From where it was asked for.
    pub from: Option<Caller>,
    /// Who asked for it, where the reason alone does not say.
    pub by: Option<&'a Actor>,
}

impl From<EndReason> for Ending<'_> {
    fn from(reason: EndReason) -> Self {
        Self { reason, from: None, by: None }
    }
}

impl<'a> From<(EndReason, &'a Actor)> for Ending<'a> {
    fn from((reason, by): (EndReason, &'a Actor)) -> Self {
        Self { reason, from: None, by: Some(by) }
    }
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
    /// The password was chosen anew by who had forgotten it.
    PasswordReset,
    /// The account was closed.
    Closed,
    /// A change of the account's contacts was undone.
    Frozen,
    /// Its owner said of something that it was not them.
    Reported,
    /// An operator locked the account: see [`Standing::Withdrawn`].
    Locked,
    /// Its owner ended it from the list of sessions.
    EndedFromList,
    /// Its owner ended all sessions but the one they did it in.
    OthersEnded,
    /// It was one at a public computer, and its time is over.
    TimedOut,
    /// Somebody else has a key that signs, and an operator ended what may have come of it.
    KeyCompromised,
    /// A backup was put in the place of the database: nobody knows whether it had ended since that was made.
    Restored,
    /// Its owner is under 14, and no guardian consents, or not any more.
    Guardian,
    /// Somebody of the staff ended it, with all the others of the account.
    Staff,
}

impl EndReason {
    /// Every reason; whoever signed in instead is `by`.
    #[cfg(test)]
    pub(crate) fn all(by: AccountId) -> [Self; 15] {
        // A reason that is added belongs into the list below as well.
        match Self::SignedOut {
            Self::SignedOut
            | Self::Replaced(_)
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::Closed
            | Self::Frozen
            | Self::Reported
            | Self::Locked
            | Self::EndedFromList
            | Self::OthersEnded
            | Self::TimedOut
            | Self::KeyCompromised
            | Self::Restored
            | Self::Guardian
            | Self::Staff => {}
        }
        [
            Self::SignedOut,
            Self::Replaced(by),
            Self::PasswordChanged,
            Self::PasswordReset,
            Self::Closed,
            Self::Frozen,
            Self::Reported,
            Self::Locked,
            Self::EndedFromList,
            Self::OthersEnded,
            Self::TimedOut,
            Self::KeyCompromised,
            Self::Restored,
            Self::Guardian,
            Self::Staff,
        ]
    }

    /// The end that a request brings about.
    pub fn asked_by(self, caller: Caller) -> Ending<'static> {
        Ending { reason: self, from: Some(caller), by: None }
    }

    /// As it is stored and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Replaced(_) => "replaced",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::Closed => "closed",
            Self::Frozen => "frozen",
            Self::Reported => "reported",
            Self::Locked => "locked",
            Self::EndedFromList => "ended_from_list",
            Self::OthersEnded => "others_ended",
            Self::TimedOut => "timed_out",
            Self::KeyCompromised => "key_compromised",
            Self::Restored => "restored",
            Self::Guardian => "guardian",
            Self::Staff => "staff",
        }
    }
}
