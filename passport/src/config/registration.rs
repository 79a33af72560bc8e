//! `[registration]`

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
    }
}
