//! Password hashing: argon2id (RFC 9106) on threads of its own, apart from the workers that serve requests.
//!
//! A hash takes tens of milliseconds and megabytes by design. Run among the async workers, a wave of sign-ins
//! would starve every other request; so there is a fixed number of threads, a bounded queue before them, and
//! [`HashError::Busy`] when the queue is full. The memory blocks are kept between hashes and shared: there are
//! never more of them than hashes were in flight at once, and idle ones are given back to the system.
//!
//! ```ignore
//! let phc = hasher.hash(&password).await?;                       // at registration: store the text
//! match hasher.verify(&password, &stored).await? {
//!     Verdict::Match => …,
//!     Verdict::MatchNeedsRehash => …hash again and store…,       // the parameters were raised since
//!     Verdict::NoMatch => …,
//! }
//! hasher.verify_nobody(&password, None).await?;                  // unknown name: the same work, never a match
//! ```

mod argon;
mod pool;

use std::num::NonZeroUsize;
use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use shared::entropy::{self, SharedEntropy};
use shared::secret::SecretString;
use shared::telemetry::SPANS;
use tokio::sync::oneshot;
use tracing::Instrument as _;

pub use self::argon::{HashParams, ParamsError};

use self::argon::{Argon, SALT_LENGTH, Stored};
use self::pool::Pool;
use crate::config::{AccountsSettings, HashSettings};

/// What to tell a client that met a full queue: seconds for its `Retry-After` (RFC 9110 §10.2.3).
/// A full queue of the default length is worked off by a few cores in about as long.
pub const RETRY_AFTER_SECONDS: u32 = 2;

/// How passwords are hashed and by how many threads.
#[derive(Debug, Clone, Copy)]
pub struct Hashing {
    /// The cost of one hash.
    pub params: HashParams,
    /// Threads that hash; `None`: as many as the machine has cores.
    pub threads: Option<NonZeroUsize>,
    /// Hashes that may wait before callers are turned away.
    pub queue: usize,
}

impl Hashing {
    /// As the settings say.
    pub fn of(settings: &AccountsSettings) -> Self {
        let HashSettings { memory_kib, iterations, parallelism } = settings.hash;
        Self {
            params: HashParams { memory_kib, iterations, parallelism },
            threads: NonZeroUsize::new(settings.hash_threads),
            queue: settings.hash_queue,
        }
    }
}

/// Whether a password is the one that was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Match,
    /// It is, and the stored hash was made with other parameters than the present ones.
    MatchNeedsRehash,
    /// It is not.
    NoMatch,
}

/// Why there is no answer about a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many hashes wait: answer 503 with [`RETRY_AFTER_SECONDS`].
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The stored text is no argon2id hash that this program accepts.
    #[error("the stored password hash cannot be read")]
    Broken,
    /// The computation itself failed, for want of memory for example.
    #[error("the password could not be hashed")]
    Failed,
}

/// How the queue of hashes stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many wait.
    pub waiting: usize,
    /// How many may.
    pub limit: usize,
    /// How many were turned away since the start.
    pub turned_away: u64,
}

/// Hashes and verifies passwords. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Hasher {
    argon: Arc<Argon>,
    pool: Arc<Pool>,
    entropy: SharedEntropy,
}

impl Hasher {
    /// Starts the threads. No memory blocks are taken before the first hash.
    ///
    /// # Errors
    /// The parameters are out of bounds, or the system gives no threads.
    pub fn start(hashing: Hashing, entropy: SharedEntropy) -> Result<Self, StartError> {
        let argon = Arc::new(Argon::new(hashing.params)?);
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = hashing.threads.unwrap_or_else(cores).get();
        Ok(Self { argon, pool: Arc::new(Pool::start(threads, hashing.queue)?), entropy })
    }

    /// The hash of a new password, as a PHC string with a fresh salt.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn hash(&self, password: &SecretString) -> Result<String, HashError> {
        let (argon, password) = (Arc::clone(&self.argon), password.clone());
        let salt: [u8; SALT_LENGTH] = entropy::bytes(self.entropy.as_ref());
        self.run(move |memory| argon.hash(&password, &salt, memory)).await
    }

    /// Whether `password` is the one that `stored` was made of.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn verify(&self, password: &SecretString, stored: &str) -> Result<Verdict, HashError> {
        let stored = Stored::parse(stored)?;
        let (argon, password) = (Arc::clone(&self.argon), password.clone());
        self.run(move |memory| argon.verify(&password, &stored, memory)).await
    }

    /// For a name that no account has: does what [`Hasher::verify`] does, so that the answer takes as long. The cost is
    /// that of `like`, a stored hash, or the present one.
    ///
    /// # Errors
    /// As [`Hasher::verify`], a full queue among them: that too must not tell the names apart.
    pub async fn verify_nobody(&self, password: &SecretString, like: Option<&str>) -> Result<(), HashError> {
        let nobody = self.argon.nobody(like.and_then(|text| Stored::parse(text).ok()));
        let (argon, password) = (Arc::clone(&self.argon), password.clone());
        self.run(move |memory| argon.verify(&password, &nobody, memory)).await.map(drop)
    }

    /// How the queue stands.
    pub fn queue(&self) -> Queue {
        let (limit, turned_away) = self.pool.limit_and_turned_away();
        Queue { waiting: self.waiting(), limit, turned_away: turned_away.get() }
    }

    /// The count of passwords that were turned away, to be registered.
    pub fn turned_away(&self) -> Counter {
        self.pool.limit_and_turned_away().1
    }

    /// How many hashes wait for a thread at this moment.
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
    }

    async fn run<R, F>(&self, work: F) -> Result<R, HashError>
    where
        R: Send + 'static,
        F: FnOnce(&mut pool::Memory) -> Result<R, HashError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.pool.submit(Box::new(move |memory| {
            // Nobody waits any more when the client has gone: its turn is better spent on the next.
            if !reply.is_closed() {
                let _ = reply.send(work(memory));
            }
        }))?;
        let span = tracing::info_span!(target: SPANS, "password");
        answer.instrument(span).await.map_err(|_| HashError::Failed)?
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").field("params", &self.argon.params()).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Hasher {
    /// Keeps the only thread of this hasher busy until the returned sender is dropped.
    pub(in crate::accounts) fn occupy(&self) -> std::sync::mpsc::Sender<()> {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (begun, begin) = std::sync::mpsc::channel();
        let block = Box::new(move |_: &mut pool::Memory| {
            let _ = begun.send(());
            let _ = released.recv();
        });
        self.pool.submit(block).expect("room in the queue");
        begin.recv().expect("the thread works");
        release
    }
}

/// Why hashing could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is out of bounds.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The system refused a thread.
    #[error("no thread for hashing passwords: {0}")]
    Thread(#[from] std::io::Error),
}

#[cfg(test)]
mod tests;
