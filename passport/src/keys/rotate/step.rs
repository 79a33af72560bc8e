//! What the rules answer: moves of keys, one after the other.

use shared::clock::Timestamp;

use super::super::alg::Alg;
use super::super::pin::model::{Pin, PinEnd};
use super::super::trial::model::Ending;

/// One move of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A new key signs at once: for an algorithm that has none.
    CreateActive(Alg),
    /// A new key is published.
    CreateStaged(Alg),
    /// This staged key is to sign from then on.
    Plan {
        /// The key.
        kid: String,
        /// When.
        at: Timestamp,
    },
    /// This staged key signs until then, for these clients or for all.
    BeginTrial {
        /// The key.
        kid: String,
        /// Until when.
        until: Timestamp,
        /// For which clients; none: for all.
        clients: Vec<String>,
    },
    /// The trial of this staged key is over.
    EndTrial {
        /// The key.
        kid: String,
        /// Why.
        over: TrialOver,
    },
    /// This staged key may sign without a clean trial.
    Waive {
        /// The key.
        kid: String,
    },
    /// This key ceases to sign, and verifies until then.
    Retire {
        /// The active key.
        kid: String,
        /// Until when.
        until: Timestamp,
        /// Whether its private half is kept: for clients that are pinned to it, or for a way back.
        keeps_half: bool,
    },
    /// A client stays with this key.
    Pin {
        /// The key.
        kid: String,
        /// Which, and until when.
        pin: Pin,
    },
    /// A client does not stay with this key any more.
    EndPin {
        /// The key.
        kid: String,
        /// The client.
        client: String,
        /// Why.
        how: PinEnd,
    },
    /// This retiring key signs for nobody any more.
    DropHalf {
        /// The key.
        kid: String,
    },
    /// This retiring key is published for longer, or no longer than that.
    PublishUntil {
        /// The key.
        kid: String,
        /// Until when.
        until: Timestamp,
    },
    /// This key begins to sign.
    Activate {
        /// The staged key.
        kid: String,
    },
    /// This key signs again.
    Return {
        /// The retiring key whose private half was kept.
        kid: String,
    },
    /// This key is published no more, and verifies hints until then.
    Archive {
        /// The retiring key.
        kid: String,
        /// Until when.
        until: Timestamp,
    },
    /// Nothing is left of this key but its name.
    Destroy {
        /// The key.
        kid: String,
        /// Whether that is because somebody else has it.
        compromised: bool,
    },
}

impl Step {
    /// Whether nothing is lost if it is taken later: a key that signs for nobody yet is made.
    pub(in crate::keys) const fn can_wait(&self) -> bool {
        matches!(self, Self::CreateStaged(_))
    }

    /// The key that is to sign by it and did not before.
    pub(in crate::keys) fn successor(&self) -> Option<&str> {
        match self {
            Self::Activate { kid } | Self::Return { kid } | Self::BeginTrial { kid, .. } => Some(kid),
            _ => None,
        }
    }
}

/// Why a trial is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialOver {
    /// Its time is, and what nodes saw is written down: it is clean or not.
    ToBeJudged,
    /// Something ended it, which is how it ended.
    By(Ending),
}
