//! Room for files that are being received: so many at once, of which one network has a share.
//!
//! Whoever sends slowly holds their room for as long as they like. So nobody's network holds more than [`SHARE`] of them;
//! who comes beyond that waits in line with nothing received yet, as pupils of one school do who all send at once; and
//! who hardly moves, or is at it for long, gives way when somebody waits ([`Rooms::is_wanted`]).
//!
//! What a network has beyond its first room is lent: a room that is free goes to the network in line that has the fewest,
//! and a network that has more than that one would have gives one back ([`Rooms::is_owed`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::limits::AddressBlock;

/// How many files are held in memory at once.
pub(super) const ROOMS: usize = 12;

/// How many of them one network has: an IPv4 address, or the /48 of an IPv6 address.
pub(super) const SHARE: usize = 4;

/// How many of one network wait beside them: a class.
pub(super) const LINE: usize = 40;

/// The rooms. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    networks: Mutex<HashMap<AddressBlock, Network>>,
    freed: Notify,
}

/// Who is there of one network.
#[derive(Debug, Default)]
struct Network {
    rooms: usize,
    waiting: usize,
}

/// Room for one file, until it is dropped.
#[derive(Debug)]
pub struct Room {
    rooms: Rooms,
    network: AddressBlock,
}

/// A place in line, until it is dropped.
struct Place {
    rooms: Rooms,
    network: AddressBlock,
}

impl Rooms {
    /// Room for a file from there, as soon as there is one; `None` if the line is full, or patience ends before.
    pub(super) async fn enter(&self, from: AddressBlock, patience: impl Future<Output = ()> + Send) -> Option<Room> {
        let network = from.whole();
        if let Some(room) = self.take(network) {
            return Some(room);
        }
        let _place = self.wait(network)?;
        tokio::select! {
            biased;
            room = self.next(network) => Some(room),
            () = patience => None,
        }
    }

    /// Whether somebody waits who could have the room of somebody of that network.
    pub(super) fn is_wanted(&self, from: AddressBlock) -> bool {
        let own = from.whole();
        let could_enter =
            |(network, there): (&AddressBlock, &Network)| there.waiting > 0 && (*network == own || there.rooms < SHARE);
        self.lock().iter().any(could_enter)
    }

    /// Whether somebody waits whose network would have fewer rooms than that one still, had it one of that one's.
    pub(super) fn is_owed(&self, from: AddressBlock) -> bool {
        let networks = self.lock();
        let own = networks.get(&from.whole()).map_or(0, |there| there.rooms);
        networks.values().any(|there| there.waiting > 0 && there.rooms + 1 < own)
    }

    async fn next(&self, network: AddressBlock) -> Room {
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            // What is freed from here on is heard of.
            freed.as_mut().enable();
            if let Some(room) = self.take(network) {
                return room;
            }
            freed.await;
        }
    }

    fn take(&self, network: AddressBlock) -> Option<Room> {
        let mut networks = self.lock();
        let all: usize = networks.values().map(|there| there.rooms).sum();
        let own = networks.get(&network).map_or(0, |there| there.rooms);
        let is_first = !networks.values().any(|there| there.waiting > 0 && there.rooms < own);
        if all >= ROOMS || own >= SHARE || !is_first {
            return None;
        }
        networks.entry(network).or_default().rooms += 1;
        Some(Room { rooms: self.clone(), network })
    }

    fn wait(&self, network: AddressBlock) -> Option<Place> {
        let mut networks = self.lock();
        if networks.get(&network).is_some_and(|there| there.waiting >= LINE) {
            return None;
        }
        networks.entry(network).or_default().waiting += 1;
        Some(Place { rooms: self.clone(), network })
    }

    /// Somebody has left.
    fn leave(&self, network: AddressBlock, left: impl FnOnce(&mut Network)) {
        let mut networks = self.lock();
        if let Some(there) = networks.get_mut(&network) {
            left(there);
            if there.rooms == 0 && there.waiting == 0 {
                networks.remove(&network);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AddressBlock, Network>> {
        self.0.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.rooms.leave(self.network, |there| there.rooms -= 1);
        self.rooms.0.freed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.rooms.leave(self.network, |there| there.waiting -= 1);
        // A room may be free that was kept for who has just left the line.
        self.rooms.0.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
