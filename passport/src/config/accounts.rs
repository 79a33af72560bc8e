//! `[accounts]`

use std::time::Duration;

use shared::config::Problems;

shared::choice! {
    /// When a captcha is asked for at sign-in.
    pub enum CaptchaPolicy {
        /// Each time.
        Always = "always",
        /// After failures of the account or of the network block.
        Adaptive = "adaptive",
        /// Never: for measuring only.
        Off = "off",
    }
}

shared::choice! {
    /// Which passwords may be chosen.
    pub enum PasswordProfile {
        /// 8 to 18 characters, a letter, a digit and a special character among them.
        Seed = "seed",
        /// 15 to 128 characters of any kind.
        Modern = "modern",
    }
}

shared::choice! {
    /// Whether everybody needs a second factor.
    pub enum SecondFactor {
        /// Who has one is asked for it.
        Optional = "optional",
        /// Who has none adds one before anything else.
        Required = "required",
    }
}

shared::choice! {
    /// Whether a code by SMS may be a second step.
    pub enum SmsSecondStep {
        /// For nobody.
        Never = "never",
        /// For who turns it on.
        Allowed = "allowed",
    }
}

shared::settings! {
    /// Sign-in, sessions and passwords.
    pub struct AccountsSettings {
        /// When a captcha is asked for at sign-in; at registering it is, unless `off`.
        captcha: CaptchaPolicy = "adaptive",
        /// Failures of an account or a network block after which `adaptive` asks for a captcha.
        captcha_after: u32 = 2,
        /// What the browser works out where no picture is read: 2 to the power of this many hashes on average, so one
        /// more doubles the time. Where many sign-ins of a network block have failed, up to 3 more are asked for.
        captcha_work_bits: u32 = 18,
        /// Failures in a row after which an account is locked.
        lock_after: u32 = 5,
        /// How long an account stays locked.
        lock_for: Duration = "15m",
        /// How long a session lasts without use. Its cookie ends with the browser.
        session_idle: Duration = "2h",
        /// How long a session lasts in any case.
        session_absolute: Duration = "12h",
        /// How long a session lasts without use whose owner asked to stay signed in: its cookie outlasts the browser. Never
        /// less than `session_idle`.
        session_remembered_idle: Duration = "7d",
        /// How long such a session lasts in any case. Never less than `session_absolute`.
        session_remembered_absolute: Duration = "30d",
        /// How long a session at a public computer lasts without use. Never more than `session_idle`.
        session_public_idle: Duration = "10m",
        /// How long such a session lasts in any case; sites are told of its end. Never more than `session_absolute`.
        session_public_absolute: Duration = "1h",
        /// Which passwords may be chosen: `seed`, 8 to 18 characters with a letter, a digit and a special character among
        /// them; or `modern`, 15 to 128 characters of any kind. Common ones are refused by both, and passwords chosen
        /// under the other go on working.
        password_profile: PasswordProfile = "seed",
        /// Whether everybody needs a second factor: `optional`, who has one is asked for it; or `required`, who has none adds
        /// one before anything else, and no browser leaves the step out.
        second_factor: SecondFactor = "optional",
        /// Whether a code by SMS may be the second step of accounts that have neither app nor passkey: `never`; or `allowed`,
        /// who turns it on is asked for one. It ranks with the password alone, so it is not offered where `second_factor`
        /// is `required`. Set back to `never`, who has it is still asked for it until something else stands in its place.
        sms_second_step: SmsSecondStep = "never",
        /// How long the holder of a mobile number has to keep it, once somebody else has proven to have it now. Accounts
        /// without another proven contact have ten times as long.
        number_wait: Duration = "72h",
        /// How long the holder of an identity document has to object, once staff found an appeal about it credible.
        appeal_hearing: Duration = "7d",
        /// How long after its end the photo and the words of an appeal are kept.
        appeal_keep: Duration = "30d",
        /// How passwords are hashed.
        hash: HashSettings,
        /// Threads that hash passwords; 0: one a processor core.
        hash_threads: usize = 0,
        /// Sign-ins that may wait for a hashing thread. More are answered with 503 at once.
        hash_queue: usize = 256,
    }
    check policies_are_sane
}

shared::settings! {
    /// The cost of Argon2id (RFC 9106). Hashes made with other values are renewed at the next sign-in.
    pub struct HashSettings {
        /// Memory of one hash, in KiB.
        memory_kib: u32 = 19456,
        /// Passes over it.
        iterations: u32 = 2,
        /// Lanes.
        parallelism: u32 = 1,
    }
    check cost_is_sane
}

fn policies_are_sane(settings: &AccountsSettings, problems: &mut Problems<'_>) {
    // A cheap phone does some hundred thousand hashes a second: more would keep people waiting for minutes.
    if !(8..=22).contains(&settings.captcha_work_bits) {
        problems.add("captcha_work_bits", "must be 8 to 22");
    }
    if settings.lock_after == 0 {
        problems.add("lock_after", "must be at least 1");
    }
    // Less would let a phone that lies about unlocked for an evening be enough.
    if settings.number_wait < Duration::from_secs(60 * 60) {
        problems.add("number_wait", "must be at least 1h");
    }
    // Who is away for a weekend must be able to answer.
    if settings.appeal_hearing < Duration::from_secs(24 * 60 * 60) {
        problems.add("appeal_hearing", "must be at least 24h");
    }
    sessions_are_sane(settings, problems);
    if settings.hash_queue == 0 {
        problems.add("hash_queue", "must be at least 1");
    }
}

fn sessions_are_sane(settings: &AccountsSettings, problems: &mut Problems<'_>) {
    if settings.session_idle.is_zero() {
        problems.add("session_idle", "must be longer than 0s");
    }
    if settings.session_absolute < settings.session_idle {
        problems.add("session_absolute", "must not be shorter than session_idle");
    }
    if settings.session_remembered_absolute < settings.session_remembered_idle {
        problems.add("session_remembered_absolute", "must not be shorter than session_remembered_idle");
    }
    // A use is written down once a minute: less would end while somebody is at it.
    if settings.session_public_idle < Duration::from_secs(2 * 60) {
        problems.add("session_public_idle", "must be at least 2m");
    }
    if settings.session_public_absolute < settings.session_public_idle {
        problems.add("session_public_absolute", "must not be shorter than session_public_idle");
    }
}

fn cost_is_sane(settings: &HashSettings, problems: &mut Problems<'_>) {
    if settings.iterations == 0 {
        problems.add("iterations", "must be at least 1");
    }
    if settings.parallelism == 0 {
        problems.add("parallelism", "must be at least 1");
    }
    // RFC 9106 §3.1: 8 KiB a lane.
    if settings.memory_kib < settings.parallelism.saturating_mul(8) {
        problems.add("memory_kib", "must be at least 8 for each lane");
    }
}
