//! SQLite: a file is copied with `VACUUM INTO`, which reads it as it is at one moment, and restored under another name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::TryStreamExt as _;
use shared::db::{DbConfig, DbError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use crate::backup::archive::sync_folder;
use crate::backup::error::{BackupError, at};
use crate::backup::manifest::{Applied, Table, hex};

/// How long is waited for somebody else who has the file.
const PATIENCE: Duration = Duration::from_secs(5);

fn options(url: &str) -> Result<SqliteConnectOptions, DbError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|_| DbError::Address)?;
    Ok(options.create_if_missing(false).busy_timeout(PATIENCE).disable_statement_logging())
}

/// A copy of a file, which nothing has a name for any more.
pub(in crate::backup) struct Copy {
    conn: SqliteConnection,
    file: File,
}

impl Copy {
    /// Copies the file to `scratch` and takes its name away.
    pub(super) async fn make(config: &DbConfig, scratch: &Path) -> Result<Self, BackupError> {
        let mut source = SqliteConnection::connect_with(&options(&config.url)?).await?;
        // A file of that name that is empty is written into, and nobody else may read this one.
        remove(scratch)?;
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(scratch).map_err(at(scratch))?;
        let copied = copy(&mut source, scratch).await;
        let removed = std::fs::remove_file(scratch).map_err(at(scratch));
        let copied = copied?;
        removed.map(|()| copied)
    }

    pub(super) async fn migrations(&mut self) -> Result<Vec<Applied>, BackupError> {
        migrations(&mut self.conn).await
    }

    pub(super) async fn master_key(&mut self) -> Result<Option<String>, BackupError> {
        let key = sqlx::query_scalar("SELECT master_key_id FROM data_keys ORDER BY id DESC LIMIT 1");
        Ok(key.fetch_optional(&mut self.conn).await?)
    }

    pub(super) fn write(&mut self, out: &mut impl Write, to: &Path) -> Result<(), BackupError> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = self.file.read(&mut piece).map_err(at(to))?;
            if read == 0 {
                return Ok(());
            }
            out.write_all(&piece[..read]).map_err(at(to))?;
        }
    }

    pub(super) async fn tables(&mut self) -> Result<Vec<Table>, BackupError> {
        tables(&mut self.conn).await
    }
}

async fn copy(source: &mut SqliteConnection, scratch: &Path) -> Result<Copy, BackupError> {
    let path = scratch.to_str().ok_or(DbError::Address)?;
    sqlx::query("VACUUM INTO $1").bind(path).execute(source).await?;
    let open = SqliteConnectOptions::new().filename(scratch).immutable(true).disable_statement_logging();
    let conn = SqliteConnection::connect_with(&open).await?;
    Ok(Copy { conn, file: File::open(scratch).map_err(at(scratch))? })
}

async fn migrations(conn: &mut SqliteConnection) -> Result<Vec<Applied>, BackupError> {
    let rows = sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT version, checksum FROM _sqlx_migrations ORDER BY version");
    let rows = rows.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(version, checksum)| Applied { version, checksum: hex(&checksum) }).collect())
}

async fn names(conn: &mut SqliteConnection) -> Result<Vec<String>, BackupError> {
    // An underscore stands for any character.
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name";
    Ok(sqlx::query_scalar(names).fetch_all(conn).await?)
}

async fn tables(conn: &mut SqliteConnection) -> Result<Vec<Table>, BackupError> {
    let mut tables = Vec::new();
    for name in names(conn).await? {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid")
            .bind(&name)
            .fetch_all(&mut *conn)
            .await?;
        let columns: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let text = format!("SELECT {} FROM \"{name}\"", columns.join(" || ',' || "));
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(text)).fetch(&mut *conn);
        let mut sum = Sum::default();
        while let Some(row) = rows.try_next().await? {
            sum.add(&row);
        }
        drop(rows);
        tables.push(Table { name, rows: sum.rows, digest: sum.digest() });
    }
    Ok(tables)
}

/// A sum of hashes, the same in whatever order rows come.
#[derive(Default)]
struct Sum {
    rows: i64,
    halves: [u128; 2],
}

