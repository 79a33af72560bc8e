//! What backups need of the database: a copy of all of it at one moment, and a place to put one.

pub mod erased;
mod lite;
mod pg;
mod programs;
pub mod settle;
pub(super) mod source;
mod target;

use shared::clock::Timestamp;
use shared::db::{Db, DbError, Engine, Tx, sql};

pub use self::programs::Programs;
pub(super) use self::source::Source;
pub(super) use self::target::Target;

/// The table that stands in a PostgreSQL database while a backup is being restored into it.
pub(super) const MARK: &str = "restore_under_way";

/// Whether a restore into this database began and did not come to its end. One into an SQLite file never leaves half of
/// one behind.
///
/// # Errors
/// The database refused.
pub async fn is_under_way(db: &Db) -> Result<bool, DbError> {
    if db.engine() == Engine::Sqlite {
        return Ok(false);
    }
    let found = db
        .find(sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1").bind(MARK));
    Ok(found.await?.is_some())
}

/// Says that a restore came to its end.
pub(super) async fn complete(tx: &mut Tx) -> Result<(), DbError> {
    sql("DROP TABLE IF EXISTS restore_under_way").execute(tx).await.map(drop)
}

/// Notes that a backup was made.
///
/// # Errors
/// The database refused.
pub async fn note(tx: &mut Tx, id: &str, made: Timestamp, bytes: i64) -> Result<(), DbError> {
    sql("INSERT INTO backups (id, made_at, bytes) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(made)
        .bind(bytes)
        .execute(tx)
        .await
        .map(drop)
}

/// When the last backup was made; none: none was.
///
/// # Errors
/// The database refused.
pub async fn last(tx: &mut Tx) -> Result<Option<Timestamp>, DbError> {
    sql("SELECT MAX(made_at) AS made_at FROM backups").fetch_one(tx).await?.get("made_at")
}
