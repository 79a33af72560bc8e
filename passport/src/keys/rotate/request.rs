//! What can be asked of the rules.

use std::time::Duration;

use shared::clock::Timestamp;

use super::super::alg::Alg;
use super::super::model::By;
use super::super::pin::model::PinWanted;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Only what is due.
    Tend,
    /// As well, let the staged key of this algorithm sign.
    Rotate {
        /// The algorithm.
        alg: Alg,
        /// When; none: as soon as it may.
        at: Option<Timestamp>,
        /// Whether a clean trial may be missing, where one is required.
        without_trial: bool,
    },
    /// As well, let the staged keys of these algorithms sign for a while.
    Trial {
        /// The algorithms.
        algs: Vec<Alg>,
        /// For how long.
        lasts: Duration,
        /// For which clients; none: for all.
        clients: Vec<String>,
    },
    /// As well, end the trials of these algorithms.
    StopTrial {
        /// The algorithms.
        algs: Vec<Alg>,
    },
    /// As well, let the keys sign again that the present ones of these algorithms replaced.
    Return {
        /// The algorithms.
        algs: Vec<Alg>,
    },
    /// As well, have a client stay with a key.
    Pin(PinWanted),
    /// As well, end the pins of this client.
    Unpin {
        /// The client.
        client: String,
        /// The algorithms.
        algs: Vec<Alg>,
    },
    /// As well, destroy this key, whatever it is, since somebody else has it.
    Compromise {
        /// The key.
        kid: String,
    },
}

impl Request {
    /// Who moves the keys by it.
    pub const fn by(&self) -> By {
        match self {
            Self::Tend => By::Schedule,
            Self::Rotate { .. }
            | Self::Trial { .. }
            | Self::StopTrial { .. }
            | Self::Return { .. }
            | Self::Pin(_)
            | Self::Unpin { .. }
            | Self::Compromise { .. } => By::Operator,
        }
    }
}
