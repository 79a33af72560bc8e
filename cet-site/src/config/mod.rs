//! The settings of an exam site. One file and the environment (`CET_SITE__…`); `docs/configuration.md` lists
//! them, generated from here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use shared::config::{BaseUrl, ConfigErrors, DatabaseSettings, Problems, Program, Raw, SecretSource, Setting};
use shared::http::ServerSettings;
use shared::telemetry::{LogSettings, TraceSettings};

use crate::profile::ProfileId;

/// The first part of the names of environment variables.
pub const ENV_PREFIX: &str = "CET_SITE";

shared::settings! {
    /// Everything an exam site is told.
    pub struct Settings {
        /// Which exam the site serves.
        profile: ProfileId,
        /// The public address of this site, from which its links and its redirect URI are built.
        base_url: BaseUrl,
        /// The issuer of the passport: its public address, byte for byte as its discovery document says.
        issuer: BaseUrl,
        /// Where the site itself reaches the passport's host, when its name is not to be resolved; browsers
        /// are always sent to `issuer`.
        issuer_connect: Option<SocketAddr>,
        /// Certificates that the passport's TLS certificate must go back to (PEM); those of the system when
        /// unset.
        ca_file: Option<PathBuf>,
        /// The client id the passport knows this site by.
        client_id: String,
        /// The client secret. The key that seals the state of a sign-in under way is derived from it, so
        /// every node of a site shares it.
        client_secret_file: SecretSource,
        /// How long a person stays signed in without doing anything.
        session_idle: Duration = "2h",
        /// How long a person stays signed in at most.
        session_absolute: Duration = "12h",
        /// What stands on every page.
        site: SiteSettings,
        /// Where and how requests are answered.
        server: ServerSettings,
        /// Where sessions are kept.
        database: DatabaseSettings,
        /// What is logged, and how.
        log: LogSettings,
        /// Traces of requests.
        traces: TraceSettings,
        /// For development only.
        dev: DevSettings,
    }
    check limits_are_sane
}

shared::settings! {
    /// What stands on every page.
    pub struct SiteSettings {
        /// The ICP filing number in the footer, as `京ICP备…号`.
        icp: Option<String>,
    }
}

shared::settings! {
    /// For development only.
    pub struct DevSettings {
        /// Whether missing database migrations are applied when the site starts, instead of by
        /// `cet-site migrate`.
        migrate_on_start: bool = false,
    }
}

fn limits_are_sane(settings: &Settings, problems: &mut Problems<'_>) {
    if settings.client_id.trim().is_empty() {
        problems.add("client_id", "must not be empty");
    }
    if settings.session_idle.is_zero() {
        problems.add("session_idle", "must be longer than 0s");
    }
    if settings.session_absolute < settings.session_idle {
        problems.add("session_absolute", "must not be shorter than session_idle");
    }
    if settings.issuer.origin() == settings.base_url.origin() {
        problems.add("base_url", "must be another origin than the passport's");
    }
}

/// Checks what can be checked without starting: the settings, and that every file they name can be read.
///
/// # Errors
/// Everything that is wrong.
pub fn check_files(settings: &Settings) -> Result<(), Vec<String>> {
    let mut wrong = Vec::new();
    if let Err(error) = settings.client_secret_file.read() {
        wrong.push(error.to_string());
    }
    if let Err(error) = settings.database.db_config() {
        wrong.push(error.to_string());
    }
    for (name, file) in [
        ("ca_file", &settings.ca_file),
        ("server.tls_cert", &settings.server.tls_cert),
        ("server.tls_key", &settings.server.tls_key),
    ] {
        if let Some(path) = file
            && let Err(error) = std::fs::read(path)
        {
            wrong.push(format!("{name}: {} cannot be read ({error})", path.display()));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The settings from a file and the environment.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load(file: Option<&std::path::Path>) -> Result<Settings, ConfigErrors> {
    shared::config::load(file, ENV_PREFIX)
}

/// This program's part of the reference of settings.
#[must_use]
pub fn reference() -> Program {
    Program::of::<Settings>("cet-site", ENV_PREFIX)
}

impl Setting for ProfileId {
    const KIND: &'static str = "`cet`, `pets` or `ncre`";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let name = String::decode(raw)?;
        name.parse().map_err(|_| format!("`{name}` is none of {}", Self::KIND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_current() {
        let page = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md"));
        shared::testkit::reference_is_current(page, reference());
    }
}
