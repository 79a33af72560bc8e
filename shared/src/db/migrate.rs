//! Migrations: embedded, numbered alike for both engines, applied in order, each once.

use sqlx::migrate::{Migrate as _, Migrator};

use super::{Backend, Db, DbError};

/// The migrations of a program, for both engines. The two lists carry the same numbers and names.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// `sqlx::migrate!("migrations/sqlite")`
    pub sqlite: &'static Migrator,
    /// `sqlx::migrate!("migrations/postgres")`
    pub postgres: &'static Migrator,
}

/// How the database stands to the program's migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Applied, in order.
    pub applied: Vec<i64>,
    /// Known to the program and not applied yet.
    pub pending: Vec<i64>,
    /// Applied by a newer program.
    pub unknown: Vec<i64>,
}

impl Db {
    /// Applies what is missing. Several nodes may start at once: a lock lets one of them work.
    ///
    /// # Errors
    /// A migration failed, or one that was applied has been changed since.
    pub async fn migrate(&self, migrations: &Migrations) -> Result<(), DbError> {
        match &self.0.backend {
            Backend::Lite(lite) => lite.migrate(migrations.sqlite).await,
            Backend::Pg(pg) => {
                let mut conn = pg.take().await?;
                migrations.postgres.run(&mut *conn).await.map_err(broken)
            }
        }
    }

    /// What is applied and what is not.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn migration_state(&self, migrations: &Migrations) -> Result<MigrationState, DbError> {
        let (known, applied) = match &self.0.backend {
            Backend::Lite(lite) => (migrations.sqlite, lite.applied().await?),
            Backend::Pg(pg) => {
                let mut conn = pg.take().await?;
                let table = migrations.postgres.table_name.as_ref();
                conn.ensure_migrations_table(table).await.map_err(broken)?;
                (migrations.postgres, conn.list_applied_migrations(table).await.map_err(broken)?)
            }
        };
        let applied: Vec<i64> = applied.into_iter().map(|m| m.version).collect();
        let known: Vec<i64> = known.iter().map(|m| m.version).collect();
        Ok(MigrationState {
            pending: known.iter().filter(|v| !applied.contains(v)).copied().collect(),
            unknown: applied.iter().filter(|v| !known.contains(v)).copied().collect(),
            applied,
        })
    }
}

pub(super) fn broken(error: sqlx::migrate::MigrateError) -> DbError {
    match error {
        sqlx::migrate::MigrateError::Execute(e) => match DbError::from(e) {
            e @ DbError::Unavailable(_) => e,
            e => DbError::Migration(e.to_string()),
        },
        e => DbError::Migration(e.to_string()),
    }
}
