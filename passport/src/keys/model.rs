//! A signing key's life: staged, active, retiring, archived, destroyed.
//!
//! * **Staged** (待启用): its public half is published, so that every relying party's copy of the key set knows it before
//!   it signs anything. There is one of each algorithm at any time, ready for a rotation or an emergency.
//! * **Active** (使用中): it signs. One key an algorithm.
//! * **Retiring** (退役中): it signs no more and its private half is deleted, unless clients are pinned to it: then it signs on
//!   for these ([`super::pin`]). The public half stays published for as long as the longest-lived token it may have signed.
//! * **Archived** (已归档): it is published no more. It verifies what sites hand back as `id_token_hint`, and nothing else.
//! * **Destroyed**: nothing is left but its id and its times. A key that was compromised goes here from wherever it was.

use std::fmt;

use shared::clock::Timestamp;

use super::alg::Alg;
use super::pin::model::{PinEnd, Pins};
use super::trial::model::{Ending, Tried};

/// Where a signing key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not signing yet.
    Staged {
        /// Since when.
        since: Timestamp,
        /// When an operator wants it to sign; none: when the active key has served its time.
        planned: Option<Timestamp>,
    },
    /// Signing.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// Published, and verifying only.
    Retiring {
        /// Since when.
        since: Timestamp,
        /// When it may be withdrawn: nothing it signed is valid any more.
        until: Timestamp,
    },
    /// Published no more, and verifying hints only.
    Archived {
        /// Since when.
        since: Timestamp,
        /// When it is destroyed: a hint that is older tells nothing any more.
        until: Timestamp,
    },
    /// A name and its times.
    Destroyed {
        /// Since when.
        since: Timestamp,
        /// Whether an operator said that somebody else has it.
        compromised: bool,
    },
}

impl KeyState {
    /// The state's name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Staged { .. } => "staged",
            Self::Active { .. } => "active",
            Self::Retiring { .. } => "retiring",
            Self::Archived { .. } => "archived",
            Self::Destroyed { .. } => "destroyed",
        }
    }

    /// Since when the key is in this state.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Staged { since, .. }
            | Self::Active { since }
            | Self::Retiring { since, .. }
            | Self::Archived { since, .. }
            | Self::Destroyed { since, .. } => *since,
        }
    }

    /// When an operator wants a staged key to sign.
    pub const fn planned_at(&self) -> Option<Timestamp> {
        match self {
            Self::Staged { planned, .. } => *planned,
            Self::Active { .. } | Self::Retiring { .. } | Self::Archived { .. } | Self::Destroyed { .. } => None,
        }
    }

    /// Whether relying parties find the key in the key set.
    pub const fn is_published(&self) -> bool {
        matches!(self, Self::Staged { .. } | Self::Active { .. } | Self::Retiring { .. })
    }
}

/// When a key was what, beside the state it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it was made, and published.
    pub made: Timestamp,
    /// When it began to sign; none: it never did, or an older program did not write it down.
    pub activated: Option<Timestamp>,
    /// When it ceased to.
    pub retired: Option<Timestamp>,
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
    /// When it was what.
    pub times: Times,
    /// The change of the registry that published it: a node that has followed that far serves it.
    pub published_in: i64,
    /// What was tried with it while it was staged.
    pub tried: Tried,
    /// Clients that stay with it.
    pub pins: Pins,
}

/// Who moves keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The rules, when it is time.
    Schedule,
    /// Somebody at the command line.
    Operator,
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
        /// The state's name now.
        to: &'static str,
    },
    /// A staged key has a time from which it is to sign.
    Planned {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// When.
        at: Timestamp,
    },
    /// A staged key signs for a while, to see who can follow.
    TrialBegan {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// Until when.
        until: Timestamp,
        /// For which clients; none: for all.
        clients: Vec<String>,
    },
    /// That is over.
    TrialEnded {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// How it ended.
        how: Ending,
        /// The clients that failed, as far as can be guessed.
        failed: Vec<String>,
        /// How many were seen to succeed.
        succeeded: u64,
        /// How many were met and not seen to do either.
        unknown: u64,
    },
    /// A staged key may sign without a clean trial.
    TrialWaived {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
    },
    /// A client stays with a key until a day.
    Pinned {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// The client.
        client: String,
        /// The day.
        until: Timestamp,
    },
    /// A client stays with a key no longer.
    PinEnded {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
        /// The client.
        client: String,
        /// How it ended.
        how: PinEnd,
    },
    /// Somebody else has the key: nothing that it signed counts any more.
    Compromised {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Alg,
    },
    /// Every key is sealed under another master key from now on.
    Master {
        /// The id of the one before.
        from: String,
        /// The id of the present one.
        to: String,
    },
    /// A key for sealing or hashing data was made.
    DataKey {
        /// Its number.
        id: i64,
        /// What it is for.
        purpose: DataKeyPurpose,
    },
    /// A change of the key by which documents are found goes on.
    LookupKey {
        /// Its number.
        id: i64,
        /// The name of the state that it is in now.
        to: &'static str,
    },
    /// A key for sealing or hashing data was destroyed: nothing is sealed or hashed by it any more.
    DataKeyDestroyed {
        /// Its number.
        id: i64,
        /// What it was for.
        purpose: DataKeyPurpose,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signing { kid, alg, from, to } => write!(f, "{alg} key {kid}: {} → {to}", from.unwrap_or("new")),
            Self::Planned { kid, alg, at } => write!(f, "{alg} key {kid}: to sign from {at}"),
            Self::TrialBegan { kid, alg, until, clients } if clients.is_empty() => {
                write!(f, "{alg} key {kid}: signs on trial until {until}, for every client")
            }
            Self::TrialBegan { kid, alg, until, clients } => {
                write!(f, "{alg} key {kid}: signs on trial until {until}, for {}", clients.join(", "))
            }
            Self::TrialEnded { kid, alg, how, failed, succeeded, unknown } => {
                let (how, count) = (how.as_str(), failed.len());
                write!(f, "{alg} key {kid}: trial over ({how}): {succeeded} clients succeeded, {count} failed, ")?;
                write!(f, "{unknown} unknown")?;
                if failed.is_empty() {
                    Ok(())
                } else {
                    write!(f, "; failed, as far as can be guessed: {}", failed.join(", "))
                }
            }
            Self::TrialWaived { kid, alg } => write!(f, "{alg} key {kid}: may sign without a clean trial"),
            Self::Pinned { kid, alg, client, until } => write!(f, "{alg} key {kid}: signs for {client} until {until}"),
            Self::PinEnded { kid, alg, client, how } => {
                write!(f, "{alg} key {kid}: {client} does not stay with it any more ({})", how.as_str())
            }
            Self::Compromised { kid, alg } => write!(f, "{alg} key {kid}: compromised"),
            Self::Master { from, to } => write!(f, "master key: {from} → {to}"),
            Self::DataKey { id, purpose } => write!(f, "data key {id} ({}): new", purpose.as_str()),
            Self::LookupKey { id, to } => write!(f, "data key {id}: documents are found by it, {to}"),
            Self::DataKeyDestroyed { id, purpose } => write!(f, "data key {id} ({}): destroyed", purpose.as_str()),
        }
    }
}

/// What a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataKeyPurpose {
    /// Sealing. The newest seals, all of them open.
    Seal,
    /// Keyed hashes. The first one stays; each further one takes its turn as the key by which documents are found.
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
