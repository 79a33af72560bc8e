//! Migrations: embedded, numbered alike for both engines, applied in order, each once.
//!
//! While nodes are exchanged, programs of two versions use one database. A migration that only adds may be met by any
//! older program. One that takes something away says in its name since when nobody needs it (`drop_x_after_0061`): a
//! program that knows migration 61 works on what is left, and an older one refuses. The name is stored with the migration,
//! in one transaction, so that a program can read what it means for it of migrations that it does not know.

use futures_util::FutureExt as _;
use sqlx::migrate::{MigrateError, Migration, Migrator};

use super::locks::{Step, Unread, steps};
use super::{Backend, Db, DbError, Engine, Row, sql};

/// The migrations of a program, for both engines. The two lists carry the same numbers and names.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// `sqlx::migrate!("migrations/sqlite")`
    pub sqlite: &'static Migrator,
    /// `sqlx::migrate!("migrations/postgres")`
    pub postgres: &'static Migrator,
}

impl Migrations {
    /// Those of one engine.
    pub const fn of(&self, engine: Engine) -> &'static Migrator {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// What the migrations of these numbers do to tables that are there.
    pub fn plan(&self, engine: Engine, numbers: &[i64]) -> Vec<Planned> {
        let of = self.of(engine).iter().filter(|migration| numbers.contains(&migration.version));
        of.map(|migration| Planned {
            version: migration.version,
            name: migration.description.to_string(),
            steps: steps(engine, migration.sql.as_str()),
        })
        .collect()
    }
}

/// A migration that is still to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it does to tables that were there before it; or a statement of it that cannot be told.
    pub steps: Result<Vec<Step>, Unread>,
}

/// How the database stands to the program's migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Applied, in order.
    pub applied: Vec<i64>,
    /// Known to the program and not applied yet.
    pub pending: Vec<i64>,
    /// Applied by a newer program.
    pub newer: Vec<i64>,
    /// Why the program must not work with this database, whatever is pending.
    pub misfit: Option<Misfit>,
}

/// Why a program and a database do not go together, in one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// No migration of ours can leave one: each is one transaction.
    #[error("migration {0} of the database was begun and did not come to its end")]
    Unfinished(i64),
    /// Its text is another one.
    #[error("migration {0} of the database is another than the one of that number in this version")]
    Changed(i64),
    /// What this program needs was taken away.
    #[error(
        "the database is of a newer version: its migration {migration} works only with versions that know migration \
         {needs}, and this one does not"
    )]
    Newer {
        /// The one that took it away.
        migration: i64,
        /// The one that such a program has to know.
        needs: i64,
    },
    /// Neither is the older one of the two.
    #[error("the database has migration {theirs}, which this version does not know, and lacks migration {ours} of it")]
    Apart {
        /// One that the program does not know.
        theirs: i64,
        /// One that the database lacks.
        ours: i64,
    },
}

/// A migration that was applied.
struct Applied {
    version: i64,
    name: String,
    checksum: Vec<u8>,
    whole: bool,
}

const LISTED: &str = "SELECT version, description, checksum, CAST(CASE WHEN success THEN 1 ELSE 0 END AS BIGINT) AS whole \
                      FROM _sqlx_migrations ORDER BY version";

impl Applied {
    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            version: row.get("version")?,
            name: row.get("description")?,
            checksum: row.get("checksum")?,
            whole: row.get("whole")?,
        })
    }

    /// The migration that a program has to know to work on what this one left; none: it only added.
    fn needs(&self) -> Option<i64> {
        let mut words = self.name.rsplit(' ');
        let number = words.next()?.parse().ok()?;
        (words.next()? == "after").then_some(number)
    }
}

impl MigrationState {
    fn new(ours: &[Migration], applied: &[Applied]) -> Self {
        let known = |version: i64| ours.iter().any(|migration| migration.version == version);
        let newer = || applied.iter().filter(|one| !known(one.version));
        let pending = ours.iter().map(|one| one.version).filter(|v| applied.iter().all(|one| one.version != *v));
        let mut state = Self {
            applied: applied.iter().map(|one| one.version).collect(),
            pending: pending.collect(),
            newer: newer().map(|one| one.version).collect(),
            misfit: None,
        };
        let changed = |one: &&Applied| ours.iter().any(|m| m.version == one.version && *m.checksum != *one.checksum);
        let too_new = |one: &Applied| one.needs().filter(|needs| !known(*needs)).map(|needs| (one.version, needs));
        state.misfit = if let Some(one) = applied.iter().find(|one| !one.whole) {
            Some(Misfit::Unfinished(one.version))
        } else if let Some(one) = applied.iter().find(changed) {
            Some(Misfit::Changed(one.version))
        } else if let Some((migration, needs)) = newer().find_map(too_new) {
            Some(Misfit::Newer { migration, needs })
        } else {
            let both = state.newer.first().zip(state.pending.first());
            both.map(|(theirs, ours)| Misfit::Apart { theirs: *theirs, ours: *ours })
        };
        state
    }
}

