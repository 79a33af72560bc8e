//! `[keys]`

use std::time::Duration;

use shared::config::{Problems, SecretSource};

shared::settings! {
    /// Signing keys and the key that seals everything at rest.
    pub struct KeysSettings {
        /// The master key: 32 bytes as base64 or hexadecimal, made by `passport keys init`. Without it nothing that is
        /// sealed in the database can be read: keep a copy apart from the database's backups.
        master_key_file: SecretSource,
        /// How long relying parties may keep the published key set.
        jwks_max_age: Duration = "10m",
        /// How long a new key is published before it signs.
        publish_for: Duration = "20m",
        /// How long a key that signs no more still verifies: at least as long as the longest-lived signed token.
        verify_for: Duration = "24h",
    }
    check new_keys_are_known_before_they_sign
}

fn new_keys_are_known_before_they_sign(settings: &KeysSettings, problems: &mut Problems<'_>) {
    if settings.publish_for < settings.jwks_max_age {
        problems.add("publish_for", "must not be shorter than jwks_max_age");
    }
}
