//! Where a backup is restored to, on either engine.

use shared::db::{DbConfig, Engine};

use super::lite::Place;
use super::pg::Room;
use super::programs::Programs;
use super::source::engine;
use crate::backup::error::BackupError;
use crate::backup::manifest::{Head, Table};

/// A database that is empty, and that nobody else restores into.
pub(in crate::backup) enum Target {
    /// A file that is to be.
    Lite(Place),
    /// A server's.
    Pg(Room),
}

impl Target {
    /// Holds that the database is empty. Nothing is changed of it yet.
    ///
    /// # Errors
    /// It is not, or cannot be reached.
    pub(in crate::backup) async fn empty(
        config: &DbConfig,
        programs: &Programs,
        head: &Head,
    ) -> Result<Self, BackupError> {
        match engine(config)? {
            Engine::Sqlite => Ok(Self::Lite(Place::empty(config).await?)),
            Engine::Postgres => Ok(Self::Pg(Room::empty(config, programs, head.schema.as_deref()).await?)),
        }
    }

    /// Removes what an earlier restore left, and begins.
    ///
    /// # Errors
    /// The database or the disk refuses.
    pub(in crate::backup) async fn begin(&mut self, head: &Head) -> Result<(), BackupError> {
        match self {
            Self::Lite(place) => place.begin(),
            Self::Pg(room) => room.begin(head.schema.as_deref().unwrap_or_default()).await,
        }
    }

    /// Takes a piece.
    ///
    /// # Errors
    /// The database or the disk refuses.
    pub(in crate::backup) async fn feed(&mut self, piece: &[u8]) -> Result<(), BackupError> {
        match self {
            Self::Lite(place) => place.feed(piece),
            Self::Pg(room) => room.feed(piece).await,
        }
    }

    /// Waits until all of it is there; what stands in each table now.
    ///
    /// # Errors
    /// The database or the disk refuses.
    pub(in crate::backup) async fn loaded(&mut self) -> Result<Vec<Table>, BackupError> {
        match self {
            Self::Lite(place) => place.loaded().await,
            Self::Pg(room) => room.loaded().await,
        }
    }

    /// How it is reached until it is whole.
    pub(in crate::backup) fn config(&self, config: &DbConfig) -> DbConfig {
        match self {
            Self::Lite(place) => place.config(config),
            Self::Pg(_) => config.clone(),
        }
    }

    /// Puts it where the program looks for it.
    ///
    /// # Errors
    /// The disk refuses.
    pub(in crate::backup) async fn publish(&mut self, config: &DbConfig) -> Result<(), BackupError> {
        match self {
            Self::Lite(place) => place.publish(config).await,
            Self::Pg(_) => Ok(()),
        }
    }
}
