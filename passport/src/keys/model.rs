//! A signing key's life: staged, active, retiring, gone.
//!
//! * **Staged**: its public half is published, so that every relying party's copy of the key set knows it
//!   before it signs anything.
//! * **Active**: it signs. One key an algorithm.
//! * **Retiring**: it signs no more and its private half is deleted; the public half stays published for as long
//!   as the longest-lived token it may have signed.

use std::fmt;

use shared::clock::Timestamp;

use super::alg::Alg;

/// Where a signing key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not signing yet.
    Staged {
        /// Since when.
        since: Timestamp,
    },
    /// Signing.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// Verifying only.
    Retiring {
        /// Since when.
        since: Timestamp,
        /// When it may be removed: nothing it signed is valid any more.
        until: Timestamp,
    },
}

impl KeyState {
    /// The state's name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Staged { .. } => "staged",
            Self::Active { .. } => "active",
            Self::Retiring { .. } => "retiring",
        }
    }

    /// Since when the key is in this state.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Staged { since } | Self::Active { since } | Self::Retiring { since, .. } => *since,
        }
    }
}

/// What is known of a signing key apart from the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The key's id, in the header of what it signs.
    pub kid: String,
    /// Its algorithm.
    pub alg: Alg,
    /// Where it stands.
    pub state: KeyState,
}

/// Something that happened to a key, to be written down in the transaction in which it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A signing key went from one state to another.
    Signing {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// The state's name before; none: the key is new.
        from: Option<&'static str>,
        /// The state's name now; none: the key is gone.
        to: Option<&'static str>,
    },
    /// A key for sealing or hashing data was made.
    DataKey {
        /// Its number.
        id: i64,
        /// What it is for.
        purpose: DataKeyPurpose,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signing { kid, alg, from, to } => {
                write!(f, "{alg} key {kid}: {} → {}", from.unwrap_or("new"), to.unwrap_or("removed"))
            }
            Self::DataKey { id, purpose } => write!(f, "data key {id} ({}): new", purpose.as_str()),
        }
    }
}

/// What a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataKeyPurpose {
    /// Sealing. The newest seals, all of them open.
    Seal,
    /// Keyed hashes, by which rows are found. The first one stays, or nothing would be found any more.
    Mac,
}

impl DataKeyPurpose {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Mac => "mac",
        }
    }

    /// The purpose of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Seal, Self::Mac].into_iter().find(|p| p.as_str() == text)
    }
}
