//! Open connections, waiting for the next operation.
//!
//! sqlx's own pool asks a connection for a sign of life whenever it comes back, in a task of its own. Where an operation
//! is one statement, that doubles what it costs. So this one trusts a connection that just served, and takes back none
//! whose operation failed on it or was given up: dropping it closes it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{DbError, Load};

/// Connections of one kind to one database.
#[derive(Debug)]
pub(super) struct Shelf<C: Connection> {
    options: C::Options,
    free: Mutex<Vec<C>>,
    places: Arc<Semaphore>,
    most: usize,
    waiting: AtomicUsize,
    patience: Duration,
}

/// Somebody who waits for a connection, until dropped.
struct Waiting<'s>(&'s AtomicUsize);

impl<'s> Waiting<'s> {
    fn counted(count: &'s AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection in use, and its place among those that may be open.
#[derive(Debug)]
pub(crate) struct Taken<C> {
    conn: C,
    _place: OwnedSemaphorePermit,
}

impl<C: Connection> Shelf<C> {
    /// Up to `places` connections, opened when they are first needed. Whoever waits longer than `patience` for one is
    /// told that the database is unavailable.
    pub(super) fn new(options: C::Options, places: u32, patience: Duration) -> Self {
        let most = usize::try_from(places).unwrap_or(1).max(1);
        let places = Arc::new(Semaphore::new(most));
        Self { options, free: Mutex::default(), places, most, waiting: AtomicUsize::new(0), patience }
    }

    /// The connection that served last, or a new one.
    pub(super) async fn take(&self) -> Result<Taken<C>, DbError> {
        let opened = async {
            let waiting = Waiting::counted(&self.waiting);
            let place = Arc::clone(&self.places).acquire_owned().await;
            drop(waiting);
            let place = place.map_err(|_| DbError::Unavailable("it is closed".to_owned()))?;
            let kept = self.lock().pop();
            let conn = match kept {
                Some(conn) => conn,
                // A server that lets nobody in is away, whatever it says.
                None => C::connect_with(&self.options).await.map_err(|e| DbError::Unavailable(e.to_string()))?,
            };
            Ok(Taken { conn, _place: place })
        };
        let late = || DbError::Unavailable("no connection could be had in time".to_owned());
        timeout(self.patience, opened).await.unwrap_or_else(|_| Err(late()))
    }

    /// Takes a connection back that is fit for the next operation.
    pub(super) fn put(&self, taken: Taken<C>) {
        if !self.places.is_closed() {
            self.lock().push(taken.conn);
        }
    }

    /// How many connections are in use, how many there may be, and how many wait for one.
    pub(super) fn load(&self) -> Load {
        let used = self.most.saturating_sub(self.places.available_permits());
        Load { used, most: self.most, waiting: self.waiting.load(Ordering::Relaxed) }
    }

    /// Closes what lies here: one connection turned out to be dead, and the others are as old.
    pub(super) fn clear(&self) {
        let old = std::mem::take(&mut *self.lock());
        drop(old);
    }

    /// Closes everything; nothing is handed out any more.
    pub(super) async fn close(&self) {
        self.places.close();
        let kept = std::mem::take(&mut *self.lock());
        for conn in kept {
            conn.close().await.ok();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<C>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Deref for Taken<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.conn
    }
}

impl<C> DerefMut for Taken<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.conn
    }
}
