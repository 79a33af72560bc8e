//! `[keys]`

use std::time::Duration;

use shared::config::{Problems, SecretSource};

shared::settings! {
    /// Signing keys and the key that seals everything at rest.
    pub struct KeysSettings {
        /// The master key: 32 bytes as base64 or hexadecimal, made by `passport keys init`. Without it nothing that is
        /// sealed in the database can be read: keep a copy apart from the database's backups.
        master_key_file: SecretSource,
        /// How long relying parties may keep the published key set: 10 minutes at most, so that a key that leaked is
        /// soon forgotten.
        jwks_max_age: Duration = "10m",
        /// How long a new key is published before it signs: at least a minute longer than `jwks_max_age`, so that every
        /// relying party knows it by then.
        publish_for: Duration = "20m",
        /// How long a key that signs no more still verifies: at least as long as the longest-lived signed token.
        verify_for: Duration = "24h",
    }
    check new_keys_are_known_before_they_sign
}

/// Nodes see a new key seconds apart, and each is asked for the set until it has seen it.
const SEEN_BY_EVERY_NODE: Duration = Duration::from_secs(60);

fn new_keys_are_known_before_they_sign(settings: &KeysSettings, problems: &mut Problems<'_>) {
    if settings.jwks_max_age > Duration::from_secs(10 * 60) {
        problems.add("jwks_max_age", "must be at most 10m");
    }
    if settings.publish_for < settings.jwks_max_age + SEEN_BY_EVERY_NODE {
        problems.add("publish_for", "must be at least 1m longer than jwks_max_age");
    }
}
