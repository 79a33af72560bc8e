//! How much a client may ask of all nodes together, counted without a statement for each request.
//!
//! Time goes by in stretches of ten seconds, the same on every node. Each node may take an equal part of what a client has in
//! one, and counts in memory. Twice a second it writes down what the clients used that took half of that part
//! ([`Quotas::settle`]). Where the whole part is gone it asks the next time, when the others have written too, what was used
//! everywhere, and may take an equal part of what is left. So a client whose load is spread is stopped at its quota, and one
//! that comes to one node alone has most of it. Of clients that do not come near it nothing is written at all.

mod policy;
pub mod store;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError};
use shared::telemetry::Counts;

pub use self::policy::Rates;

/// How long what a client has lasts.
const STRETCH: Duration = Duration::from_secs(10);

/// The label of counts by kind.
const KIND: &str = "kind";

/// What a client asks for. Each has a count of its own: neither can use up the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Codes for people who are signed in, by way of their browsers.
    Codes,
    /// What it calls itself, having authenticated.
    Calls,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Calls => "calls",
        }
    }
}

/// The client has used up what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client asks for more than it may, and has again after {} s", self.retry_after())]
pub struct Spent {
    left: Duration,
}

impl Spent {
    /// After how many seconds it may ask again, one at least.
    pub fn retry_after(self) -> u64 {
        self.left.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

/// What a client used here and has not been written down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    client: String,
    kind: Kind,
    stretch: i64,
    count: u32,
}

/// What one client used at this node in one stretch.
#[derive(Debug, Clone, Copy)]
struct Standing {
    stretch: i64,
    used: u32,
    /// What of it was written down.
    written: u32,
    /// How much this node may take until it hears of the others.
    granted: u32,
}

/// The quotas of all clients, as this node sees them. Cheap to clone.
#[derive(Clone)]
pub struct Quotas(Arc<Inner>);

struct Inner {
    rates: Rates,
    enabled: bool,
    nodes: AtomicU32,
    standings: Mutex<HashMap<String, HashMap<Kind, Standing>>>,
    refused: Counts<1>,
}

impl Quotas {
    /// Quotas at those rates. With `enabled` false nothing is counted or refused: for measuring only.
    pub fn new(rates: Rates, enabled: bool) -> Self {
        let refused = Counts::new([Kind::Codes, Kind::Calls].map(|kind| [(KIND, kind.as_str())]));
        Self(Arc::new(Inner { rates, enabled, nodes: AtomicU32::new(1), standings: Mutex::default(), refused }))
    }

    /// How often clients were refused, of whatever client.
    pub fn refused(&self) -> &Counts<1> {
        &self.0.refused
    }

    /// How many nodes serve: each takes an equal part.
    pub fn share_among(&self, nodes: usize) {
        self.0.nodes.store(u32::try_from(nodes).unwrap_or(u32::MAX).max(1), Ordering::Relaxed);
    }

    /// Counts one request.
    ///
    /// # Errors
    /// What the client has is used up.
    pub fn take(&self, client: &str, kind: Kind, now: Timestamp) -> Result<(), Spent> {
        self.with(client, kind, now, |standing| standing.used += 1)
    }

    /// Whether one more would be counted, without counting it.
    ///
    /// # Errors
    /// As [`Quotas::take`].
    pub fn check(&self, client: &str, kind: Kind, now: Timestamp) -> Result<(), Spent> {
        self.with(client, kind, now, |_| ())
    }

    fn with(&self, client: &str, kind: Kind, now: Timestamp, count: impl FnOnce(&mut Standing)) -> Result<(), Spent> {
        if !self.0.enabled {
            return Ok(());
        }
        let (stretch, left) = stretch_of(now);
        let fresh = || Standing { stretch, used: 0, written: 0, granted: self.part(self.whole(client)) };
        let mut standings = self.standings();
        if !standings.contains_key(client) {
            standings.insert(client.to_owned(), HashMap::new());
        }
        let Some(of_client) = standings.get_mut(client) else { return Ok(()) };
        let standing = of_client.entry(kind).or_insert_with(fresh);
        if standing.stretch != stretch {
            *standing = fresh();
        }
        if standing.used >= standing.granted {
            self.0.refused.add([(KIND, kind.as_str())]);
            return Err(Spent { left });
        }
        count(standing);
        Ok(())
    }

