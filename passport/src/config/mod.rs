//! The passport's settings: one file, overridden by `PASSPORT__SECTION__KEY`. Every one is declared here and nowhere
//! else; `docs/configuration.md` is written from these declarations.

mod accounts;
mod audit;
mod backup;
mod console;
mod delivery;
mod egress;
mod keys;
mod limits;
mod mtls;
mod places;
mod registration;
mod sandbox;
mod tokens;

use std::path::Path;
use std::time::Duration;

use shared::config::{BaseUrl, ConfigErrors, DatabaseSettings, Problems, Program};
use shared::http::ServerSettings;
use shared::telemetry::{LogSettings, TraceSettings};

pub use self::accounts::{AccountsSettings, CaptchaPolicy, HashSettings, PasswordProfile, SecondFactor, SmsSecondStep};
pub use self::audit::AuditSettings;
pub use self::backup::BackupSettings;
pub use self::console::ConsoleSettings;
pub use self::delivery::{DeliverySettings, SmsShape};
pub use self::egress::EgressSettings;
pub use self::keys::{KeysSettings, Pkcs11Settings, SigningAlg};
pub use self::limits::{ClientRate, LimitsSettings};
pub use self::mtls::MtlsSettings;
pub use self::places::PlacesSettings;
pub use self::registration::{RegistrationPolicy, RegistrationSettings};
pub use self::sandbox::SandboxSettings;
pub use self::tokens::{SIGNED_MESSAGE, SIGNED_RESPONSE, TokensSettings};

/// What environment variables begin with.
pub const PREFIX: &str = "PASSPORT";

shared::choice! {
    /// What a passport is run for.
    pub enum Environment {
        /// People.
        Production = "production",
        /// Those who build it, and their tests.
        Development = "development",
    }
}

shared::settings! {
    /// The settings of the passport.
    pub struct Config {
        /// What this passport is run for. Settings for development only are refused in `production`.
        environment: Environment = "production",
        /// The address under which people and relying parties reach the passport: the issuer of its tokens.
        issuer: BaseUrl,
        /// Where and how requests are answered.
        server: ServerSettings,
        /// Where the data is kept.
        database: DatabaseSettings,
        /// Keys and how long they live.
        keys: KeysSettings,
        /// How long codes and tokens live.
        tokens: TokensSettings,
        /// Certificates of clients.
        mtls: MtlsSettings,
        /// The staff's console.
        console: ConsoleSettings,
        /// Sign-in, sessions and passwords.
        accounts: AccountsSettings,
        /// Clients that register themselves.
        registration: RegistrationSettings,
        /// A passport beside this one to try sites out on.
        sandbox: SandboxSettings,
        /// Limits against guessing and flooding.
        limits: LimitsSettings,
        /// Mail and SMS.
        delivery: DeliverySettings,
        /// Calls to addresses that relying parties registered.
        egress: EgressSettings,
        /// Where network addresses are.
        places: PlacesSettings,
        /// The record of what was done.
        audit: AuditSettings,
        /// Backups of the database.
        backup: BackupSettings,
        /// Removal of what is past its time.
        clean_up: CleanUpSettings,
        /// What stands on every page.
        site: SiteSettings,
        /// What is logged, and how.
        log: LogSettings,
        /// Traces of requests.
        traces: TraceSettings,
        /// For development only.
        dev: DevSettings,
    }
    check the_parts_fit_together
}

fn the_parts_fit_together(config: &Config, problems: &mut Problems<'_>) {
    // Endpoints and pages stand at the root; cookies of the prefix `__Host-` belong to the whole host.
    if config.issuer.as_str() != config.issuer.origin() {
        problems.add("issuer", "must have no path");
    }
    if config.mtls.listen.is_some() && config.server.tls_cert.is_none() {
        problems.add("mtls.listen", "needs server.tls_cert and server.tls_key");
    }
    if config.mtls.address.as_ref().is_some_and(|address| address.origin() == config.issuer.origin()) {
        problems.add("mtls.address", "must be another than the issuer's: browsers would be asked for a certificate");
    }
    if config.keys.verify_for.is_some_and(|time| time < config.keys_verify_at_least()) {
        problems.add(
            "keys.verify_for",
            "must be at least 10m longer than the longest-lived token (tokens.access, tokens.id)",
        );
    }
    if config.sandbox.issuer.as_ref().is_some_and(|sandbox| sandbox.origin() == config.issuer.origin()) {
        problems
            .add("sandbox.issuer", "must be another than the issuer: what is tried out must count for nothing here");
    }
    if config.sandbox.issuer.is_some() && config.registration.portal_token_file.is_some() {
        problems
            .add("sandbox.issuer", "is not for a passport that is a sandbox itself (registration.portal_token_file)");
    }
    the_console_stands_apart(config, problems);
    if config.environment == Environment::Production {
        // Whoever can register an address could otherwise have it called inside our own network.
        if !config.egress.allow.is_empty() {
            problems.add("egress.allow", "is for environment = \"development\" only");
        }
        if config.delivery.sms_shape == SmsShape::Aliyun && config.delivery.sms_templates.is_empty() {
            problems.add("delivery.sms_templates", "is needed with sms_shape = \"aliyun\"");
        }
        if config.egress.ca_file.is_some() {
            problems.add("egress.ca_file", "is for environment = \"development\" only");
        }
    }
}