impl Db {
    /// Applies what is missing. Several nodes may start at once: a lock lets one of them work. Nothing is done to a
    /// database of a newer version that this one works with.
    ///
    /// # Errors
    /// A migration failed, or the database does not fit the program.
    pub async fn migrate(&self, migrations: &Migrations) -> Result<(), DbError> {
        let state = self.migration_state(migrations).await?;
        if let Some(misfit) = state.misfit {
            return Err(DbError::Migration(misfit.to_string()));
        }
        if !state.newer.is_empty() {
            return Ok(());
        }
        match &self.0.backend {
            Backend::Lite(lite) => lite.migrate(migrations.sqlite).await,
            Backend::Pg(pg) => pg.migrate(migrations.postgres).await,
        }
    }

    /// What is applied and what is not. Nothing is changed by asking.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub async fn migration_state(&self, migrations: &Migrations) -> Result<MigrationState, DbError> {
        let there = match self.engine() {
            Engine::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_schema WHERE name = '_sqlx_migrations'",
            Engine::Postgres => "SELECT COUNT(*) AS n FROM pg_class WHERE oid = to_regclass('_sqlx_migrations')",
        };
        let applied = self
            .read::<Vec<Applied>, DbError, _>(move |tx| {
                async move {
                    if sql(there).fetch_one(tx).await?.get::<i64>("n")? == 0 {
                        return Ok(Vec::new());
                    }
                    sql(LISTED).fetch_all(tx).await?.iter().map(Applied::read).collect()
                }
                .boxed()
            })
            .await?;
        Ok(MigrationState::new(&migrations.of(self.engine()).migrations, &applied))
    }
}

pub(super) fn broken(error: MigrateError) -> DbError {
    match error {
        MigrateError::Execute(e) => match DbError::from(e) {
            e @ DbError::Unavailable(_) => e,
            e => DbError::Migration(e.to_string()),
        },
        e => DbError::Migration(e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::migrate::MigrationType;

    use super::*;

    fn state(ours: &[i64], applied: &[(i64, &str)]) -> MigrationState {
        let text = sqlx::SqlStr::from_static("SELECT 1");
        let ours = ours.iter().map(|v| Migration::new(*v, "ours".into(), MigrationType::Simple, text.clone(), false));
        let ours: Vec<Migration> = ours.collect();
        let checksum = ours.first().map(|one| one.checksum.to_vec()).unwrap_or_default();
        let one = |(version, name): &(i64, &str)| Applied {
            version: *version,
            name: (*name).to_owned(),
            checksum: checksum.clone(),
            whole: true,
        };
        MigrationState::new(&ours, &applied.iter().map(one).collect::<Vec<_>>())
    }

    #[test]
    fn what_only_adds_keeps_no_older_program_out() {
        let state = state(&[1, 2], &[(1, "a"), (2, "b"), (3, "more"), (4, "named after 5 people")]);
        assert_eq!((state.pending, state.newer, state.misfit), (vec![], vec![3, 4], None));
    }

    #[test]
    fn what_takes_away_keeps_those_out_that_need_it() {
        let applied = [(1, "a"), (2, "b"), (3, "drop x after 0002")];
        assert_eq!(state(&[1, 2], &applied).misfit, None);
        assert_eq!(state(&[1], &applied).misfit, Some(Misfit::Newer { migration: 3, needs: 2 }));
    }

    #[test]
    fn a_program_that_lacks_some_and_has_others_is_of_another_line() {
        assert_eq!(state(&[1, 3], &[(1, "a"), (2, "b")]).misfit, Some(Misfit::Apart { theirs: 2, ours: 3 }));
        assert_eq!(state(&[1, 2], &[(1, "a")]).misfit, None, "that is what migrating is for");
    }
}