    /// Writes down what busy clients used here, and hears of those whose part is gone what they used everywhere. To be
    /// called about twice a second.
    ///
    /// # Errors
    /// See [`DbError`]. This node goes on with the part that it has.
    pub async fn settle(&self, db: &Db, now: Timestamp) -> Result<(), DbError> {
        let uses: Arc<[Use]> = self.busy(now).into();
        if uses.is_empty() {
            return Ok(());
        }
        let writing = Arc::clone(&uses);
        let totals = db
            .write::<_, DbError, _>(move |tx| {
                let writing = Arc::clone(&writing);
                async move {
                    let mut totals = Vec::with_capacity(writing.len());
                    for one in writing.iter() {
                        totals.push(store::add(tx, one).await?);
                    }
                    Ok(totals)
                }
                .boxed()
            })
            .await?;
        for (one, total) in uses.iter().zip(totals) {
            self.heard(one, total);
        }
        Ok(())
    }

    /// What is to be written down, in one order on all nodes, and, with a count of 0, what is to be heard of. What is over is
    /// forgotten.
    fn busy(&self, now: Timestamp) -> Vec<Use> {
        let (stretch, _) = stretch_of(now);
        let mut standings = self.standings();
        standings.retain(|_, of_client| {
            of_client.retain(|_, standing| standing.stretch == stretch);
            !of_client.is_empty()
        });
        let mut uses = Vec::new();
        for (client, of_client) in standings.iter() {
            let half = self.part(self.whole(client)).div_ceil(2);
            for (kind, standing) in of_client.iter().filter(|(_, standing)| standing.used >= half) {
                let count = standing.used - standing.written;
                let is_gone = standing.used >= standing.granted;
                uses.extend((count > 0 || is_gone).then(|| Use {
                    client: client.clone(),
                    kind: *kind,
                    stretch,
                    count,
                }));
            }
        }
        uses.sort_unstable();
        uses
    }

    /// All nodes together have used that much: as far as they had written it down, which a moment after they all did is
    /// known to whoever asks once more.
    fn heard(&self, written: &Use, total: u32) {
        let part = self.part(self.whole(&written.client).saturating_sub(total));
        let mut standings = self.standings();
        let standing = standings.get_mut(&written.client).and_then(|of_client| of_client.get_mut(&written.kind));
        if let Some(standing) = standing.filter(|standing| standing.stretch == written.stretch) {
            standing.written += written.count;
            if written.count == 0 {
                standing.granted = standing.written.saturating_add(part);
            }
        }
    }

    /// What a client has in a stretch.
    fn whole(&self, client: &str) -> u32 {
        let seconds = u32::try_from(STRETCH.as_secs()).unwrap_or(1);
        self.0.rates.per_second(client).saturating_mul(seconds)
    }

    /// This node's part of it.
    fn part(&self, whole: u32) -> u32 {
        whole.div_ceil(self.0.nodes.load(Ordering::Relaxed))
    }

    fn standings(&self) -> MutexGuard<'_, HashMap<String, HashMap<Kind, Standing>>> {
        self.0.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stretch that runs, and what is left of it.
fn stretch_of(now: Timestamp) -> (i64, Duration) {
    let length = i64::try_from(STRETCH.as_millis()).unwrap_or(i64::MAX);
    let left = length - now.millis().rem_euclid(length);
    (now.millis().div_euclid(length), Duration::from_millis(left.unsigned_abs()))
}

impl std::fmt::Debug for Quotas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quotas").field("enabled", &self.0.enabled).field("rates", &self.0.rates).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
