//! SQLite: one writer that groups the operations that wait, and a few readers.
//!
//! SQLite allows one writer at a time, and a durable commit costs a sync of the disk. So a single task owns the
//! writing connection, takes all operations that wait, runs them in one transaction, commits once
//! (`synchronous=FULL`), and only then answers each of them. While the disk syncs, the next group gathers.
//!
//! Operations of a group run without savepoints at first, because almost all of them succeed. When one that has
//! written fails, the whole group is rolled back and run again with a savepoint around each operation, so that
//! a failure undoes nobody else's work. A full disk or an I/O error is such a failure: SQLite may have rolled back by
//! itself, and what would run after it would run outside of any transaction.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{BoxFuture, FutureExt as _};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot};

use super::migrate::broken;
use super::place::Place;
use super::shelf::Shelf;
use super::{Conn, DbConfig, DbError, Load, Tx, sql};

/// The most operations that one commit carries.
const GROUP: usize = 256;
/// The most operations that may wait; beyond it the database counts as unavailable.
const QUEUE: usize = 4096;

#[derive(Debug, Clone)]
pub(super) struct Lite {
    queue: mpsc::Sender<Job>,
    readers: Arc<Shelf<SqliteConnection>>,
    options: Arc<SqliteConnectOptions>,
    place: Place,
    /// Whether an operation met a database that cannot be written, and none was asked since whether it can be again:
    /// operations that find nothing to change succeed all the while.
    stuck: Arc<AtomicBool>,
}

enum Job {
    Write(Box<dyn Operation>),
    Close(oneshot::Sender<()>),
}

impl Lite {
    pub(super) async fn open(config: &DbConfig) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::from_str(&config.url)
            .map_err(|_| DbError::Address)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(config.acquire_timeout)
            .statement_cache_capacity(256)
            .pragma("wal_autocheckpoint", "4000")
            .disable_statement_logging();
        let writer = SqliteConnection::connect_with(&options).await?;
        let place = Place::of(options.get_filename());
        // From here on a file that is missing was taken away.
        let options = options.create_if_missing(false);
        let reading = options.clone().pragma("query_only", "ON");
        let readers = Arc::new(Shelf::new(reading, config.max_connections.clamp(1, 4), config.acquire_timeout));
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (options, stuck) = (Arc::new(options), Arc::new(AtomicBool::new(false)));
        let writer = Writer {
            tx: Some(Tx::new(Conn::LiteWriter(Box::new(writer)))),
            options: options.clone(),
            place: place.clone(),
            stuck: stuck.clone(),
            jobs,
        };
        // A thread of its own: the driver runs each statement on another thread, and a thread that parks is woken for
        // a third of what it costs to wake a task of the runtime.
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || futures_executor::block_on(writer.run()))
            .map_err(|e| DbError::Unavailable(e.to_string()))?;
        Ok(Self { queue, readers, options, place, stuck })
    }

    pub(super) async fn write<R, E, F>(&self, op: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + Sync + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job = Job::Write(Box::new(Pending { op, result: None, answer }));
        self.queue.try_send(job).map_err(|e| {
            DbError::Unavailable(match e {
                mpsc::error::TrySendError::Full(_) => "too many operations wait".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "it is closed".to_owned(),
            })
        })?;
        outcome.await.unwrap_or_else(|_| Err(DbError::Unavailable("the operation was given up".to_owned()).into()))
    }

    pub(super) async fn read<R, E, F>(&self, op: F) -> Result<R, E>
    where
        E: From<DbError>,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>>,
    {
        self.place.check()?;
        let mut tx = Tx::new(Conn::LiteReader(self.readers.take().await?));
        let result = op(&mut tx).await;
        if let (Conn::LiteReader(conn), None) = (tx.conn, tx.trouble) {
            self.readers.put(conn);
        }
        result
    }

    pub(super) fn load(&self) -> Load {
        let readers = self.readers.load();
        let waiting = self.queue.max_capacity() - self.queue.capacity();
        Load { waiting: readers.waiting + waiting, ..readers }
    }

    /// Whether it can be read and, if something could not be written, whether that can be done again.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        self.read(|tx| async move { sql("SELECT 1 AS one").fetch_optional(tx).await.map(drop) }.boxed()).await?;
        if self.stuck.load(Ordering::Relaxed) { self.try_room().await } else { Ok(()) }
    }

    /// Writes as much as an operation may, and takes it away again: a few bytes may fit where no operation does.
    async fn try_room(&self) -> Result<(), DbError> {
        self.write::<_, DbError, _>(|tx| {
            async move {
                sql("DROP TABLE IF EXISTS room").execute(tx).await?;
                sql("CREATE TABLE room (filling BLOB)").execute(tx).await?;
                sql("INSERT INTO room (filling) VALUES (zeroblob(131072))").execute(tx).await
            }
            .boxed()
        })
        .await?;
        self.write::<_, DbError, _>(|tx| async move { sql("DROP TABLE room").execute(tx).await }.boxed()).await?;
        self.stuck.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Runs migrations on a connection of their own, before or beside the writer.
    pub(super) async fn migrate(&self, migrator: &Migrator) -> Result<(), DbError> {
        let mut conn = SqliteConnection::connect_with(&self.options).await?;
        migrator.run(&mut conn).await.map_err(broken)?;
        conn.close().await.map_err(DbError::from)
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Job::Close(done)).await.is_ok() {
            closed.await.ok();
        }
        self.readers.close().await;
    }
}

