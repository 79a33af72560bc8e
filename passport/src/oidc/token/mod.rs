//! The token endpoint (RFC 6749 §3.2): one file per grant, the phases they share in [`endpoint`].

pub mod authorization_code;
pub mod client_credentials;
pub mod counts;
pub mod endpoint;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
pub mod issue;
pub mod refresh_token;
pub(crate) mod retry;
