//! The module: loaded once a process, whatever asks for it, since PKCS #11 §5.4 lets a process initialise one only once.
//! Some modules see a token that was away only when they are initialised anew, so that is done while nothing is asked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use shared::clock::{Clock as _, SystemClock, Timestamp};

use super::super::TokenError;

/// How long it rests between two times that it is initialised anew.
const PAUSE: Duration = Duration::from_secs(2);

static KNOWN: Mutex<Vec<Arc<Module>>> = Mutex::new(Vec::new());

/// A module, which may not be loaded yet.
pub(super) struct Module {
    path: PathBuf,
    state: RwLock<State>,
    begun: Mutex<Option<Timestamp>>,
}

/// How it stands while somebody asks it.
#[derive(Default)]
pub(super) struct State {
    loaded: Option<Pkcs11>,
    is_ready: bool,
    /// How often it was initialised: sessions of another time are none any more, and their handles may be others'.
    pub(super) generation: u64,
}

impl Module {
    /// The module of that path.
    pub(super) fn of(path: &Path) -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = known.iter().find(|module| module.path == path) {
            return Arc::clone(module);
        }
        let module = Arc::new(Self { path: path.to_owned(), state: RwLock::default(), begun: Mutex::default() });
        known.push(Arc::clone(&module));
        module
    }

    /// For one question, during which it stays as it is.
    pub(super) fn enter(&self) -> Result<RwLockReadGuard<'_, State>, TokenError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.is_ready {
            return Ok(state);
        }
        drop(state);
        self.state.write().unwrap_or_else(PoisonError::into_inner).make_ready(&self.path)?;
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Initialises it anew, unless that was only just done, or somebody asks it something; whether it is another one than in
    /// that generation.
    pub(super) fn begin_anew(&self, generation: u64) -> bool {
        let (now, mut begun) = (SystemClock.now(), self.begun.lock().unwrap_or_else(PoisonError::into_inner));
        let Ok(mut state) = self.state.try_write() else { return false };
        if state.generation != generation {
            return true;
        }
        if begun.is_some_and(|at| now < at + PAUSE) {
            return false;
        }
        *begun = Some(now);
        if let Some(module) = state.loaded.clone() {
            // One that says no is initialised all the same, or says why not.
            drop(module.finalize());
        }
        state.is_ready = false;
        state.make_ready(&self.path).is_ok()
    }
}

impl State {
    /// The module itself.
    pub(super) fn module(&self) -> Result<&Pkcs11, TokenError> {
        let ready = self.loaded.as_ref().filter(|_| self.is_ready);
        ready.ok_or_else(|| TokenError::Gone("its module is being initialised".to_owned()))
    }

    fn make_ready(&mut self, path: &Path) -> Result<(), TokenError> {
        if self.is_ready {
            return Ok(());
        }
        let wrong = |error: Error| TokenError::Module { path: path.display().to_string(), why: error.to_string() };
        let module = match self.loaded.take() {
            Some(module) => module,
            None => Pkcs11::new(path).map_err(wrong)?,
        };
        let done = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
        self.loaded = Some(module);
        match done {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(wrong(error)),
        }
        self.is_ready = true;
        self.generation += 1;
        Ok(())
    }
}
