//! A session with the token, opened when it is needed, and anew when it was lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::object::ObjectHandle;
use cryptoki::session::UserType;
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use shared::secret::sha256;

use super::super::{ObjectId, TokenError};
use super::TokenSettings;
use super::module::{Module, State};

/// PINs that a token has refused, as hashes: it locks itself after a few tries, whoever makes them.
static REFUSED: Mutex<Vec<[u8; 32]>> = Mutex::new(Vec::new());

/// What one thread holds of the token.
pub(super) struct Connection {
    settings: Arc<TokenSettings>,
    module: Arc<Module>,
    session: Option<Session>,
    /// The generation of the module that was asked last.
    generation: u64,
}

/// A session in which the user is logged in. It is not closed when it is dropped: by then its handle may be another's.
pub(super) struct Session {
    pub(super) handle: cryptoki::session::Session,
    /// Keys that were looked for.
    pub(super) objects: HashMap<ObjectId, ObjectHandle>,
    pub(super) mechanisms: Vec<MechanismType>,
    serial: String,
    generation: u64,
}

impl Connection {
    pub(super) fn new(settings: Arc<TokenSettings>) -> Self {
        let module = Module::of(&settings.module);
        Self { settings, module, session: None, generation: 0 }
    }

    /// Does it: in a new session if the one at hand turns out to be lost, and with the module initialised anew if that does
    /// not help.
    pub(super) fn run<T>(&mut self, work: &dyn Fn(&mut Session) -> Result<T, TokenError>) -> Result<T, TokenError> {
        let is_old = self.session.is_some();
        let mut done = self.attempt(work);
        if is_old && done.as_ref().is_err_and(TokenError::may_be_stale) {
            done = self.attempt(work);
        }
        if done.as_ref().is_err_and(TokenError::may_be_stale) && self.module.begin_anew(self.generation) {
            done = self.attempt(work);
        }
        done
    }

    fn attempt<T>(&mut self, work: &dyn Fn(&mut Session) -> Result<T, TokenError>) -> Result<T, TokenError> {
        let module = Arc::clone(&self.module);
        let state = module.enter()?;
        self.generation = state.generation;
        let known = self.session.take().filter(|session| session.generation == state.generation);
        let mut session = match known {
            Some(session) => session,
            None => self.open(&state)?,
        };
        let done = work(&mut session);
        if done.is_ok() {
            self.session = Some(session);
        } else {
            // What was begun in it may not be over; and nothing is lost by closing one that is closed.
            drop(session.handle.close());
        }
        done
    }

    fn open(&self, state: &State) -> Result<Session, TokenError> {
        let module = state.module()?;
        let (slot, serial) = find(module, &self.settings.token)?;
        let mechanisms = module.get_mechanism_list(slot).map_err(told)?;
        let handle = module.open_rw_session_no_drop(slot).map_err(told)?;
        if let Err(error) = self.log_in(&handle) {
            drop(handle.close());
            return Err(error);
        }
        Ok(Session { handle, objects: HashMap::new(), mechanisms, serial, generation: state.generation })
    }

    /// A PIN that was refused is not tried again: after a few tries the token would lock itself.
    fn log_in(&self, session: &cryptoki::session::Session) -> Result<(), TokenError> {
        let pin = self.settings.pin.read().map_err(|error| TokenError::PinSource(error.to_string()))?;
        // Of hashes, so that no copy of the PIN is left behind in memory.
        let hash = sha256(&[sha256(self.settings.token.as_bytes()), sha256(pin.expose().as_bytes())].concat());
        // Held until the token has answered, so that threads which start at once try a wrong one once.
        let mut refused = REFUSED.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.contains(&hash) {
            return Err(TokenError::Pin);
        }
        let pin = AuthPin::new(pin.expose().into());
        match session.login(UserType::User, Some(&pin)) {
            // A login counts for all sessions of a process.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _)) => {
                refused.push(hash);
                Err(TokenError::Pin)
            }
            Err(Error::Pkcs11(RvError::PinLocked, _)) => {
                refused.push(hash);
                Err(TokenError::PinLocked)
            }
            Err(error) => Err(told(error)),
        }
    }
}

impl Session {
    /// The token's serial number.
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }
}

/// The slot of the token of that label or serial number, and the latter.
fn find(module: &Pkcs11, wanted: &str) -> Result<(Slot, String), TokenError> {
    let mut tokens = Vec::new();
    for slot in module.get_slots_with_initialized_token().map_err(told)? {
        // One that is pulled out at this moment is none.
        let Ok(info) = module.get_token_info(slot) else { continue };
        tokens.push((slot, info.label().trim().to_owned(), info.serial_number().trim().to_owned()));
    }
    if let Some((slot, _, serial)) = tokens.iter().find(|(_, _, serial)| serial == wanted) {
        return Ok((*slot, serial.clone()));
    }
    let mut named = tokens.iter().filter(|(_, label, _)| label == wanted);
    match (named.next(), named.count()) {
        (Some((slot, _, serial)), 0) => Ok((*slot, serial.clone())),
        (Some((_, label, _)), more) => Err(TokenError::Ambiguous { label: label.clone(), count: more + 1 }),
        (None, _) => {
            let found: Vec<_> = tokens.iter().map(|(_, label, serial)| format!("{label} ({serial})")).collect();
            let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
            Err(TokenError::NoToken { wanted: wanted.to_owned(), found })
        }
    }
}

/// What an answer of the module means: that the token is not there, that a new session may help, or that it will not.
pub(super) fn told(error: Error) -> TokenError {
    match &error {
        Error::Pkcs11(
            RvError::DeviceError
            | RvError::DeviceRemoved
            | RvError::DeviceMemory
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::UserNotLoggedIn
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::OperationActive
            | RvError::GeneralError
            | RvError::FunctionFailed
            | RvError::CryptokiNotInitialized,
            _,
        ) => TokenError::Gone(error.to_string()),
        _ => TokenError::Refused(error.to_string()),
    }
}
