//! `[delivery]`

use std::time::Duration;

use shared::config::{ConnectionUrl, Problems, SecretSource};

shared::settings! {
    /// Mail and SMS. Without an address the messages wait in the outbox.
    pub struct DeliverySettings {
        /// The mail server: `smtps://`, `smtp://HOST?tls=required` or, to a loopback address only, `smtp://` in clear.
        smtp_url: Option<ConnectionUrl>,
        /// The password of the mail server's user.
        smtp_password_file: Option<SecretSource>,
        /// The sender: `Name <address>`.
        from: String = "E-TEST Passport <no-reply@passport.localhost>",
        /// Where SMS are posted as JSON, `{"id", "to", "text"}`: `https://` or, to a loopback address only, `http://`.
        sms_url: Option<ConnectionUrl>,
        /// A bearer token for `sms_url`.
        sms_token_file: Option<SecretSource>,
        /// Attempts before a message counts as undeliverable.
        max_attempts: u32 = 10,
        /// How long one attempt may take.
        timeout: Duration = "20s",
        /// Messages of one worker under way at a time.
        concurrency: u32 = 4,
    }
    check attempts_are_sane
}

fn attempts_are_sane(settings: &DeliverySettings, problems: &mut Problems<'_>) {
    if settings.max_attempts == 0 {
        problems.add("max_attempts", "must be at least 1");
    }
    if settings.concurrency == 0 {
        problems.add("concurrency", "must be at least 1");
    }
    if settings.timeout.is_zero() {
        problems.add("timeout", "must be longer than 0s");
    }
}
