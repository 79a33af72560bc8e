//! Work that has to be done again and again by one of all nodes, whichever is there.
//!
//! Each job has a row. A node that finds it due takes it by one statement, which only one of several can win, renews its
//! lease for as long as it works, and gives it up with word of how it went. One that dies is replaced when its lease is over.
//!
//! A job may be done twice at the same moment all the same: by a node that hangs for longer than its lease, in the instant
//! before it sees that. So what a job does must be safe to do twice; the lease saves work, it guards nothing.

pub mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{Db, DbError};
use shared::entropy::{Entropy, bytes};

use self::store::{Ended, Taking};

/// For how long a node has a job that it does not renew.
pub const LEASE: Duration = Duration::from_secs(60);

/// How often a node looks at the least whether it is its turn: a job whose node died waits for no longer than that after
/// its lease.
const LOOK: Duration = Duration::from_secs(30);

/// The shortest pause between two looks.
const LEAST: Duration = Duration::from_millis(200);

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// What it is called, in the database and where people read of it.
    pub name: &'static str,
    /// How long it rests between two times.
    pub every: Duration,
}

/// What a job came to: how much was left undone, in a sentence, if anything was.
pub type Outcome = Result<(), String>;

/// What a node did when it looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// It is not due, or another node does it: nothing happens before then.
    Waits(Timestamp),
    /// This node did it.
    Did(Outcome),
    /// This node began, and stopped when it saw that it had lost the lease.
    Lost,
}

/// This node among those that do jobs. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    db: Db,
    clock: SharedClock,
    /// Another one with every start.
    id: String,
    /// How people tell it from others.
    name: String,
    lease: Duration,
}

impl Jobs {
    /// A node by that name, which has each job for [`LEASE`] at a time. All nodes' clocks have to agree.
    pub fn new(db: Db, clock: SharedClock, entropy: &dyn Entropy, name: &str) -> Self {
        let id = URL_SAFE_NO_PAD.encode(bytes::<12>(entropy));
        Self(Arc::new(Inner { db, clock, id, name: name.to_owned(), lease: LEASE }))
    }

    /// Does the job, if it is due and no other node does it.
    ///
    /// # Errors
    /// The database refused before anything was done.
    pub async fn turn<F>(&self, job: Job, work: impl FnOnce() -> F) -> Result<Turn, DbError>
    where
        F: Future<Output = Outcome>,
    {
        let now = self.0.clock.now();
        if let Some(row) = store::find(&self.0.db, job.name).await?
            && let Some(until) = row.waits_until(now)
        {
            return Ok(Turn::Waits(until));
        }
        if !self.take(job, now).await? {
            return Ok(Turn::Waits(now + LOOK));
        }
        tokio::select! {
            biased;
            outcome = work() => {
                self.give_up(job, &outcome).await;
                Ok(Turn::Did(outcome))
            }
            () = self.keep(job) => Ok(Turn::Lost),
        }
    }

    /// Does the job now, due or not, unless another node does it.
    ///
    /// # Errors
    /// The database refused before anything was done.
    pub async fn at_once<F>(&self, job: Job, work: impl FnOnce() -> F) -> Result<Turn, DbError>
    where
        F: Future<Output = Outcome>,
    {
        store::hasten(&self.0.db, job.name, self.0.clock.now()).await?;
        self.turn(job, work).await
    }

    /// How long to rest after that before looking again.
    pub fn pause(&self, turn: &Turn) -> Duration {
        match turn {
            Turn::Waits(until) => until.since(self.0.clock.now()).clamp(LEAST, LOOK),
            // The row knows when it is due next.
            Turn::Did(_) => LEAST,
            Turn::Lost => LOOK,
        }
    }

    async fn take(&self, job: Job, now: Timestamp) -> Result<bool, DbError> {
        let taking = Taking { job: job.name, holder: &self.0.id, node: &self.0.name, now, until: now + self.0.lease };
        store::take(&self.0.db, &taking).await
    }

    /// Renews the lease for as long as this node has it; comes back when it has lost it.
    async fn keep(&self, job: Job) {
        let pause = self.0.lease / 3;
        // Counted in pauses, which no clock that is set back can stretch.
        let mut unheard = Duration::ZERO;
        while unheard < self.0.lease {
            tokio::time::sleep(pause).await;
            let until = self.0.clock.now() + self.0.lease;
            match tokio::time::timeout(pause, store::renew(&self.0.db, job.name, &self.0.id, until)).await {
                Ok(Ok(true)) => unheard = Duration::ZERO,
                Ok(Ok(false)) => return,
                Ok(Err(_)) => unheard += pause,
                Err(_) => unheard += pause * 2,
            }
        }
    }

    /// Writes down how it went. If that fails, the lease runs out by itself and the job is done once more.
    async fn give_up(&self, job: Job, outcome: &Outcome) {
        let at = self.0.clock.now();
        let ended =
            Ended { job: job.name, holder: &self.0.id, at, due: at + job.every, problem: outcome.as_ref().err() };
        if let Err(error) = store::give_up(&self.0.db, &ended).await {
            tracing::warn!(%error, job = job.name, "that a job was done could not be written down");
        }
    }

    /// Every job that was ever begun.
    ///
    /// # Errors
    /// The database refused, or a row is broken.
    pub async fn all(db: &Db) -> Result<Vec<store::JobRow>, DbError> {
        db.read(|tx| store::all(tx).boxed()).await
    }
}
