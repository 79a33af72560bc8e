//! `[delivery]`

use std::path::PathBuf;
use std::time::Duration;

use shared::config::{ConnectionUrl, Problems, SecretSource};

shared::choice! {
    /// How SMS are posted.
    pub enum SmsShape {
        /// To a gateway of the operator's own.
        Json = "json",
        /// `SendSms` of Alibaba Cloud.
        Aliyun = "aliyun",
    }
}

shared::settings! {
    /// Mail and SMS. Without an address the messages wait in the outbox.
    pub struct DeliverySettings {
        /// The mail server: `smtps://`, `smtp://HOST?tls=required` or, to a loopback address only, `smtp://` in clear.
        smtp_url: Option<ConnectionUrl>,
        /// The password of the mail server's user.
        smtp_password_file: Option<SecretSource>,
        /// Certificates in PEM of the authorities that vouch for the mail server, in place of the public ones: for a server of a network's own.
        smtp_ca_file: Option<PathBuf>,
        /// The sender: `Name <address>`.
        from: String = "E-TEST Passport <no-reply@passport.localhost>",
        /// Where SMS are posted: `https://` or, to a loopback address only, `http://`.
        sms_url: Option<ConnectionUrl>,
        /// How SMS are posted: `json` is `{"id", "to", "text"}` to a gateway of your own, `aliyun` is `SendSms` of Alibaba Cloud.
        sms_shape: SmsShape = "json",
        /// With `json`: a bearer token for `sms_url`.
        sms_token_file: Option<SecretSource>,
        /// With `aliyun`: the id of the access key.
        sms_key_id: Option<String>,
        /// With `aliyun`: the secret of the access key.
        sms_key_secret_file: Option<SecretSource>,
        /// With `aliyun`: the name that stands in brackets before each text, as it is registered.
        sms_sign_name: Option<String>,
        /// With `aliyun`: the code of each text, as `NAME=CODE` or `NAME.en=CODE`; `passport delivery sms-templates` lists the names. May be left out in `development` only: then each has its name for a code.
        sms_templates: Vec<String>,
        /// The secret by which reports of delivery are signed. Without it none are taken.
        report_secret_file: Option<SecretSource>,
        /// Attempts before a message counts as undeliverable.
        max_attempts: u32 = 10,
        /// How long one attempt may take.
        timeout: Duration = "20s",
        /// Messages of one worker under way at a time.
        concurrency: u32 = 4,
    }
    check settings_are_sane
}

fn settings_are_sane(settings: &DeliverySettings, problems: &mut Problems<'_>) {
    if settings.max_attempts == 0 {
        problems.add("max_attempts", "must be at least 1");
    }
    if settings.concurrency == 0 {
        problems.add("concurrency", "must be at least 1");
    }
    if settings.timeout.is_zero() {
        problems.add("timeout", "must be longer than 0s");
    }
    if settings.sms_shape == SmsShape::Aliyun {
        for (name, is_set) in [
            ("sms_url", settings.sms_url.is_some()),
            ("sms_key_id", settings.sms_key_id.is_some()),
            ("sms_key_secret_file", settings.sms_key_secret_file.is_some()),
            ("sms_sign_name", settings.sms_sign_name.is_some()),
        ] {
            if !is_set {
                problems.add(name, "is needed with sms_shape = \"aliyun\"");
            }
        }
    }
}
