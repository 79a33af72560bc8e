//! The settings of the database, the same for every program.

use std::time::Duration;

use url::Url;

use crate::db::DbConfig;

use super::{ConfigError, ConnectionUrl, Problems, SecretSource};

crate::settings! {
    /// Where the data is kept.
    pub struct DatabaseSettings {
        /// `sqlite:PATH` for the embedded database or `postgres://USER@HOST/NAME`.
        url: ConnectionUrl,
        /// The password of the PostgreSQL user.
        password_file: Option<SecretSource>,
        /// The most connections of this process; to the embedded database at most 4, which read.
        max_connections: u32 = 16,
        /// How long one statement may run (PostgreSQL).
        statement_timeout: Duration = "10s",
        /// How long to wait for a connection before answering that the service is unavailable.
        acquire_timeout: Duration = "3s",
    }
    check limits_are_sane
}

fn limits_are_sane(settings: &DatabaseSettings, problems: &mut Problems<'_>) {
    let url = settings.url.expose();
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        problems.add("url", "must begin with sqlite: or postgres://");
    }
    if settings.max_connections == 0 {
        problems.add("max_connections", "must be at least 1");
    }
}

impl DatabaseSettings {
    /// What the database handle is opened with, the password read from its file.
    ///
    /// # Errors
    /// The password's file cannot be read, or the address is no URL to put it into.
    pub fn db_config(&self) -> Result<DbConfig, ConfigError> {
        let mut url = self.url.expose().to_owned();
        if let Some(source) = &self.password_file {
            let refuse =
                || ConfigError { place: "database.url".to_owned(), message: "cannot hold a password".to_owned() };
            let mut parsed = Url::parse(&url).map_err(|_| refuse())?;
            parsed.set_password(Some(source.read()?.expose())).map_err(|()| refuse())?;
            url = parsed.into();
        }
        Ok(DbConfig {
            url,
            max_connections: self.max_connections,
            statement_timeout: self.statement_timeout,
            acquire_timeout: self.acquire_timeout,
        })
    }
}