impl Sum {
    fn add(&mut self, row: &str) {
        self.rows += 1;
        let hash = digest(&SHA256, row.as_bytes());
        for (sum, half) in self.halves.iter_mut().zip(hash.as_ref().as_chunks::<16>().0) {
            *sum = sum.wrapping_add(u128::from_be_bytes(*half));
        }
    }

    fn digest(&self) -> String {
        self.halves.map(|half| format!("{half:032x}")).concat()
    }
}

/// Where a file is to be that is not there yet.
pub(in crate::backup) struct Place {
    path: PathBuf,
    /// Its contents until it is whole, and the lock of who writes them.
    growing: PathBuf,
    file: File,
    url: String,
    done: bool,
}

impl Place {
    /// Holds that there is nothing yet, and that nobody else is about to change that.
    pub(super) async fn empty(config: &DbConfig) -> Result<Self, BackupError> {
        let path = options(&config.url)?.get_filename().to_owned();
        refuse_tables(&config.url, &path).await?;
        let bare = config.url.split('?').next().unwrap_or_default();
        let growing = path.with_added_extension("restoring");
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&growing);
        let file = file.map_err(at(&growing))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::UnderWay),
            Err(TryLockError::Error(error)) => return Err(at(&growing)(error)),
        }
        Ok(Self { path, url: format!("{bare}.restoring"), growing, file, done: false })
    }

    /// Forgets what one that was killed left there.
    pub(super) fn begin(&mut self) -> Result<(), BackupError> {
        for leftover in ["-wal", "-shm", "-journal"] {
            remove(&with_suffix(&self.growing, leftover))?;
        }
        self.file.set_len(0).map_err(at(&self.growing))
    }

    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), BackupError> {
        self.file.write_all(piece).map_err(at(&self.growing))
    }

    pub(super) async fn loaded(&mut self) -> Result<Vec<Table>, BackupError> {
        self.file.sync_all().map_err(at(&self.growing))?;
        let mut conn = SqliteConnection::connect_with(&options(&self.url)?).await?;
        let tables = tables(&mut conn).await?;
        conn.close().await?;
        Ok(tables)
    }

    /// The address of what grows.
    pub(super) fn config(&self, config: &DbConfig) -> DbConfig {
        DbConfig { url: self.url.clone(), ..config.clone() }
    }

    /// Gives it its name: from one moment to the next all of it is there.
    pub(super) async fn publish(&mut self, config: &DbConfig) -> Result<(), BackupError> {
        let mut conn = SqliteConnection::connect_with(&options(&self.url)?).await?;
        // All of it into the one file: this waits for the connections that are being closed.
        conn.execute("PRAGMA journal_mode = DELETE").await?;
        conn.close().await?;
        self.file.sync_all().map_err(at(&self.growing))?;
        refuse_tables(&config.url, &self.path).await?;
        std::fs::rename(&self.growing, &self.path).map_err(at(&self.path))?;
        self.done = true;
        sync_folder(&self.path).map_err(at(&self.path))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.done {
            for leftover in ["", "-wal", "-shm", "-journal"] {
                // Nothing is lost by leaving it: the next one begins anew.
                let _ = std::fs::remove_file(with_suffix(&self.growing, leftover));
            }
        }
    }
}

/// Refuses a file that somebody has put something into. One that has no tables, as a program leaves it that was started
/// too early, is removed with what belongs to it: a new file must not meet the log of another.
async fn refuse_tables(url: &str, path: &Path) -> Result<(), BackupError> {
    if path.symlink_metadata().is_ok() {
        let mut conn = SqliteConnection::connect_with(&options(url)?).await?;
        let names = names(&mut conn).await?;
        let has_rows = match names.as_slice() {
            [] => false,
            [one] if one == "_sqlx_migrations" => !migrations(&mut conn).await?.is_empty(),
            _ => true,
        };
        if has_rows {
            return Err(BackupError::NotEmpty(format!("{} tables", names.len())));
        }
        conn.execute("PRAGMA journal_mode = DELETE").await?;
        conn.close().await?;
    }
    for leftover in ["-wal", "-journal"] {
        let log = with_suffix(path, leftover);
        if log.metadata().is_ok_and(|log| log.len() > 0) {
            return Err(BackupError::NotEmpty(format!("the file {}", log.display())));
        }
    }
    remove(&with_suffix(path, "-shm"))?;
    remove(path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
