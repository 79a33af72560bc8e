//! The registry in memory: what every request asks, without asking the database.
//!
//! A copy is trusted for [`FRESH`]. After that one caller looks whether the database's revision changed, and
//! reads everything again only if it did. When the database is gone the copy serves on for [`STALE`], so that
//! what needs no database keeps working through a short outage.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use shared::clock::Timestamp;

use super::model::{Client, ClientId};

/// How long a change may go unnoticed by a node.
pub const FRESH: Duration = Duration::from_secs(1);

/// How long the copy serves while the database does not answer.
pub const STALE: Duration = Duration::from_secs(60);

/// The clients as they were at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The registry's revision.
    pub revision: i64,
    by_id: HashMap<String, Arc<Client>>,
    tiles: Vec<Arc<Client>>,
    /// Resources whose access tokens are opaque.
    opaque: HashSet<String>,
}

impl Snapshot {
    /// A snapshot of these clients.
    pub fn new(revision: i64, clients: Vec<Client>) -> Self {
        let by_id: HashMap<String, Arc<Client>> =
            clients.into_iter().map(|c| (c.id.as_str().to_owned(), Arc::new(c))).collect();
        let mut tiles: Vec<_> = by_id.values().filter(|c| c.tile.is_some() && !c.is_suspended()).cloned().collect();
        tiles.sort_by_key(|c| (c.tile.as_ref().map(|t| t.order), c.id.clone()));
        let opaque =
            by_id.values().filter(|c| c.opaque_access_tokens).flat_map(|c| c.serves_resources.clone()).collect();
        Self { revision, by_id, tiles, opaque }
    }

    /// The client of that id.
    pub fn find(&self, id: &str) -> Option<Arc<Client>> {
        self.by_id.get(id).cloned()
    }

    /// Clients that have a tile and are not suspended, in the order of the tiles.
    pub fn tiles(&self) -> &[Arc<Client>] {
        &self.tiles
    }

    /// Whether the server of that resource wants opaque access tokens.
    pub fn is_opaque(&self, resource: &str) -> bool {
        self.opaque.contains(resource)
    }

    /// Every client, by id.
    pub fn all(&self) -> Vec<Arc<Client>> {
        let mut all: Vec<_> = self.by_id.values().cloned().collect();
        all.sort_by(|a, b| ClientId::cmp(&a.id, &b.id));
        all
    }
}

/// A snapshot and when it was last known to be true.
#[derive(Debug, Default)]
pub struct Held(RwLock<Option<(Timestamp, Arc<Snapshot>)>>);

impl Held {
    /// The snapshot, if it was true no longer than `age` before `now`.
    pub fn within(&self, age: Duration, now: Timestamp) -> Option<Arc<Snapshot>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            // A clock that was set back must not make an old copy look new.
            .filter(|(at, _)| *at <= now && now.since(*at) < age)
            .map(|(_, snapshot)| Arc::clone(snapshot))
    }

    /// The snapshot, however old.
    pub fn last(&self) -> Option<Arc<Snapshot>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|(_, snapshot)| Arc::clone(snapshot))
    }

    /// Takes a snapshot that was true at `now`.
    pub fn put(&self, now: Timestamp, snapshot: Arc<Snapshot>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, snapshot));
    }
}