/// Cookies do not tell ports apart, and a passkey of a host can be asked for by every host below it.
fn the_console_stands_apart(config: &Config, problems: &mut Problems<'_>) {
    let Some(origin) = &config.console.origin else { return };
    let (host, public) = (origin.host(), config.issuer.host());
    if public == host || public.ends_with(&format!(".{host}")) {
        problems.add("console.origin", "must have another host than the issuer, and none above it");
    }
    if config.mtls.address.as_ref().is_some_and(|address| address.host() == host) {
        problems.add("console.origin", "must have another host than mtls.address");
    }
    let listen = config.console.listen;
    let taken = [Some(config.server.listen), config.server.metrics_listen, config.mtls.listen];
    // Port 0 is whichever is free.
    if listen.port() != 0 && taken.contains(&Some(listen)) {
        problems.add("console.listen", "must be another address than those of the other listeners");
    }
}

shared::settings! {
    /// Removal of sessions, tokens, messages and events that are past their time: in small batches, beside the requests.
    pub struct CleanUpSettings {
        /// How long it rests between two rounds.
        every: Duration = "1h",
    }
    check it_rests
}

fn it_rests(settings: &CleanUpSettings, problems: &mut Problems<'_>) {
    if settings.every < Duration::from_secs(1) {
        problems.add("every", "must be at least 1s");
    }
}

shared::settings! {
    /// What stands on every page.
    pub struct SiteSettings {
        /// The ICP filing number in the footer, as `京ICP备…号`.
        icp: Option<String>,
    }
}

