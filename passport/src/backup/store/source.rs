//! A copy of the database at one moment, on either engine.

use std::io::Write;
use std::path::Path;

use shared::db::{DbConfig, DbError, Engine};

use super::lite::Copy;
use super::pg::Snapshot;
use super::programs::Programs;
use crate::backup::error::BackupError;
use crate::backup::manifest::{Applied, Table};

/// A database that is read as it is at one moment, while it goes on serving.
pub(in crate::backup) enum Source {
    /// A copy of a file.
    Lite(Copy),
    /// A snapshot of a server's.
    Pg(Snapshot),
}

impl Source {
    /// Fixes the moment. What SQLite copies stands at `scratch` for that long.
    ///
    /// # Errors
    /// The database or the disk refuses.
    pub(in crate::backup) async fn fix(
        config: &DbConfig,
        scratch: &Path,
        programs: &Programs,
    ) -> Result<Self, BackupError> {
        match engine(config)? {
            Engine::Sqlite => Ok(Self::Lite(Copy::make(config, scratch).await?)),
            Engine::Postgres => Ok(Self::Pg(Snapshot::take(config, programs).await?)),
        }
    }

    /// The schema that its tables stand in (PostgreSQL).
    pub(in crate::backup) fn schema(&self) -> Option<String> {
        match self {
            Self::Lite(_) => None,
            Self::Pg(snapshot) => Some(snapshot.schema().to_owned()),
        }
    }

    /// What was migrated.
    ///
    /// # Errors
    /// The database refuses.
    pub(in crate::backup) async fn migrations(&mut self) -> Result<Vec<Applied>, BackupError> {
        match self {
            Self::Lite(copy) => copy.migrations().await,
            Self::Pg(snapshot) => snapshot.migrations().await,
        }
    }

    /// The id of the master key that its keys are sealed under; none: it has no keys yet.
    ///
    /// # Errors
    /// The database refuses.
    pub(in crate::backup) async fn master_key(&mut self) -> Result<Option<String>, BackupError> {
        match self {
            Self::Lite(copy) => copy.master_key().await,
            Self::Pg(snapshot) => snapshot.master_key().await,
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// The database refuses, or what is written to does.
    pub(in crate::backup) async fn write(&mut self, out: &mut impl Write, to: &Path) -> Result<(), BackupError> {
        match self {
            Self::Lite(copy) => copy.write(out, to),
            Self::Pg(snapshot) => snapshot.write(out, to).await,
        }
    }

    /// What stands in each table.
    ///
    /// # Errors
    /// The database refuses.
    pub(in crate::backup) async fn tables(&mut self) -> Result<Vec<Table>, BackupError> {
        match self {
            Self::Lite(copy) => copy.tables().await,
            Self::Pg(snapshot) => snapshot.tables().await,
        }
    }
}

/// Which engine an address names.
pub(in crate::backup) fn engine(config: &DbConfig) -> Result<Engine, DbError> {
    match config.url.split(':').next() {
        Some("sqlite") => Ok(Engine::Sqlite),
        Some("postgres" | "postgresql") => Ok(Engine::Postgres),
        _ => Err(DbError::Address),
    }
}
