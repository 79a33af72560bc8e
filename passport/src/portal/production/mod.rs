//! Sites for candidates: an organisation applies with what it tried out in the sandbox, a reviewer decides in the console,
//! and what was approved is so at once. ADR 0057.

mod apply;
mod change;
pub mod evidence;
pub mod form;
mod health;
mod list;
mod model;
mod review;
mod secrets;
mod send;
pub mod site;
pub mod store;
pub mod wish;
mod withdraw;

pub use self::model::{Evidence, Production, ProductionId, State, Verdict};
pub use self::review::{Dossier, Judged, Waiting};

/// Handlers, for the router.
pub mod pages {
    pub use super::apply::{show as show_apply, submit as apply};
    pub use super::change::{show as show_change, submit as change};
    pub use super::health::show as health;
    pub use super::list::show as list;
    pub use super::secrets::{show as show_secrets, submit as change_secrets};
    pub use super::site::show as site;
    pub use super::withdraw::submit as withdraw;
}
