//! A fixed number of threads, a bounded queue before them, and the memory that they share.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::Block;
use prometheus_client::metrics::counter::Counter;

use super::HashError;

/// How much the threads stand back (`setpriority`, from -20 to 19). Where passwords take every core, whoever is signed in
/// already, and the database on the same machine, come first; with a core to spare a hash takes no longer.
const STAND_BACK: i32 = 10;
/// How long a thread waits before it gives the idle memory back.
const IDLE: Duration = Duration::from_secs(30);

/// One piece of work: it computes in the memory it is lent and sends its answer itself.
pub(super) type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The working memory of one hash at a time.
///
/// It is not wiped between hashes: what it holds leads to a password only by trying passwords, as the stored hash
/// does, and the next hash overwrites it.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// The first `count` blocks of 1 KiB, allocated if there are not as many yet.
    ///
    /// # Errors
    /// The system has no more memory.
    pub(super) fn blocks(&mut self, count: usize) -> Result<&mut [Block], HashError> {
        if let Some(missing) = count.checked_sub(self.0.len()) {
            self.0.try_reserve_exact(missing).map_err(|_| HashError::Failed)?;
            self.0.resize(count, Block::new());
        }
        Ok(&mut self.0[..count])
    }
}

/// The threads' side and the callers' side of the pool.
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

struct State {
    queue: VecDeque<Job>,
    limit: usize,
    /// Memory that no hash is using, the latest used on top: a quiet server keeps using one piece of it.
    spare: Vec<Memory>,
    closed: bool,
    turned_away: Counter,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work; `None` when the pool is closed.
    fn next(&self) -> Option<(Job, Memory)> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.queue.pop_front() {
                let memory = state.spare.pop().unwrap_or_default();
                return Some((job, memory));
            }
            let (guard, wait) = self.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if wait.timed_out() && state.queue.is_empty() && !state.spare.is_empty() {
                let idle = std::mem::take(&mut state.spare);
                drop(state);
                drop(idle);
                state = self.state();
            }
        }
    }

    fn serve(&self) {
        // On Linux a thread has a priority of its own. Where that may not be lowered, hashing goes on all the same.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), STAND_BACK);
        while let Some((job, mut memory)) = self.next() {
            // A defect in one hash must not cost the pool a thread; its caller sees the answer missing.
            if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
                tracing::error!("hashing a password panicked");
            }
            self.state().spare.push(memory);
        }
    }
}

/// Threads that hash. Dropping it ends them; what still waits is answered with a failure.
pub(super) struct Pool(Arc<Shared>);

impl Pool {
    /// Starts `threads` threads before a queue of at most `limit` jobs.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn start(threads: usize, limit: usize) -> std::io::Result<Self> {
        let state =
            State { queue: VecDeque::new(), limit, spare: Vec::new(), closed: false, turned_away: Counter::default() };
        let pool = Self(Arc::new(Shared { state: Mutex::new(state), work: Condvar::new() }));
        for n in 0..threads {
            let shared = Arc::clone(&pool.0);
            thread::Builder::new().name(format!("argon2-{n}")).spawn(move || shared.serve())?;
        }
        Ok(pool)
    }

    /// Puts a job at the end of the queue.
    ///
    /// # Errors
    /// [`HashError::Busy`]: the queue is full.
    pub(super) fn submit(&self, job: Job) -> Result<(), HashError> {
        let mut state = self.0.state();
        if state.queue.len() >= state.limit {
            state.turned_away.inc();
            return Err(HashError::Busy);
        }
        state.queue.push_back(job);
        drop(state);
        self.0.work.notify_one();
        Ok(())
    }

    /// How many jobs no thread has taken up yet.
    pub(super) fn waiting(&self) -> usize {
        self.0.state().queue.len()
    }

    /// How many jobs may wait, and how many were not taken.
    pub(super) fn limit_and_turned_away(&self) -> (usize, Counter) {
        let state = self.0.state();
        (state.limit, state.turned_away.clone())
    }

    #[cfg(test)]
    pub(super) fn spare(&self) -> usize {
        self.0.state().spare.len()
    }

    #[cfg(test)]
    pub(super) fn spare_kib(&self) -> usize {
        self.0.state().spare.iter().map(|memory| memory.0.len()).sum()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.closed = true;
            std::mem::take(&mut state.queue)
        };
        // Outside the lock: dropping a job wakes its caller.
        drop(waiting);
        self.0.work.notify_all();
    }
}
