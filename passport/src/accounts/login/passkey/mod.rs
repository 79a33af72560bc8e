//! Signing in with a passkey: without name and password, or as the second step.

mod operation;
mod page;

pub use self::page::{show, submit};