/// An operation that waits for its turn, its types forgotten.
trait Operation: Send {
    /// Runs it and keeps its result; whether it succeeded.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;

    /// Tells its caller how it ended: its own result if the group was committed.
    fn answer(self: Box<Self>, committed: Result<(), &DbError>);
}

struct Pending<R, E, F> {
    op: F,
    result: Option<Result<R, E>>,
    answer: oneshot::Sender<Result<R, E>>,
}

impl<R, E, F> Operation for Pending<R, E, F>
where
    R: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + Sync + 'static,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        async move {
            // A panic must not take the writer with it.
            let result = std::panic::AssertUnwindSafe((self.op)(tx)).catch_unwind().await;
            self.result = result.ok();
            matches!(self.result, Some(Ok(_)))
        }
        .boxed()
    }

    fn answer(self: Box<Self>, committed: Result<(), &DbError>) {
        let result = match (self.result, committed) {
            // An operation's own refusal stands, whatever became of the group.
            (Some(Err(error)), _) => Err(error),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(DbError::Unavailable("the operation failed".to_owned()).into()),
            (_, Err(error)) => Err(DbError::Unavailable(error.to_string()).into()),
        };
        self.answer.send(result).ok();
    }
}

struct Writer {
    /// The connection; none after it broke, until it is opened again.
    tx: Option<Tx>,
    options: Arc<SqliteConnectOptions>,
    place: Place,
    stuck: Arc<AtomicBool>,
    jobs: mpsc::Receiver<Job>,
}

impl Writer {
    async fn run(mut self) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            group.clear();
            if self.jobs.recv_many(&mut group, GROUP).await == 0 {
                break;
            }
            let mut closing = None;
            let mut operations = Vec::with_capacity(group.len());
            for job in group.drain(..) {
                match job {
                    Job::Write(operation) => operations.push(operation),
                    Job::Close(done) => closing = Some(done),
                }
            }
            let committed = self.commit(&mut operations).await;
            if let Err(error) = &committed {
                // What state the connection is in is unknown: a new one is sure to be clean.
                tracing::warn!(%error, "a group of database operations was not committed");
                self.tx = None;
            }
            if committed.is_err() || self.tx.as_ref().is_some_and(|tx| tx.trouble.is_some()) {
                self.stuck.store(true, Ordering::Relaxed);
            }
            for operation in operations {
                operation.answer(committed.as_ref().copied());
            }
            if let Some(done) = closing {
                self.jobs.close();
                // Dropped, it would be closed at some moment: whoever comes next would find the file locked.
                if let Some(Conn::LiteWriter(conn)) = self.tx.take().map(|tx| tx.conn) {
                    conn.close().await.ok();
                }
                done.send(()).ok();
            }
        }
    }

    async fn commit(&mut self, operations: &mut [Box<dyn Operation>]) -> Result<(), DbError> {
        if operations.is_empty() {
            return Ok(());
        }
        self.place.check()?;
        let tx = match &mut self.tx {
            Some(tx) => tx,
            none => {
                let conn = SqliteConnection::connect_with(&self.options).await?;
                none.insert(Tx::new(Conn::LiteWriter(Box::new(conn))))
            }
        };
        tx.trouble = None;
        control(tx, "BEGIN IMMEDIATE").await?;
        if !together(tx, operations).await {
            control(tx, "ROLLBACK").await.ok();
            control(tx, "BEGIN IMMEDIATE").await?;
            apart(tx, operations).await?;
        }
        control(tx, "COMMIT").await?;
        // Nobody is told of a commit that went into a file which the next start will not find.
        self.place.check()
    }
}

/// Runs the operations one after the other; false as soon as one failed that had written, or that met a database which
/// cannot be used.
async fn together(tx: &mut Tx, operations: &mut [Box<dyn Operation>]) -> bool {
    for operation in operations {
        tx.wrote = false;
        if !operation.run(tx).await && (tx.wrote || tx.trouble.is_some()) {
            return false;
        }
    }
    true
}

/// Runs each operation in a savepoint of its own, which its failure rolls back.
async fn apart(tx: &mut Tx, operations: &mut [Box<dyn Operation>]) -> Result<(), DbError> {
    for operation in operations {
        control(tx, "SAVEPOINT operation").await?;
        if !operation.run(tx).await {
            control(tx, "ROLLBACK TO operation").await?;
        }
        control(tx, "RELEASE operation").await?;
    }
    Ok(())
}

/// A statement that steers the transaction: prepared once, like all others.
async fn control(tx: &mut Tx, statement: &'static str) -> Result<(), DbError> {
    let Conn::LiteWriter(conn) = &mut tx.conn else {
        return Err(DbError::Address);
    };
    conn.execute(sqlx::query(statement)).await?;
    Ok(())
}
