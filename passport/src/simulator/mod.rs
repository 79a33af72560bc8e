//! `passport simulate`: an OpenID provider for who builds a site and tests it. One process without a database; any candidate
//! and any fault on demand.
//!
//! What is protocol comes from [`crate::oidc`]: how requests are read and judged, what tokens and answers look like, which
//! error is told. What is here is what a test needs instead of a passport: memory in place of the database ([`memory`]),
//! candidates without passwords ([`candidates`]), keys that are exchanged at a button ([`keys`]), and what goes wrong when
//! it is told to ([`faults`]). Nothing that it signs or seals means anything to a passport: its keys are made at the start.

mod authorize;
pub mod candidates;
pub mod clients;
mod control;
mod desk;
pub mod discovery;
pub mod faults;
mod inspect;
pub mod keys;
mod logout;
pub mod loopback;
mod memory;
pub mod routes;
mod seal;
mod sign_in;
mod subject;
mod token;
mod userinfo;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::FromRef;
use futures_util::future::BoxFuture;
use shared::clock::{SharedClock, Timestamp};
use shared::entropy::SharedEntropy;
use shared::http::client::{ClientBuilder, ClientError};
use url::Url;

use self::candidates::Candidate;
use self::clients::Clients;
use self::faults::{Fault, Set, Switches};
use self::keys::{Ring, Step};
use self::loopback::HereOnly;
use self::memory::Memory;
use self::seal::MemorySealer;
use crate::keys::KeysError;
use crate::oidc::{IssuerError, Lifetimes};
use crate::web::{Pages, Sealer, Web, texts};

/// How long things live: as in a passport with the settings that it has by itself.
pub const LIFETIMES: Lifetimes = Lifetimes {
    code: Duration::from_secs(60),
    pushed_request: Duration::from_secs(90),
    access_token: Duration::from_secs(600),
    id_token: Duration::from_secs(600),
    refresh_idle: Duration::from_secs(14 * 24 * 60 * 60),
    refresh_absolute: Duration::from_secs(90 * 24 * 60 * 60),
    refresh_retry: Duration::from_secs(10),
    jwks: Duration::from_secs(600),
};

/// How long a site may take to answer a logout token.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for that long. A test waits for nothing, and sees how long it was to be.
pub type Waiting = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// What a simulator is made of.
pub struct Parts {
    /// Its issuer, without a slash at the end.
    pub issuer: String,
    /// Who may ask.
    pub clients: Clients,
    /// Whom one can sign in as.
    pub candidates: Vec<Candidate>,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// How slow answers are waited for.
    pub waiting: Waiting,
    /// Whether other machines may be told of signing out.
    pub calls_others: bool,
    /// Certificates to trust when sites are called, in place of the system's.
    pub ca_file: Option<PathBuf>,
}

/// Why there is no simulator.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The issuer is none.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Sites cannot be called.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A simulator. Cheap to clone.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    issuer: Arc<str>,
    clients: Clients,
    clock: SharedClock,
    entropy: SharedEntropy,
    waiting: Waiting,
    calls_others: bool,
    http: reqwest::Client,
    sealer: Arc<dyn Sealer>,
    web: Web,
    pages: Pages,
    metadata: discovery::Members,
    /// Made when they are asked for first: RSA takes longer than everything else.
    ring: tokio::sync::Mutex<Option<Arc<Ring>>>,
    memory: Mutex<Memory>,
}

impl FromRef<Simulator> for Web {
    fn from_ref(simulator: &Simulator) -> Self {
        simulator.0.web.clone()
    }
}

impl FromRef<Simulator> for Pages {
    fn from_ref(simulator: &Simulator) -> Self {
        simulator.0.pages.clone()
    }
}

impl Simulator {
    /// A simulator of these parts.
    ///
    /// # Errors
    /// The issuer is no URL, or a file of certificates cannot be read.
    pub fn new(parts: Parts) -> Result<Self, SimulatorError> {
        let sealer: Arc<dyn Sealer> = Arc::new(MemorySealer::new(&parts.entropy));
        let metadata = discovery::members(&parts.issuer)?;
        let origin = Url::parse(&parts.issuer).map_err(IssuerError::from)?.origin().ascii_serialization();
        let web = Web::new(&origin, Arc::clone(&sealer), Arc::clone(&parts.clock), Arc::clone(&parts.entropy));
        let mut http = ClientBuilder::new().ca_file(parts.ca_file.as_deref()).timeout(PATIENCE);
        if !parts.calls_others {
            http = http.resolver(HereOnly);
        }
        Ok(Self(Arc::new(Inner {
            issuer: parts.issuer.into(),
            clients: parts.clients,
            clock: parts.clock,
            entropy: parts.entropy,
            waiting: parts.waiting,
            calls_others: parts.calls_others,
            http: http.build()?,
            sealer,
            web,
            pages: Pages::new(Arc::new(texts::catalogue()), None).of_simulator(),
            metadata,
            ring: tokio::sync::Mutex::default(),
            memory: Mutex::new(Memory::new(parts.candidates)),
        })))
    }

    /// The issuer.
    pub fn issuer(&self) -> Arc<str> {
        Arc::clone(&self.0.issuer)
    }

    /// Whom one can sign in as.
    pub fn candidates(&self) -> Vec<Candidate> {
        self.memory().candidates.clone()
    }

    /// What is wrong for everybody.
    pub fn switches(&self) -> Switches {
        self.memory().switches.clone()
    }

    /// Makes that wrong for everybody, and nothing else.
    pub fn switch(&self, switches: Switches) {
        self.memory().switches = switches;
    }

    /// The keys.
    ///
    /// # Errors
    /// The library failed.
    pub async fn ring(&self) -> Result<Arc<Ring>, KeysError> {
        let mut held = self.0.ring.lock().await;
        if let Some(ring) = &*held {
            return Ok(Arc::clone(ring));
        }
        let ring = Arc::new(apart(Ring::generate).await?);
        *held = Some(Arc::clone(&ring));
        Ok(ring)
    }

    /// Takes a step of the exchange of keys; whether it could be taken.
    ///
    /// # Errors
    /// The library failed.
    pub async fn exchange(&self, step: Step) -> Result<bool, KeysError> {
        self.ring().await?;
        let mut held = self.0.ring.lock().await;
        // Made a moment ago: of two steps at once the second one begins where the first one ended.
        let Some(before) = held.clone() else { return Ok(false) };
        let Some(after) = apart(move || before.after(step)).await? else { return Ok(false) };
        *held = Some(Arc::new(after));
        Ok(true)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Waits as long as a slow answer takes, if that fault is on.
    async fn wait_for(&self, fault: Fault, faults: &Set) {
        if faults.contains(&fault) {
            let slow = self.memory().switches.slow;
            (self.0.waiting)(slow).await;
        }
    }

    /// What is wrong for everybody, and with that in particular.
    fn faults_with(&self, own: &Set) -> Set {
        self.memory().switches.on.union(own).copied().collect()
    }
}

/// Work that takes longer than a thread that serves requests should.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeysError> + Send + 'static,
) -> Result<T, KeysError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(KeysError::Library))
}
