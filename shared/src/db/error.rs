//! What can go wrong with the database, told apart by what a caller does about it.

use super::row::BrokenRow;

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database is gone, full, overloaded or restarting: answer 503 and let the caller try again.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row with the same unique value exists.
    #[error("the value is taken ({constraint})")]
    Conflict {
        /// `table_column_key`, or `table_pkey`.
        constraint: String,
    },
    /// A stored row does not make sense.
    #[error(transparent)]
    Row(#[from] BrokenRow),
    /// The address names no database that is supported.
    #[error("a database address starts with sqlite: or postgres:")]
    Address,
    /// A migration failed or does not fit what is in the database.
    #[error("migration: {0}")]
    Migration(String),
    /// A statement is wrong: a defect of ours.
    #[error("the statement failed: {0}")]
    Statement(sqlx::Error),
}

impl DbError {
    /// Whether a unique value was taken.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(db) => {
                let code = db.code().unwrap_or_default();
                if db.is_unique_violation() || db.kind() == sqlx::error::ErrorKind::UniqueViolation {
                    return Self::Conflict { constraint: constraint(db.as_ref()) };
                }
                let sqlite = db.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some();
                if if sqlite { sqlite_unavailable(&code) } else { postgres_unavailable(&code) } {
                    return Self::Unavailable(db.message().to_owned());
                }
                Self::Statement(error)
            }
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Statement(error),
        }
    }
}

/// Primary result codes (sqlite.org/rescode.html): busy, locked, read-only, I/O error, corrupt, full, cannot open.
fn sqlite_unavailable(code: &str) -> bool {
    matches!(code.parse::<i32>().unwrap_or(0) & 0xff, 5 | 6 | 8 | 10 | 11 | 13 | 14)
}

/// Classes of SQLSTATE (PostgreSQL, appendix A): connection, resources, operator intervention, system, and
/// serialization failures that outlasted their retries.
fn postgres_unavailable(code: &str) -> bool {
    ["08", "53", "57", "58", "40"].iter().any(|class| code.starts_with(class)) || code == "25006"
}

/// The constraint by the name that PostgreSQL gives it by default.
fn constraint(db: &(dyn sqlx::error::DatabaseError + 'static)) -> String {
    if let Some(name) = db.constraint() {
        return name.to_owned();
    }
    let message = db.message();
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let mut parts = columns.split(", ").filter_map(|c| c.split_once('.'));
    let Some((table, first)) = parts.next() else {
        return message.to_owned();
    };
    let rest: String = parts.map(|(_, column)| format!("_{column}")).collect();
    format!("{table}_{first}{rest}_key")
}
