//! A pin: a client that cannot follow a change stays with the key that it knows until a day.

use std::time::Duration;

use shared::clock::Timestamp;

use super::super::alg::Alg;

/// How far ahead a pin may end, and for how long a key that retired signs for anybody: as long as a key signs as a rule. Who
/// cannot follow by then needs other help.
pub const LONGEST: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A client that stays with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The client.
    pub client: String,
    /// Since when.
    pub since: Timestamp,
    /// From when on it is signed for as for everybody.
    pub until: Timestamp,
    /// When it was ended, if that was written down: what was signed for the client may still come back.
    pub ended: Option<Timestamp>,
}

impl Pin {
    /// Whether its end was not written down yet.
    pub const fn stands(&self) -> bool {
        self.ended.is_none()
    }

    /// When the key signs no more for the client.
    pub fn over_at(&self) -> Timestamp {
        self.ended.map_or(self.until, |ended| ended.min(self.until))
    }

    /// Whether the key signs for the client at that moment.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.since <= at && at < self.over_at()
    }
}

/// The clients that stay with a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins {
    /// Each of them, also those whose time is over.
    pub clients: Vec<Pin>,
    /// Whether the key retired and its private half is kept for them.
    pub keeps_half: bool,
}

impl Pins {
    /// Those whose end was not written down yet.
    pub fn standing(&self) -> impl Iterator<Item = &Pin> {
        self.clients.iter().filter(|pin| pin.stands())
    }

    /// Those that the key signs for at that moment.
    pub fn at(&self, now: Timestamp) -> impl Iterator<Item = &Pin> {
        self.clients.iter().filter(move |pin| pin.holds_at(now))
    }
}

/// A pin that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinWanted {
    /// The client.
    pub client: String,
    /// The algorithm.
    pub alg: Alg,
    /// The key; none: the one that signs for the client now.
    pub kid: Option<String>,
    /// Until when.
    pub until: Timestamp,
}

/// How a pin ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinEnd {
    /// Its day came.
    Over,
    /// An operator ended it.
    Lifted,
    /// Somebody else has the key.
    Compromised,
    /// The client was removed.
    ClientRemoved,
    /// Nothing is left to sign with: a program that knows of no pins retired the key.
    HalfGone,
}

impl PinEnd {
    /// The name on record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Lifted => "lifted",
            Self::Compromised => "compromised",
            Self::ClientRemoved => "client_removed",
            Self::HalfGone => "half_gone",
        }
    }
}

/// Why a client is not pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinRefusal {
    /// The day is past or too far ahead.
    #[error("{until} is not between {now}, which it is now, and {latest}: a pin ends within {} days", LONGEST.as_secs() / 86_400)]
    Day {
        /// What was asked for.
        until: Timestamp,
        /// The time.
        now: Timestamp,
        /// The latest possible.
        latest: Timestamp,
    },
    /// The key would sign for too long after it retired.
    #[error(
        "{alg} key {kid} signs for clients that cannot follow since {since}, and until {latest} at most, which is {} days \
         later, however often their day is moved",
        LONGEST.as_secs() / 86_400
    )]
    Enough {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
        /// When it retired.
        since: Timestamp,
        /// The latest possible.
        latest: Timestamp,
    },
    /// The key does not sign for anybody.
    #[error(
        "{alg} key {kid} is {state} and signs nothing: a client stays with a key that signs, or that is kept for others"
    )]
    Silent {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
        /// What became of it.
        state: &'static str,
    },
    /// Nothing signs.
    #[error("there is no active {0} key")]
    NoKey(Alg),
}
