//! A database of either engine, told by what another version has to know of it: columns, what is unique, what refers to
//! what, and triggers. Plain indexes are not told: they change nothing but speed.

use std::collections::BTreeSet;

use shared::db::DbConfig;
use sqlx::migrate::{Migration, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};

const OF_SQLITE: &str = "\
    SELECT t.name || ' column ' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" OR c.pk THEN ' NOT NULL' ELSE '' END \
    || COALESCE(' DEFAULT ' || c.dflt_value, '') FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' \
    UNION SELECT t.name || ' unique ' || (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i) \
    || CASE WHEN l.partial THEN ' in part' ELSE '' END \
    FROM sqlite_schema t JOIN pragma_index_list(t.name) l WHERE t.type = 'table' AND l.\"unique\" \
    UNION SELECT t.name || ' references ' || f.\"table\" || ' by ' || f.\"from\" || ' on delete ' || f.on_delete \
    FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' \
    UNION SELECT tbl_name || ' trigger ' || name FROM sqlite_schema WHERE type = 'trigger'";

const OF_POSTGRES: &str = "\
    SELECT table_name || ' column ' || column_name || ' ' || upper(data_type) \
    || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END || COALESCE(' DEFAULT ' || column_default, '') \
    FROM information_schema.columns WHERE table_schema = 'public' \
    UNION SELECT c.relname || ' ' || CASE k.contype WHEN 'f' THEN 'references ' || r.relname || ' by ' ELSE 'constraint ' END \
    || pg_get_constraintdef(k.oid) \
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class r ON r.oid = k.confrelid \
    WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'p', 'u', 'x') \
    UNION SELECT tablename || ' unique ' || indexdef FROM pg_indexes \
    WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE %' \
    UNION SELECT c.relname || ' trigger ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
    WHERE NOT t.tgisinternal";

/// A connection to it.
pub(super) enum Tables {
    Lite(SqliteConnection),
    Pg(PgConnection),
}

impl Tables {
    pub(super) async fn connect(config: &DbConfig) -> Self {
        if config.url.starts_with("sqlite:") {
            let url = format!("{}?mode=rwc", config.url);
            return Self::Lite(SqliteConnection::connect(&url).await.expect("a database"));
        }
        Self::Pg(PgConnection::connect(&config.url).await.expect("a database"))
    }

    /// The engine's name.
    pub(super) const fn engine(&self) -> &'static str {
        match self {
            Self::Lite(_) => "sqlite",
            Self::Pg(_) => "postgres",
        }
    }

    /// Its migrations of ours.
    pub(super) fn migrations(&self) -> &'static Migrator {
        match self {
            Self::Lite(_) => passport::MIGRATIONS.sqlite,
            Self::Pg(_) => passport::MIGRATIONS.postgres,
        }
    }

    pub(super) async fn apply(&mut self, migration: &Migration) {
        let text = sqlx::raw_sql(migration.sql.clone());
        let done = match self {
            Self::Lite(conn) => text.execute(conn).await.map(drop),
            Self::Pg(conn) => text.execute(conn).await.map(drop),
        };
        done.unwrap_or_else(|error| panic!("migration {}: {error}", migration.version));
    }

    /// Why the engine does not take a statement; none: it does.
    pub(super) async fn refuses(&mut self, statement: &str) -> Option<String> {
        let error = self.prepared(statement.to_owned()).await.err()?;
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        if !matches!(code.as_deref(), Some("42P08" | "42P18")) {
            return Some(error.to_string());
        }
        // The program says of which type each value is, which is not in the text. A null may be of any.
        let mut parts = statement.split('$');
        let mut text = parts.next().unwrap_or_default().to_owned();
        text.extend(parts.map(|part| format!("NULL{}", part.trim_start_matches(|c: char| c.is_ascii_digit()))));
        self.prepared(text).await.err().map(|error| error.to_string())
    }

    async fn prepared(&mut self, statement: String) -> Result<(), sqlx::Error> {
        let text = AssertSqlSafe(statement).into_sql_str();
        match self {
            Self::Lite(conn) => conn.prepare(text).await.map(drop),
            Self::Pg(conn) => conn.prepare(text).await.map(drop),
        }
    }

    /// All of it but the list of migrations, each line beginning with its table and a word for what it tells.
    pub(super) async fn described(&mut self) -> BTreeSet<String> {
        let lines: Vec<String> = match self {
            Self::Lite(conn) => sqlx::query_scalar(OF_SQLITE).fetch_all(conn).await.expect("a description"),
            Self::Pg(conn) => sqlx::query_scalar(OF_POSTGRES).fetch_all(conn).await.expect("a description"),
        };
        lines.into_iter().filter(|line| !line.starts_with(['_'])).collect()
    }
}
