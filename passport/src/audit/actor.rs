//! Who does what is on record.

use std::fmt;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A candidate, by account id.
    Account(String),
    /// A relying party, by client id.
    Client(String),
    /// Somebody at the command line of a node.
    Operator,
    /// Somebody of the staff, in the console, by their id there.
    Staff(String),
    /// Someone not signed in.
    Visitor,
    /// The passport itself, on schedule or at start.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Operator => f.write_str("operator"),
            Self::Staff(id) => write!(f, "staff:{id}"),
            Self::Visitor => f.write_str("visitor"),
            Self::System => f.write_str("system"),
        }
    }
}
