//! 沙盒: where an organisation tries its sites out. It is another passport, with its own keys and its own people; the portal
//! registers sites there as any program would (RFC 7591) and changes them by the token that it got (RFC 7592).

pub mod candidates;
mod credentials;
mod desk;
pub(in crate::portal) mod document;
mod errors;
pub mod findings;
pub(in crate::portal) mod form;
mod list;
mod model;
mod place;
mod problem;
mod register;
mod remote;
mod remove;
mod rotation;
mod secrets;
mod settings;
mod signals;
mod site;
mod snippets;
pub mod store;
mod try_out;

use crate::keys::store::SealedColumn;

/// What the portal keeps sealed of the sandbox.
pub const SEALED: [SealedColumn; 2] = [store::SEALED_TOKENS, candidates::store::SEALED_SETS];

pub(in crate::portal) use self::credentials::Credentials;
pub(in crate::portal) use self::model::Site;
pub use self::model::SiteId;
pub(in crate::portal) use self::register::told;
pub use self::remote::{Sandbox, SandboxError};
pub(in crate::portal) use self::settings::kinds;
pub(in crate::portal) use self::site::lead_with;

/// Handlers, for the router.
pub mod pages {
    pub use super::candidates::endpoint::make as make_stand_ins;
    pub use super::candidates::page::{show as show_candidates, submit as make_candidates};
    pub use super::errors::show as errors;
    pub use super::list::show as list;
    pub use super::register::{show as show_register, submit as register};
    pub use super::remove::{show as show_remove, submit as remove};
    pub use super::rotation::{show as show_rotation, submit as rehearse};
    pub use super::secrets::{show as show_secrets, submit as change_secrets};
    pub use super::settings::{show as show_settings, submit as change};
    pub use super::signals::{show as show_signals, submit as set_signals};
    pub use super::site::show as site;
    pub use super::try_out::{begin as begin_try, follow as follow_try, show as show_try};
}
