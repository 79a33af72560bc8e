//! A token behind a PKCS #11 module: asked by threads of its own, so that one that is slow, or gone, keeps no request
//! waiting for longer than it is given, and no thread that serves requests at all.
//!
//! Nothing is loaded before the first question: a command that needs no key of the token does not touch it.

mod connection;
mod encoding;
mod master;
mod module;
mod work;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::config::SecretSource;
use shared::secret::SecretBytes;
use tokio::sync::oneshot;

use super::super::alg::Alg;
use super::{Bound, KeyHolder, Made, MasterHolder, NONCE, ObjectId, TokenError};

use self::connection::{Connection, Session};

/// How a token is reached.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The module, a shared library.
    pub module: PathBuf,
    /// The token's label, or its serial number.
    pub token: String,
    /// The PIN of its user.
    pub pin: SecretSource,
    /// How many sessions, and threads that use them.
    pub sessions: usize,
    /// How long a question may take.
    pub timeout: Duration,
}

/// How many questions may wait for each session.
const WAITING: usize = 64;

/// How long making a key may take: small tokens look for primes for half a minute, and nobody waits for it.
const MAKING: Duration = Duration::from_secs(120);

/// What a thread does for somebody who waits.
type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A token. Cheap to clone.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    settings: Arc<TokenSettings>,
    jobs: OnceLock<SyncSender<Job>>,
}

impl Token {
    /// A token, which is not touched yet.
    pub fn new(settings: TokenSettings) -> Self {
        Self(Arc::new(Inner { settings: Arc::new(settings), jobs: OnceLock::new() }))
    }

    /// What is used, in words: its label or serial number, and the module.
    pub fn name(&self) -> String {
        format!("token {} at {}", self.0.settings.token, self.0.settings.module.display())
    }

    /// The serial number of the token: it is there, and takes the PIN.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub async fn serial(&self) -> Result<String, TokenError> {
        self.ask(|session| Ok(session.serial().to_owned())).await
    }

    /// Has one of the threads do it. Who has waited for too long is told so, and what nobody waits for any more is left out.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Session) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        self.ask_for(self.0.settings.timeout, work).await
    }

    async fn ask_for<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl Fn(&mut Session) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            if !answer.is_closed() {
                drop(answer.send(connection.run(&work)));
            }
        });
        self.jobs().try_send(job).map_err(|_| TokenError::Busy)?;
        match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(done)) => done,
            // The module took its thread down with it.
            Ok(Err(_)) => Err(TokenError::Gone("a thread of its module ended".to_owned())),
            Err(_) => Err(TokenError::Slow(timeout)),
        }
    }

    /// The same, for a thread that may wait.
    fn ask_and_wait<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl Fn(&mut Session) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |connection| drop(answer.try_send(connection.run(&work))));
        self.jobs().try_send(job).map_err(|_| TokenError::Busy)?;
        match answered.recv_timeout(timeout) {
            Ok(done) => done,
            Err(RecvTimeoutError::Timeout) => Err(TokenError::Slow(timeout)),
            Err(RecvTimeoutError::Disconnected) => Err(TokenError::Gone("a thread of its module ended".to_owned())),
        }
    }

    /// Where questions are put; the threads that answer them begin with the first.
    fn jobs(&self) -> &SyncSender<Job> {
        self.0.jobs.get_or_init(|| {
            let sessions = self.0.settings.sessions;
            let (put, taken) = sync_channel(sessions * WAITING);
            let taken = Arc::new(Mutex::new(taken));
            for number in 0..sessions {
                let taken = Arc::clone(&taken);
                let connection = Connection::new(Arc::clone(&self.0.settings));
                let begun = thread::Builder::new().name(format!("token-{number}"));
                if let Err(error) = begun.spawn(move || answer(&taken, connection)) {
                    tracing::error!(%error, "a thread for the token cannot be started");
                }
            }
            put
        })
    }
}

/// Answers questions until nobody can ask any more.
fn answer(taken: &Mutex<Receiver<Job>>, mut connection: Connection) {
    loop {
        let next = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        job(&mut connection);
    }
}

impl KeyHolder for Token {
    fn offers(&self, alg: Alg) -> BoxFuture<'_, Result<bool, TokenError>> {
        self.ask(move |session| session.offers(alg)).boxed()
    }

    fn generate(&self, alg: Alg, object: ObjectId) -> BoxFuture<'_, Result<Made, TokenError>> {
        self.ask_for(MAKING, move |session| session.generate(alg, object)).boxed()
    }

    fn sign(&self, alg: Alg, object: ObjectId, message: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, TokenError>> {
        self.ask(move |session| session.sign(alg, object, &message)).boxed()
    }

    fn destroy(&self, object: ObjectId) -> BoxFuture<'_, Result<(), TokenError>> {
        self.ask(move |session| session.destroy(object)).boxed()
    }
}

impl MasterHolder for Token {
    fn make_master(&self, object: ObjectId) -> Result<(), TokenError> {
        self.ask_and_wait(MAKING, move |session| session.make_master(object))
    }

    fn seal(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Vec<u8>, TokenError> {
        let (text, to) = (SecretBytes::new(bound.text), bound.to.to_vec());
        self.ask_and_wait(self.0.settings.timeout, move |session| {
            session.seal(object, nonce, Bound { text: text.expose(), to: &to })
        })
    }

    fn open(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Option<Vec<u8>>, TokenError> {
        let (text, to) = (bound.text.to_vec(), bound.to.to_vec());
        self.ask_and_wait(self.0.settings.timeout, move |session| {
            session.open(object, nonce, Bound { text: &text, to: &to })
        })
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.name())
    }
}