shared::settings! {
    /// Conveniences of development.
    pub struct DevSettings {
        /// Whether `serve` applies missing migrations. In production `passport migrate` does, before the new version starts.
        migrate_on_start: bool = false,
    }
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigErrors> {
        shared::config::load(file, PREFIX)
    }

    /// How long a key that signs no more verifies: nothing it signed outlives it.
    pub fn keys_verify_for(&self) -> Duration {
        self.keys.verify_for.unwrap_or_else(|| self.keys_verify_at_least())
    }

    fn keys_verify_at_least(&self) -> Duration {
        self.tokens.longest_signed() + keys::VERIFY_MARGIN
    }

    /// The settings as the reference shows them.
    pub fn program() -> Program {
        Program::of::<Self>("passport", PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "issuer = 'https://passport.example'\n[database]\nurl = 'sqlite:passport.db'\n\
        [keys]\nmaster_key_file = 'master.key'\n";

    fn parse(more: &str) -> Result<Config, String> {
        shared::config::parse(&format!("{LEAST}{more}"), PREFIX, []).map_err(|e| e.to_string())
    }

    #[test]
    fn the_reference_is_current() {
        let page = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md"));
        shared::testkit::reference_is_current(page, Config::program());
    }

    #[test]
    fn three_settings_are_enough() {
        let config = parse("").expect("settings");
        assert_eq!(config.issuer.as_str(), "https://passport.example");
        assert!(config.limits.enabled && !config.dev.migrate_on_start);
    }

    #[test]
    fn a_clean_up_rests_between_its_rounds() {
        let error = parse("[clean_up]\nevery = '900ms'").expect_err("refused");
        assert!(error.starts_with("clean_up.every"), "{error}");
        assert!(parse("[clean_up]\nevery = '1s'").is_ok());
    }

    #[test]
    fn an_issuer_is_a_whole_host() {
        let with = |issuer: &str| {
            let text = LEAST.replace("https://passport.example", issuer);
            shared::config::parse::<Config>(&text, PREFIX, []).map(drop).map_err(|e| e.to_string())
        };
        assert_eq!(with("https://passport.example:8443/"), Ok(()));
        assert_eq!(with("https://exam.example/passport").expect_err("refused"), "issuer: must have no path");
    }

    #[test]
    fn nothing_in_our_own_network_is_called_in_production() {
        for (setting, name) in [("allow = ['cet.localhost']", "egress.allow"), ("ca_file = 'ca.pem'", "egress.ca_file")]
        {
            let with = |environment: &str| {
                let text = format!("environment = '{environment}'\n{LEAST}[egress]\n{setting}");
                shared::config::parse::<Config>(&text, PREFIX, []).map(drop).map_err(|e| e.to_string())
            };
            let unsaid = parse(&format!("[egress]\n{setting}")).map(drop).expect_err("refused");
            let refused = with("production").expect_err("refused");
            assert!(refused.starts_with(name) && unsaid == refused, "{refused}");
            assert_eq!(with("development"), Ok(()));
        }
    }

    #[test]
    fn certificates_are_taken_at_an_address_of_their_own_and_come_one_way() {
        let at = "address = 'https://mtls.passport.example'\n";
        for (settings, wrong) in [
            (at.to_owned(), "mtls.listen"),
            (format!("{at}listen = '127.0.0.1:8448'"), "mtls.listen"),
            (format!("{at}listen = '127.0.0.1:8448'\nfrom_proxy = true"), "mtls.from_proxy"),
            ("from_proxy = true".to_owned(), "mtls.address"),
            ("address = 'https://passport.example'\nfrom_proxy = true".to_owned(), "mtls.address"),
            ("address = 'https://mtls.passport.example/x'\nfrom_proxy = true".to_owned(), "mtls.address"),
        ] {
            let error = parse(&format!("[mtls]\n{settings}")).expect_err("refused");
            assert!(error.contains(wrong), "{settings}: {error}");
        }
        assert!(parse(&format!("[mtls]\n{at}from_proxy = true")).is_ok());
    }

    #[test]
    fn the_console_shares_neither_host_nor_listener_with_what_candidates_reach() {
        let with = |origin: &str, more: &str| parse(&format!("[console]\norigin = '{origin}'\n{more}")).map(drop);
        assert_eq!(with("https://console.passport.example", ""), Ok(()));
        for origin in ["https://passport.example", "https://passport.example:8450", "https://example"] {
            assert!(with(origin, "").expect_err("refused").starts_with("console.origin"), "{origin}");
        }
        let error = with("https://console.example", "listen = '127.0.0.1:8443'").expect_err("refused");
        assert!(error.starts_with("console.listen"), "{error}");
        let error = with("https://console.example/x", "").expect_err("refused");
        assert_eq!(error, "console.origin: must have no path");
        assert!(parse("").expect("settings").console.origin.is_none(), "there is none by itself");
    }

    #[test]
    fn an_sms_operator_needs_its_key_and_in_production_a_code_for_every_text() {
        let whole = "[delivery]\nsms_shape = 'aliyun'\nsms_url = 'https://dysmsapi.aliyuncs.com/'\n\
                     sms_key_id = 'a'\nsms_key_secret_file = 'b'\nsms_sign_name = 'c'\nsms_templates = ['code=1']\n";
        assert!(parse(whole).is_ok());
        for name in ["sms_url", "sms_key_id", "sms_key_secret_file", "sms_sign_name", "sms_templates"] {
            let without: String =
                whole.lines().filter(|line| !line.starts_with(name)).map(|l| format!("{l}\n")).collect();
            let error = parse(&without).expect_err("refused");
            assert!(error.starts_with(&format!("delivery.{name}")), "{error}");
        }
    }

    #[test]
    fn a_lost_answer_is_not_kept_for_a_thief() {
        let error = parse("[tokens]\nrefresh_retry = '1h'").expect_err("refused");
        assert!(error.contains("refresh_retry"), "{error}");
    }

    #[test]
    fn a_key_set_is_cached_no_longer_than_a_new_key_is_published() {
        for (settings, wrong) in [
            ("publish_for = '10m'", "publish_for"),
            ("jwks_max_age = '5m'\npublish_for = '359s'", "publish_for"),
            ("jwks_max_age = '601s'", "jwks_max_age"),
        ] {
            let error = parse(settings).expect_err("refused");
            assert!(error.contains(wrong), "{error}");
        }
        assert!(parse("jwks_max_age = '10m'\npublish_for = '11m'").is_ok());
    }

    #[test]
    fn a_signed_token_lives_no_longer_than_its_key_verifies() {
        let error = parse("verify_for = '69m'\n[tokens]\naccess = '1h'").expect_err("refused");
        assert!(error.contains("verify_for"), "{error}");
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let lasts = |settings: &str| parse(settings).expect("settings").keys_verify_for();
        assert_eq!(lasts("verify_for = '70m'\n[tokens]\naccess = '1h'"), minutes(70));
        assert_eq!(lasts("[tokens]\nid = '3h'"), minutes(190), "it follows the tokens by itself");
        assert_eq!(lasts("[tokens]\nid = '1s'\naccess = '1s'"), minutes(15), "signed responses live for five minutes");
    }

    #[test]
    fn keys_and_leases_live_within_bounds() {
        for (settings, wrong) in [
            ("active_for = '23h'", "active_for"),
            ("active_for = '401d'", "active_for"),
            ("active_for = '10d'\npublish_for = '6d'", "active_for"),
            ("verify_for = '31d'", "verify_for"),
            ("hint_for = '23h'", "hint_for"),
            ("hint_for = '1096d'", "hint_for"),
            ("node_lease = '9s'", "node_lease"),
            ("node_lease = '61s'", "node_lease"),
        ] {
            let error = parse(settings).expect_err("refused");
            assert!(error.contains(wrong), "{settings}: {error}");
        }
        assert!(parse("active_for = '12d'\npublish_for = '6d'\nhint_for = '1d'\nnode_lease = '10s'").is_ok());
    }
}
