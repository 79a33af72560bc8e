//! Client registration (RFC 7591, OIDC Registration) and its management (RFC 7592).
//!
//! What a client sends becomes the same [`Metadata`](crate::clients::Metadata) that an operator writes into a file, and
//! passes the same rules: [`document`] translates, [`endpoint`] serves, [`refusal`] says what is wrong.

mod document;
pub mod endpoint;
mod members;
mod refusal;

/// Who may register clients without an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Nobody.
    Closed,
    /// Whoever has an initial access token (RFC 7591 §3).
    Invited,
    /// Everybody, so many times an hour from one network.
    Open,
}
