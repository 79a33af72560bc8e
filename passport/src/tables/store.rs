//! The statements that the list is made of: which rows are past their time, which are a person's.
//!
//! A rule is written down once, as a condition on rows, and the statements that count and remove them are made of it here.

use shared::clock::Timestamp;
use shared::db::{BATCH, DbError, Row, Tx, sql};

/// How many rows of a person are read at a time where there may be many.
const PAGE: i64 = 1_000;

/// Rows that are past their time, counted; `$1` is the moment before which their time ended.
#[derive(Debug, Clone, Copy)]
pub struct Count(pub(super) &'static str);

impl Count {
    /// How many there are.
    ///
    /// # Errors
    /// The database refused.
    pub async fn rows(&self, tx: &mut Tx, limit: Timestamp) -> Result<i64, DbError> {
        sql(self.0).bind(limit).fetch_one(tx).await?.get("n")
    }
}

/// Rows that are removed when they are past their time, and nothing else with them.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// How many they are.
    pub count: Count,
    /// Removes up to `$2` of them.
    pub(super) remove: &'static str,
}

impl Sweep {
    /// Removes up to a batch of them; how many went. Few at a time, so that writers need not wait.
    ///
    /// # Errors
    /// The database refused.
    pub async fn remove(&self, tx: &mut Tx, limit: Timestamp) -> Result<u64, DbError> {
        sql(self.remove).bind(limit).bind(BATCH).execute(tx).await
    }
}

/// The rows of a person.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    pub(super) text: &'static str,
    /// The column in whose order they are read page by page; none: there are few.
    pub(super) key: Option<&'static str>,
}

/// By what the rows of a person are found.
#[derive(Debug, Clone)]
pub enum By {
    /// The id of their account.
    Account(String),
    /// The hash of a contact of theirs.
    Receiver([u8; 32]),
}

impl Own {
    /// All of them, each as `read` takes it.
    ///
    /// # Errors
    /// The database refused, or a row is broken.
    pub async fn rows<T>(
        &self,
        tx: &mut Tx,
        by: &By,
        read: impl Fn(&Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let asked = || match by {
            By::Account(id) => sql(self.text).bind(id),
            By::Receiver(hash) => sql(self.text).bind(hash),
        };
        let Some(key) = self.key else { return asked().fetch_all(tx).await?.iter().map(read).collect() };
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let rows = asked().bind(&after).bind(PAGE).fetch_all(tx).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = last.get(key)?;
            for row in &rows {
                found.push(read(row)?);
            }
        }
    }
}

/// Counts the rows of a table to which a condition applies.
macro_rules! count {
    ($table:literal, $over:literal) => {
        $crate::tables::store::Count(concat!("SELECT COUNT(*) AS n FROM ", $table, " WHERE ", $over))
    };
}

/// Removes the rows of a table to which a condition applies. The key is the primary one, its columns separated by commas.
macro_rules! sweep {
    ($table:literal, $key:literal, $over:literal) => {
        $crate::tables::store::Sweep {
            count: $crate::tables::store::count!($table, $over),
            remove: concat!(
                "DELETE FROM ",
                $table,
                " WHERE (",
                $key,
                ") IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $over,
                " LIMIT $2)"
            ),
        }
    };
}

/// The rows of a table in which a column names the person; with another column, a text without equals, page by page in its
/// order.
macro_rules! own {
    ($table:literal, $by:literal) => {
        $crate::tables::store::Own { text: concat!("SELECT * FROM ", $table, " WHERE ", $by, " = $1"), key: None }
    };
    ($table:literal, $by:literal, $key:literal) => {
        $crate::tables::store::Own {
            text: concat!(
                "SELECT * FROM ",
                $table,
                " WHERE ",
                $by,
                " = $1 AND ",
                $key,
                " > $2 ORDER BY ",
                $key,
                " LIMIT $3"
            ),
            key: Some($key),
        }
    };
}

pub(super) use {count, own, sweep};
