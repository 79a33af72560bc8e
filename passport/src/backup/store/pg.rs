//! PostgreSQL: written out by `pg_dump` from a snapshot that our own connection shares, written in by `pg_restore` in one
//! transaction.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::str::FromStr as _;

use shared::db::{DbConfig, DbError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::MARK;
use super::programs::{APPLICATION, Programs, Running};
use crate::backup::error::{BackupError, at};
use crate::backup::manifest::{Applied, Table, hex};

/// How rows are written is part of their digests.
const SESSION: &str =
    "SET statement_timeout = 0; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'";

async fn connect(config: &DbConfig) -> Result<PgConnection, BackupError> {
    let options = PgConnectOptions::from_str(&config.url).map_err(|_| DbError::Address)?;
    let mut conn = options.disable_statement_logging().connect().await?;
    conn.execute(SESSION).await?;
    Ok(conn)
}

async fn schema(conn: &mut PgConnection) -> Result<String, BackupError> {
    let schema: Option<String> = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(conn).await?;
    Ok(schema.unwrap_or_else(|| "public".to_owned()))
}

async fn names(conn: &mut PgConnection) -> Result<Vec<String>, BackupError> {
    let names = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename <> $1 \
         ORDER BY tablename",
    );
    Ok(names.bind(MARK).fetch_all(conn).await?)
}

/// The functions that triggers run. Those of extensions stay.
async fn functions(conn: &mut PgConnection) -> Result<Vec<String>, BackupError> {
    let functions = sqlx::query_scalar(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace \
         AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')",
    );
    Ok(functions.fetch_all(conn).await?)
}

async fn tables(conn: &mut PgConnection) -> Result<Vec<Table>, BackupError> {
    let mut tables = Vec::new();
    for name in names(conn).await? {
        // Each half of a hash as a number below 2⁶⁰, so that their sum is the same in whatever order rows come.
        let text = format!(
            "SELECT COUNT(*), COALESCE(SUM(a), 0)::text || '.' || COALESCE(SUM(b), 0)::text FROM \
             (SELECT ('x' || substr(h, 1, 15))::bit(60)::bigint AS a, ('x' || substr(h, 16, 15))::bit(60)::bigint AS b \
             FROM (SELECT encode(sha256(convert_to(r::text, 'UTF8')), 'hex') AS h FROM \"{name}\" r) hashes) halves"
        );
        let (rows, digest) = sqlx::query_as::<_, (i64, String)>(AssertSqlSafe(text)).fetch_one(&mut *conn).await?;
        tables.push(Table { name, rows, digest });
    }
    Ok(tables)
}

async fn migrations(conn: &mut PgConnection) -> Result<Vec<Applied>, BackupError> {
    let rows = sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT version, checksum FROM _sqlx_migrations ORDER BY version");
    let rows = rows.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(version, checksum)| Applied { version, checksum: hex(&checksum) }).collect())
}

/// The database at one moment.
pub(in crate::backup) struct Snapshot {
    conn: PgConnection,
    name: String,
    schema: String,
    url: String,
    programs: Programs,
}

impl Snapshot {
    pub(super) async fn take(config: &DbConfig, programs: &Programs) -> Result<Self, BackupError> {
        let mut conn = connect(config).await?;
        conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let name = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut conn).await?;
        let schema = schema(&mut conn).await?;
        Ok(Self { conn, name, schema, url: config.url.clone(), programs: programs.clone() })
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    pub(super) async fn migrations(&mut self) -> Result<Vec<Applied>, BackupError> {
        migrations(&mut self.conn).await
    }

    pub(super) async fn master_key(&mut self) -> Result<Option<String>, BackupError> {
        let key = sqlx::query_scalar("SELECT master_key_id FROM data_keys ORDER BY id DESC LIMIT 1");
        Ok(key.fetch_optional(&mut self.conn).await?)
    }

