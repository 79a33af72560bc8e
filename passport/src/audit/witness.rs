//! Who looks on while the record is written, in the same transaction: what is told to others of an event is written down
//! together with it, so that no feature has to think of that, and none can forget it.
//!
//! The record knows nothing of who looks on. The application puts it there.

use futures_util::future::BoxFuture;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::{Actor, Event};

/// An event that has just been written.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s> {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: &'s Actor,
    /// What happened.
    pub event: &'s Event,
}

/// Looks on.
pub trait Witness: Send + Sync {
    /// Writes, within the transaction of the event, what follows from it. Most events are of no concern: those must cost
    /// no statement.
    fn saw<'t>(&'t self, tx: &'t mut Tx, seen: Seen<'t>) -> BoxFuture<'t, Result<(), DbError>>;
}
