//! An append-only record of what was done, by whom, to what.
//!
//! An event is written in the transaction of the change that it tells of, so that neither stands without
//! the other. Events name accounts, clients and keys by their ids: no secret, no name, no mail address, no
//! number of a document. They are kept for [`RETENTION`].

pub mod event;
pub mod store;

use std::time::Duration;

use shared::clock::SharedClock;
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;

pub use self::event::{Actor, Event};

/// How long events are kept: 183 days, the six months that the Cybersecurity Law asks for (article 21).
pub const RETENTION: Duration = Duration::from_secs(183 * 24 * 60 * 60);

shared::id_type! {
    /// One event of the record.
    pub struct EventId;
}

/// The record. Cheap to clone, so that an operation can own it.
#[derive(Clone)]
pub struct Audit {
    clock: SharedClock,
    entropy: SharedEntropy,
}

impl Audit {
    /// A record that takes time and ids from these.
    pub fn new(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { clock, entropy }
    }

    /// Appends `event` within the caller's transaction.
    ///
    /// # Errors
    /// The database did not take it: then the caller's change must not stand either.
    pub async fn record(&self, tx: &mut Tx, actor: &Actor, event: &Event) -> Result<(), DbError> {
        let now = self.clock.now();
        let id = EventId::new(now, &*self.entropy);
        store::append(tx, id, now, actor, event).await
    }

    /// Removes events older than [`RETENTION`], at most a batch; how many went.
    ///
    /// # Errors
    /// The database refused.
    pub async fn expire(&self, tx: &mut Tx) -> Result<u64, DbError> {
        store::expire(tx, self.clock.now() - RETENTION).await
    }
}
