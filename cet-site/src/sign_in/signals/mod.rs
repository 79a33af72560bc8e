//! The passport tells this site what happened to an account (Shared Signals Framework 1.0), by security event tokens that
//! it pushes (RFC 8935).
//!
//! What ends people's sessions here does so at once. The rest is noted: this site lets nobody in but by the passport,
//! so there is nothing more to do about a password that was changed there.

mod endpoint;
pub(super) mod set;
pub(super) mod store;
mod take;

pub use endpoint::submit;
