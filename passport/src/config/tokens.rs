//! `[tokens]`

use std::time::Duration;

use shared::config::Problems;

shared::settings! {
    /// Codes and tokens.
    pub struct TokensSettings {
        /// How long an authorization code may wait for its redemption (RFC 6749 §4.1.2: 10 minutes at most).
        code: Duration = "60s",
        /// How long a pushed authorization request may wait for its browser (RFC 9126 §2.2: below 10 minutes).
        pushed_request: Duration = "90s",
        /// How long an access token is valid.
        access: Duration = "10m",
        /// How long an ID token is valid.
        id: Duration = "10m",
        /// How long a refresh token is valid without use.
        refresh_idle: Duration = "14d",
        /// How long a family of refresh tokens is valid in all.
        refresh_absolute: Duration = "90d",
        /// How long a lost answer to a refresh may be asked for again.
        refresh_retry: Duration = "10s",
        /// Whether every DPoP proof must hold a nonce of ours (RFC 9449 §8). Clients of the profile `fapi2` always do.
        dpop_nonce: bool = false,
    }
    check lives_are_sane
}

/// How long a signed authorization response is valid: JARM §2.1 advises ten minutes at most.
pub const SIGNED_RESPONSE: Duration = Duration::from_secs(5 * 60);

/// How long what we tell sites by ourselves may be on its way: logout tokens (OIDC Back-Channel Logout §4 recommends two
/// minutes at most), and questions about registrations.
pub const SIGNED_MESSAGE: Duration = Duration::from_secs(120);

impl TokensSettings {
    /// How long the longest-lived of what is signed is valid.
    pub fn longest_signed(&self) -> Duration {
        self.access.max(self.id).max(SIGNED_RESPONSE).max(SIGNED_MESSAGE)
    }
}

fn lives_are_sane(settings: &TokensSettings, problems: &mut Problems<'_>) {
    for (name, value) in [
        ("code", settings.code),
        ("pushed_request", settings.pushed_request),
        ("access", settings.access),
        ("id", settings.id),
        ("refresh_idle", settings.refresh_idle),
    ] {
        if value < Duration::from_secs(1) {
            problems.add(name, "must be at least 1s");
        }
    }
    if settings.code > Duration::from_secs(600) {
        problems.add("code", "must be at most 10m (RFC 6749 §4.1.2)");
    }
    if settings.pushed_request >= Duration::from_secs(600) {
        problems.add("pushed_request", "must be below 10m (FAPI 2.0 Security Profile §5.3.2.2)");
    }
    // Until then a stolen token is answered like a lost one.
    if settings.refresh_retry > Duration::from_secs(60) {
        problems.add("refresh_retry", "must be at most 60s");
    }
    if settings.refresh_absolute < settings.refresh_idle {
        problems.add("refresh_absolute", "must not be shorter than refresh_idle");
    }
}
