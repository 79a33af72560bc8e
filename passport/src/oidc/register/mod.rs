//! Client registration (RFC 7591, OIDC Registration) and its management (RFC 7592).
//!
//! What a client sends becomes the same [`Metadata`](crate::clients::Metadata) that an operator writes into a file, and
//! passes the same rules: [`document`] translates, [`endpoint`] serves, [`refusal`] says what is wrong. Below the address of
//! its registration a client finds what else it may know and do by the same token: its [`secrets`], what was [`refused`] to
//! it, what there is to point out about it ([`findings`]), and its stream of security events ([`signals`]).
//! [`openapi`] describes all of it for programs.

mod document;
pub mod endpoint;
pub mod evidence;
pub mod findings;
mod members;
pub mod openapi;
mod own;
mod refusal;
pub mod refused;
pub mod rehearsal;
pub mod secrets;
pub mod signals;

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

/// What is understood of metadata, as it is shown; `None` where it is refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzzing_understood(
    sent: &serde_json::Map<String, serde_json::Value>,
) -> Option<serde_json::Map<String, serde_json::Value>> {
    use crate::clients::{Client, Metadata};

    let metadata = Metadata { client_id: "a".to_owned(), ..document::read(sent).ok()? };
    Client::new(metadata, Vec::new()).ok().map(|client| document::show(&client))
}
