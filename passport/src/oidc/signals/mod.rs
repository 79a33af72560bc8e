//! Security events for sites: signed tokens (RFC 8417) of what happened to an account or a session, in the types of the
//! Shared Signals Framework 1.0 (RISC, CAEP), pushed by RFC 8935.
//!
//! ```text
//! audit record ──▶ herald (same transaction): causes, who is told ──▶ outbox ──▶ push: set, signed ──▶ the site
//! ```
//!
//! What an event on record means to sites stands in one table ([`causes`]). Nothing that happens to an account asks
//! for an event here: whoever records it has it told ([`herald`]).

pub mod causes;
pub mod herald;
pub mod metadata;
pub mod push;
pub mod report;
mod set;

pub use self::herald::Herald;
pub use self::push::SignalTokens;
