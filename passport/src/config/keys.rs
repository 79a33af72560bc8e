//! `[keys]`

use std::path::PathBuf;
use std::time::Duration;

use shared::config::{Problems, SecretSource};

shared::choice! {
    /// The algorithm of a signing key.
    pub enum SigningAlg {
        /// ECDSA on P-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// RSA-PSS.
        Ps256 = "PS256",
        /// RSA PKCS #1 v1.5.
        Rs256 = "RS256",
    }
}

shared::settings! {
    /// A token (an HSM) with a PKCS #11 module. It makes signing keys and never hands their private halves out. Every node
    /// needs it: one that does not reach it signs nothing. See `docs/operate/pkcs11.md`.
    pub struct Pkcs11Settings {
        /// The module, a shared library, such as `/usr/lib/softhsm/libsofthsm2.so`. Left out, there is no token.
        module: Option<PathBuf>,
        /// The token's label or, if several have that label, its serial number.
        token: Option<String>,
        /// The PIN of the token's user.
        pin_file: Option<SecretSource>,
        /// The algorithms whose new keys are made in the token; left out, ES256, PS256 and RS256. EdDSA, which few tokens
        /// have, is made in software where the token does not offer it.
        algs: Vec<SigningAlg>,
        /// How many sessions this node has with the token, from 1 to 64: as many signatures are made at once.
        sessions: usize = 4,
        /// How long a signature may take, from 100 milliseconds to 30 seconds. Then the request is answered with 503.
        timeout: Duration = "5s",
    }
    check a_token_can_be_used
}

fn a_token_can_be_used(settings: &Pkcs11Settings, problems: &mut Problems<'_>) {
    for (name, is_set) in [("token", settings.token.is_some()), ("pin_file", settings.pin_file.is_some())] {
        if is_set != settings.module.is_some() {
            problems.add(name, "belongs to keys.pkcs11.module: a token needs module, token and pin_file");
        }
    }
    if !(1..=64).contains(&settings.sessions) {
        problems.add("sessions", "must be from 1 to 64");
    }
    if !(Duration::from_millis(100)..=Duration::from_secs(30)).contains(&settings.timeout) {
        problems.add("timeout", "must be from 100ms to 30s");
    }
}

shared::settings! {
    /// Signing keys and the key that seals everything at rest.
    pub struct KeysSettings {
        /// The master key: 32 bytes as base64 or hexadecimal, made by `passport keys init`. Without it nothing that is
        /// sealed in the database can be read: keep a copy apart from the database's backups.
        master_key_file: SecretSource,
        /// The master key that takes the place of the present one, while it is changed by `passport keys rewrap`: before
        /// that and after it, nodes open their keys with whichever of the two fits.
        next_master_key_file: Option<SecretSource>,
        /// How long relying parties may keep the published key set: 10 minutes at most, so that a key that leaked is
        /// soon forgotten.
        jwks_max_age: Duration = "10m",
        /// How long a new key is published at least before it signs: at least a minute longer than `jwks_max_age`, so that
        /// every relying party knows it by then.
        publish_for: Duration = "20m",
        /// How long a key signs before the staged one takes its place: from a day to 400 days.
        active_for: Duration = "90d",
        /// How long a key that signs no more is still published. Left out, that is 10 minutes longer than the longest-lived
        /// signed token; it must not be shorter.
        verify_for: Option<Duration>,
        /// How long after that it still verifies what sites hand back of a sign-in long ago, as `id_token_hint`; from a day
        /// to 1095 days. Then it is destroyed.
        hint_for: Duration = "180d",
        /// For how long after a change the key before may sign again (`passport keys return`), up to 7 days. For so long it is
        /// published, and its private half is kept; left at nothing, that is destroyed when the key retires.
        return_within: Duration = "0s",
        /// Whether a new key signs for good only after a clean trial (`passport keys trial`), or when an operator does
        /// without one (`passport keys rotate --without-trial`). Then keys do not change by themselves any more until
        /// somebody tries them, except in an emergency.
        trial_required: bool = false,
        /// For how long a node may sign without renewing its lease in the database, from 10 to 60 seconds. No key begins to
        /// sign before every node with a lease serves it, so a dead node holds a rotation up for as long.
        node_lease: Duration = "30s",
        /// The token (an HSM) that makes and holds signing keys.
        pkcs11: Pkcs11Settings,
    }
    check lives_are_sane
}

/// How much longer a key verifies than the longest-lived token lives: nodes sign with the old key until they notice, for
/// as long as their lease at most, and clocks of relying parties are wrong by minutes.
pub(super) const VERIFY_MARGIN: Duration = Duration::from_secs(10 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Nodes see a new key seconds apart, and each is asked for the set until it has seen it.
const SEEN_BY_EVERY_NODE: Duration = Duration::from_secs(60);

fn lives_are_sane(settings: &KeysSettings, problems: &mut Problems<'_>) {
    new_keys_are_known_before_they_sign(settings, problems);
    keys_are_exchanged(settings, problems);
    if !(Duration::from_secs(10)..=Duration::from_secs(60)).contains(&settings.node_lease) {
        problems.add("node_lease", "must be from 10s to 60s");
    }
}

fn new_keys_are_known_before_they_sign(settings: &KeysSettings, problems: &mut Problems<'_>) {
    if settings.jwks_max_age > Duration::from_secs(10 * 60) {
        problems.add("jwks_max_age", "must be at most 10m");
    }
    if settings.publish_for < settings.jwks_max_age + SEEN_BY_EVERY_NODE {
        problems.add("publish_for", "must be at least 1m longer than jwks_max_age");
    }
}

fn keys_are_exchanged(settings: &KeysSettings, problems: &mut Problems<'_>) {
    if !(DAY..=DAY * 400).contains(&settings.active_for) {
        problems.add("active_for", "must be from 1d to 400d");
    }
    if settings.active_for < settings.publish_for * 2 {
        problems.add("active_for", "must be at least twice publish_for");
    }
    if settings.verify_for.is_some_and(|time| time > DAY * 30) {
        problems.add("verify_for", "must be at most 30d");
    }
    if !(DAY..=DAY * 1095).contains(&settings.hint_for) {
        problems.add("hint_for", "must be from 1d to 1095d");
    }
    if settings.return_within > DAY * 7 {
        problems.add("return_within", "must be at most 7d");
    }
}