    pub(super) async fn write(&mut self, out: &mut impl Write, to: &Path) -> Result<(), BackupError> {
        let mut dump = self.programs.start("pg_dump", &self.url, |command| {
            command.args(["--format=custom", "--no-owner", "--no-acl", "--no-password"]);
            command.arg("--snapshot").arg(&self.name).arg("--schema").arg(&self.schema);
            command.stdin(Stdio::null()).stdout(Stdio::piped());
        })?;
        if let Some(mut stdout) = dump.child.stdout.take() {
            let mut piece = vec![0; 64 * 1024];
            loop {
                let read = stdout.read(&mut piece).await.map_err(at(to))?;
                if read == 0 {
                    break;
                }
                out.write_all(&piece[..read]).map_err(at(to))?;
            }
        }
        dump.end().await
    }

    pub(super) async fn tables(&mut self) -> Result<Vec<Table>, BackupError> {
        tables(&mut self.conn).await
    }
}

/// An empty database, or one that a restore into was not brought to its end.
pub(in crate::backup) struct Room {
    /// Holds a lock, which the server lifts when the connection ends: one restores at a time.
    conn: PgConnection,
    restoring: Option<Running>,
    url: String,
    programs: Programs,
}

impl Room {
    pub(super) async fn empty(
        config: &DbConfig,
        programs: &Programs,
        of_backup: Option<&str>,
    ) -> Result<Self, BackupError> {
        let mut conn = connect(config).await?;
        let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtext($1))").bind(MARK);
        if !lock.fetch_one(&mut conn).await? {
            return Err(BackupError::UnderWay);
        }
        let (target, backup) = (schema(&mut conn).await?, of_backup.unwrap_or_default().to_owned());
        if target != backup {
            return Err(BackupError::OtherSchema { backup, target });
        }
        let names = names(&mut conn).await?;
        let is_empty = match names.as_slice() {
            [] => true,
            [one] if one == "_sqlx_migrations" => migrations(&mut conn).await?.is_empty(),
            _ => is_marked(&mut conn).await?,
        };
        if !is_empty {
            return Err(BackupError::NotEmpty(format!("{} tables", names.len())));
        }
        Ok(Self { conn, restoring: None, url: config.url.clone(), programs: programs.clone() })
    }

    /// Marks the database, removes what an earlier restore left there, and starts the program that fills it.
    pub(super) async fn begin(&mut self, of_schema: &str) -> Result<(), BackupError> {
        self.conn.execute(AssertSqlSafe(format!("CREATE TABLE IF NOT EXISTS {MARK} (began BIGINT)"))).await?;
        // That of a restore that was killed may still be at work. None runs beside ours, for we hold the lock.
        sqlx::query(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()",
        )
        .bind(APPLICATION)
        .fetch_all(&mut self.conn)
        .await?;
        for name in names(&mut self.conn).await? {
            self.conn.execute(AssertSqlSafe(format!("DROP TABLE \"{name}\" CASCADE"))).await?;
        }
        for function in functions(&mut self.conn).await? {
            self.conn.execute(AssertSqlSafe(format!("DROP FUNCTION {function} CASCADE"))).await?;
        }
        self.restoring = Some(self.programs.start("pg_restore", &self.url, |command| {
            command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", "--no-password"]);
            command.arg("--schema").arg(of_schema).stdin(Stdio::piped()).stdout(Stdio::null());
        })?);
        Ok(())
    }

    pub(super) async fn feed(&mut self, piece: &[u8]) -> Result<(), BackupError> {
        let stdin = self.restoring.as_mut().and_then(|running| running.child.stdin.as_mut());
        let written = match stdin {
            Some(stdin) => stdin.write_all(piece).await.is_ok(),
            None => false,
        };
        // Its own words say more than that it does not listen any more.
        if written {
            return Ok(());
        }
        self.ended().await?;
        let said = "it ended before it had read all of the backup".to_owned();
        Err(BackupError::Program { program: "pg_restore", said })
    }

    pub(super) async fn loaded(&mut self) -> Result<Vec<Table>, BackupError> {
        if let Some(mut stdin) = self.restoring.as_mut().and_then(|running| running.child.stdin.take()) {
            let _ = stdin.shutdown().await;
        }
        self.ended().await?;
        tables(&mut self.conn).await
    }

    async fn ended(&mut self) -> Result<(), BackupError> {
        match self.restoring.take() {
            Some(running) => running.end().await,
            None => Ok(()),
        }
    }
}

async fn is_marked(conn: &mut PgConnection) -> Result<bool, BackupError> {
    let mark = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(MARK);
    Ok(mark.fetch_one(conn).await?)
}
