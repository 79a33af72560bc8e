//! An append-only record of what was done, by whom, to what.
//!
//! An event is written in the transaction of the change that it tells of, so that neither stands without
//! the other. Events name accounts, clients and keys by their ids: no secret, no name, no mail address, no
//! number of a document. Where a person in a browser did something, the network and the device are noted, for the
//! person's own account of it. Events are kept for [`RETENTION`].
//!
//! The database refuses to change what was recorded. Beside the requests [`seal`] gathers it in batches that are chained
//! and signed, [`verify`] tells whether it is still what was sealed, and it is removed batch by batch. A
//! [`witness`] writes what follows from an event into its transaction.

mod actor;
mod concerns;
#[cfg(test)]
mod documented;
pub mod event;
pub mod origin;
mod reading;
#[cfg(test)]
pub(crate) mod samples;
pub mod seal;
pub mod store;
pub mod verify;
pub mod witness;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shared::clock::SharedClock;
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::http::Caller;

pub use self::actor::Actor;
pub use self::event::{Code, Event};
pub use self::seal::{Chain, Heads};
pub use self::witness::{Seen, Witness};

use self::origin::Origins;

/// How long events are kept: twelve months, which people can look back on; the Cybersecurity Law asks for six
/// (article 21).
pub const RETENTION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// For how long they are kept at the least, whatever anybody says: 180 days. The database refuses to let go of them sooner.
pub const KEPT_AT_LEAST: Duration = Duration::from_secs(180 * 24 * 60 * 60);

shared::id_type! {
    /// One event of the record.
    pub struct EventId;
}

/// The record. Cheap to clone, so that an operation can own it.
#[derive(Clone)]
pub struct Audit {
    clock: SharedClock,
    entropy: SharedEntropy,
    origins: Origins,
    witness: Arc<OnceLock<Arc<dyn Witness>>>,
}

impl Audit {
    /// A record that takes time and ids from these.
    pub fn new(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { clock, entropy, origins: Origins::default(), witness: Arc::default() }
    }

    /// Lets somebody look on from now on; the first one stays.
    pub fn watched_by(&self, witness: Arc<dyn Witness>) {
        self.witness.get_or_init(|| witness);
    }

    /// Appends `event` within the caller's transaction: one that comes of no request of a person's browser.
    ///
    /// # Errors
    /// The database did not take it: then the caller's change must not stand either.
    pub async fn record(&self, tx: &mut Tx, actor: &Actor, event: &Event) -> Result<(), DbError> {
        self.record_from(tx, None, actor, event).await
    }

    /// Appends `event`, with where the actor did it from.
    ///
    /// # Errors
    /// Like [`Audit::record`].
    pub async fn record_from(
        &self,
        tx: &mut Tx,
        from: impl Into<Option<Caller>>,
        actor: &Actor,
        event: &Event,
    ) -> Result<(), DbError> {
        let now = self.clock.now();
        let id = EventId::new(now, &*self.entropy);
        store::append(tx, &store::New { id, at: now, from: from.into(), actor, event }).await?;
        match self.witness.get() {
            Some(witness) => witness.saw(tx, Seen { at: now, actor, event }).await,
            None => Ok(()),
        }
    }

    /// Removes events older than [`RETENTION`], those of one batch; how many went.
    ///
    /// # Errors
    /// The database refused.
    pub async fn expire(&self, tx: &mut Tx) -> Result<u64, DbError> {
        let now = self.clock.now();
        store::batches::expire(tx, now - RETENTION, now).await
    }
}
