//! Signing in with a passkey: without name and password, or as the second step.

mod operation;
mod page;

pub(super) use self::operation::{Answer, Refusal};
pub use self::page::{show, submit};
