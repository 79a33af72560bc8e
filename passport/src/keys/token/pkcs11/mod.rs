//! A token behind a PKCS #11 module: asked by threads of its own, so that one that is slow, or gone, keeps no request
//! waiting for longer than it is given, and no thread that serves requests at all.
//!
//! Nothing is loaded before the first question: a command that needs no key of the token does not touch it.

mod connection;
mod encoding;
mod master;
mod module;
mod threads;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::config::SecretSource;
use shared::secret::SecretBytes;

use super::super::alg::Alg;
use super::calls::{Call, Calls};
use super::{Bound, KeyHolder, Made, MasterHolder, NONCE, ObjectId, TokenError};

use self::connection::{Connection, Session};
use self::threads::Threads;

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

/// How long making a key may take: small tokens look for primes for half a minute, and nobody waits for it.
const MAKING: Duration = Duration::from_secs(120);

/// A token. Cheap to clone.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    settings: Arc<TokenSettings>,
    threads: OnceLock<Threads<Connection>>,
    calls: Calls,
}

impl Token {
    /// A token, which is not touched yet.
    pub fn new(settings: TokenSettings) -> Self {
        let calls = Calls::default();
        Self(Arc::new(Inner { settings: Arc::new(settings), threads: OnceLock::new(), calls }))
    }

    /// How often it was asked for something, and what came of it.
    pub fn calls(&self) -> &Calls {
        &self.0.calls
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
        self.ask(Call::Look, |session| Ok(session.serial().to_owned())).await
    }

    /// Has one of the threads do it, in a session.
    async fn ask<T: Send + 'static>(
        &self,
        call: Call,
        work: impl Fn(&mut Session) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let done = self.threads().ask(self.time_for(call), move |connection| connection.run(&work)).await;
        self.0.calls.count(call, done)
    }

    /// The same, for a thread that may wait.
    fn ask_and_wait<T: Send + 'static>(
        &self,
        call: Call,
        work: impl Fn(&mut Session) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let done = self.threads().ask_and_wait(self.time_for(call), move |connection| connection.run(&work));
        self.0.calls.count(call, done)
    }

    fn time_for(&self, call: Call) -> Duration {
        if call == Call::Make { MAKING } else { self.0.settings.timeout }
    }

    /// Those who ask the token. They begin with the first question.
    fn threads(&self) -> &Threads<Connection> {
        self.0.threads.get_or_init(|| {
            let settings = Arc::clone(&self.0.settings);
            Threads::new(settings.sessions, move || Connection::new(Arc::clone(&settings)))
        })
    }
}

impl KeyHolder for Token {
    fn offers(&self, alg: Alg) -> BoxFuture<'_, Result<bool, TokenError>> {
        self.ask(Call::Look, move |session| session.offers(alg)).boxed()
    }

    fn generate(&self, alg: Alg, object: ObjectId) -> BoxFuture<'_, Result<Made, TokenError>> {
        self.ask(Call::Make, move |session| session.generate(alg, object)).boxed()
    }

    fn sign(&self, alg: Alg, object: ObjectId, message: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, TokenError>> {
        self.ask(Call::Sign, move |session| session.sign(alg, object, &message)).boxed()
    }

    fn destroy(&self, object: ObjectId) -> BoxFuture<'_, Result<(), TokenError>> {
        self.ask(Call::Destroy, move |session| session.destroy(object)).boxed()
    }
}

impl MasterHolder for Token {
    fn make_master(&self, object: ObjectId) -> Result<(), TokenError> {
        self.ask_and_wait(Call::Make, move |session| session.make_master(object))
    }

    fn seal(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Vec<u8>, TokenError> {
        let (text, to) = (SecretBytes::new(bound.text), bound.to.to_vec());
        self.ask_and_wait(Call::Master, move |session| {
            session.seal(object, nonce, Bound { text: text.expose(), to: &to })
        })
    }

    fn open(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Option<SecretBytes>, TokenError> {
        let (text, to) = (bound.text.to_vec(), bound.to.to_vec());
        self.ask_and_wait(Call::Master, move |session| session.open(object, nonce, Bound { text: &text, to: &to }))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.name())
    }
}
