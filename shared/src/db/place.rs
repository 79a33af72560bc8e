//! Where the embedded database lies, and whether it still lies there.
//!
//! SQLite goes on with the file that it once opened, though somebody removed it or put another in its place: what is
//! written then is lost with the process. So the file that is opened first is the one that counts; while the path
//! leads to another one or to none, the database is unavailable, and once the file is back it goes on.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::DbError;

/// The file of a database.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: PathBuf,
    /// Device and inode; none: the database lies in memory.
    file: Option<(u64, u64)>,
}

impl Place {
    /// The place of a database that was just opened.
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), file: identity(path).ok() }
    }

    /// Refuses unless the path still leads to the file that was opened.
    pub(super) fn check(&self) -> Result<(), DbError> {
        let Some(opened) = self.file else { return Ok(()) };
        match identity(&self.path) {
            Ok(found) if found == opened => Ok(()),
            Ok(_) => Err(self.gone("another file took its place: start again to open that one")),
            Err(error) => Err(self.gone(&error.to_string())),
        }
    }

    fn gone(&self, why: &str) -> DbError {
        DbError::Unavailable(format!("the database file {} is gone: {why}", self.path.display()))
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
