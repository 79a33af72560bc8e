//! Streams of security events: which of them a client is told, where, and whether it is told at the moment
//! (Shared Signals Framework 1.0).
//!
//! A client has one stream. What is sent over it is made in `oidc::signals`; here stands what was agreed on.

mod model;
mod operation;
pub mod store;

pub use self::model::{EventType, HELD_FOR, Stream, StreamState, Wanted, WrongWish};
pub use self::operation::SignalsError;
pub use self::store::SEALED_AUTHORIZATIONS;
