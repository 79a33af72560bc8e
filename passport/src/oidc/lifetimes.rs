//! How long things live.

use std::time::Duration;

/// Lifetimes, as the settings say.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An authorization code (RFC 6749 §4.1.2).
    pub code: Duration,
    /// A pushed authorization request, until the browser comes with it (RFC 9126 §2.2).
    pub pushed_request: Duration,
    /// An access token. Short, since resource servers other than this one don't ask whether it was revoked.
    pub access_token: Duration,
    /// An ID token: long enough for a client's clock to be wrong and a redirect to be slow.
    pub id_token: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// A family of refresh tokens in all.
    pub refresh_absolute: Duration,
    /// For how long after a refresh the spent token gets the same answer: the client may not have received it.
    pub refresh_retry: Duration,
    /// How long clients may keep the key set.
    pub jwks: Duration,
}
