//! `[registration]`

use shared::config::SecretSource;

shared::choice! {
    /// Who may register clients without an operator (RFC 7591).
    pub enum RegistrationPolicy {
        /// Nobody.
        Closed = "closed",
        /// Whoever has an initial access token from `passport clients invite`.
        Invited = "invited",
        /// Everybody, within `limits.clients_per_hour`.
        Open = "open",
    }
}

shared::settings! {
    /// Clients that register themselves.
    pub struct RegistrationSettings {
        /// Who may.
        policy: RegistrationPolicy = "closed",
        /// The secret by which the portal of another passport registers sites here, whatever the policy. It makes this one
        /// a sandbox: sites on developers' own machines, at http and a loopback address, are registered too.
        portal_token_file: Option<SecretSource>,
    }
}
