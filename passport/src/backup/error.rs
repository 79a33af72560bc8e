//! Why there is no backup, or none is restored: a sentence each.

use std::path::{Path, PathBuf};

use shared::db::DbError;

use crate::keys::KeysError;

/// Why a backup was not made or not restored. Nothing was changed then, unless the sentence says so.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be written or read.
    #[error("{}: {error}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Another one writes there.
    #[error("another backup is being written to {}", .0.display())]
    BeingWritten(PathBuf),
    /// It is no recipient.
    #[error(
        "a recipient of backups is what `passport backup --make-key` shows: 43 letters and digits, hyphens and underscores"
    )]
    Recipient,
    /// It is no key.
    #[error("the file is no key of backups as `passport backup --make-key` makes one")]
    Key,
    /// The file is something else.
    #[error("the file is no backup of a passport, or one in a form that this version does not know")]
    NotABackup,
    /// It is sealed for another key.
    #[error("the backup is sealed for the recipient {wanted}; the key given is that of {given}")]
    OtherKey {
        /// The recipient.
        wanted: String,
        /// Whose the key is.
        given: String,
    },
    /// A byte was changed or is missing.
    #[error("the backup is damaged or cut off (within what begins at byte {at})")]
    Damaged {
        /// Where the part begins that does not open.
        at: u64,
    },
    /// It comes from an installation with another master key.
    #[error("the backup comes from an installation whose master key is {wanted}; given is {given}")]
    OtherInstallation {
        /// The id of that master key.
        wanted: String,
        /// The ids of those that are here.
        given: String,
    },
    /// Whoever made it did not have the master key.
    #[error("the backup was not made by an installation that has this master key: somebody forged or changed it")]
    Forged,
    /// It is of the other engine.
    #[error("the backup is of a {backup} database; database.url names one of {target}")]
    OtherEngine {
        /// Of which.
        backup: &'static str,
        /// Where it was to go.
        target: &'static str,
    },
    /// A newer program made it.
    #[error("the backup was made by a newer version ({version}), whose migration {migration} this one does not know")]
    Newer {
        /// The program.
        version: String,
        /// What is not known.
        migration: i64,
    },
    /// One of its migrations is another than ours of that number.
    #[error("migration {0} of the backup is another than the one of that number in this version")]
    OtherMigration(i64),
    /// The database is in use.
    #[error("the database that database.url names is not empty: it has {0}")]
    NotEmpty(String),
    /// Somebody else restores.
    #[error("another restore of this database is under way")]
    UnderWay,
    /// The schema that tables stand in.
    #[error("the backup's tables stand in the schema {backup}, those of this database would in {target}")]
    OtherSchema {
        /// In the backup.
        backup: String,
        /// Here.
        target: String,
    },
    /// What was restored is not what was saved.
    #[error("what was restored of table {0} is not what was saved")]
    Differs(String),
    /// A program of PostgreSQL is missing.
    #[error("{0} cannot be found: install PostgreSQL's client programs, or set backup.postgres_programs")]
    NoProgram(&'static str),
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Which.
        program: &'static str,
        /// Its last words.
        said: String,
    },
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

/// Says which file it was.
pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}
