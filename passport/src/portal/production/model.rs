//! A site of an organisation for candidates: what is asked for, and how far that got.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use crate::clients::{ClientId, Metadata};
use crate::portal::OrganisationId;

shared::id_type! {
    /// A site of an organisation in production, from its first application on.
    pub struct ProductionId;
}

/// Owners that an organisation has at least when it applies: of one who is gone nobody could make a secret.
pub const OWNERS: usize = 2;

/// How long the old secret counts beside a new one: time to change over every node of a site.
pub const OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How far the last application of a site got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for a reviewer.
    Sent,
    /// A reviewer asks something: the organisation answers by sending it again.
    Asked,
    /// What it asked for is so.
    Approved,
    /// It was refused; another one may be sent.
    Refused,
    /// The organisation took it back.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Sent, Self::Asked, Self::Approved, Self::Refused, Self::Withdrawn];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether it is neither decided nor taken back.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Asked)
    }

    /// The kind of tag that shows it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Sent | Self::Withdrawn => "info",
            Self::Asked => "warn",
            Self::Approved => "ok",
            Self::Refused => "error",
        }
    }
}

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What was asked for is so.
    Approve,
    /// Something is to be answered first.
    Ask,
    /// It is not to be.
    Refuse,
}

impl Verdict {
    /// The state that it leads to.
    pub const fn state(self) -> State {
        match self {
            Self::Approve => State::Approved,
            Self::Ask => State::Asked,
            Self::Refuse => State::Refused,
        }
    }
}

/// What a site has shown in the sandbox, as the sandbox tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// When a sign-in ended in tokens last, in seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<i64>,
    /// When the site took a logout token last, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_taken_at: Option<i64>,
    /// How the last rehearsal of a change of our key went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<String>,
}

/// A site, with its last application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Production {
    /// Which.
    pub id: ProductionId,
    /// Whose.
    pub organisation: OrganisationId,
    /// The site in the sandbox that it was tried out as.
    pub sandbox_site: String,
    /// Its client identifier, from the first approval on.
    pub client: ClientId,
    /// How far its last application got.
    pub state: State,
    /// Counts what changed about it.
    pub version: i64,
    /// What is asked for.
    pub wish: Metadata,
    /// What the site had shown when that was sent.
    pub evidence: Evidence,
    /// What the reviewer wrote last.
    pub words: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was decided about, or something was asked.
    pub decided_at: Option<Timestamp>,
    /// When one was approved last.
    pub approved_at: Option<Timestamp>,
}

impl Production {
    /// What the site is called, in Chinese.
    pub fn name(&self) -> &str {
        &self.wish.client_name.zh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_somebody_is_open_and_every_state_is_read_as_written() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(state.is_open(), matches!(state, State::Sent | State::Asked));
        }
        assert!(!Verdict::Approve.state().is_open() && Verdict::Ask.state().is_open());
    }
}
