//! A statement with its arguments, run on whichever engine the transaction belongs to.

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Executor as _};

use super::row::{Engine, Row};
use super::{Conn, DbError, Trouble, Tx};
use crate::clock::Timestamp;

/// A bound value: one of the three kinds that both engines share, or a typed null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `BIGINT`
    Int(Option<i64>),
    /// `TEXT`
    Text(Option<String>),
    /// `BLOB` or `BYTEA`
    Blob(Option<Vec<u8>>),
}

/// What can be bound to a placeholder.
pub trait Bind: Sized {
    /// The value as it is stored.
    fn into_value(self) -> Value;

    /// A null of the same type.
    fn null() -> Value;
}

macro_rules! bind {
    ($($type:ty => $kind:ident, |$v:ident| $stored:expr;)*) => {$(
        impl Bind for $type {
            fn into_value(self) -> Value {
                let $v = self;
                Value::$kind(Some($stored))
            }

            fn null() -> Value {
                Value::$kind(None)
            }
        }
    )*};
}

bind! {
    i64 => Int, |v| v;
    bool => Int, |v| i64::from(v);
    Timestamp => Int, |v| v.millis();
    String => Text, |v| v;
    &String => Text, |v| v.clone();
    &str => Text, |v| v.to_owned();
    Vec<u8> => Blob, |v| v;
    &[u8] => Blob, |v| v.to_vec();
    &Vec<u8> => Blob, |v| v.clone();
    [u8; 32] => Blob, |v| v.to_vec();
    &[u8; 32] => Blob, |v| v.to_vec();
}

impl<T: Bind> Bind for Option<T> {
    fn into_value(self) -> Value {
        self.map_or_else(T::null, T::into_value)
    }

    fn null() -> Value {
        T::null()
    }
}

fn lite(row: Result<Option<SqliteRow>, sqlx::Error>) -> Result<Option<Engine>, sqlx::Error> {
    row.map(|row| row.map(Engine::Lite))
}

/// Leaves a note of a failure that is not the statement's own, for whoever ends the transaction.
fn note(tx: &mut Tx, error: sqlx::Error) -> DbError {
    let undone = super::pg::is_undone(&error);
    let error = DbError::from(error);
    if undone {
        tx.trouble = Some(Trouble::Undone);
    } else if error.is_unavailable() {
        tx.trouble = Some(Trouble::Unavailable);
    }
    error
}

/// A statement being given its arguments. Made by [`sql`].
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it is executed"]
pub struct Query {
    pub(super) text: &'static str,
    pub(super) values: Vec<Value>,
}

/// A statement in portable SQL, prepared once a connection and kept.
pub fn sql(text: &'static str) -> Query {
    Query { text, values: Vec::new() }
}

impl Query {
    /// Binds the next placeholder: `$1`, `$2`, …
    pub fn bind(mut self, value: impl Bind) -> Self {
        self.values.push(value.into_value());
        self
    }

    /// Runs the statement; how many rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(self, tx: &mut Tx) -> Result<u64, DbError> {
        self.mark(tx);
        let text = self.text;
        let touched = match &mut tx.conn {
            Conn::LiteWriter(c) => c.execute(sqlx::query_with(text, self.sqlite()?)).await.map(|r| r.rows_affected()),
            Conn::LiteReader(c) => c.execute(sqlx::query_with(text, self.sqlite()?)).await.map(|r| r.rows_affected()),
            Conn::Pg(c) => c.execute(sqlx::query_with(text, self.postgres()?)).await.map(|r| r.rows_affected()),
        };
        touched.map_err(|error| note(tx, error))
    }

    /// Runs the statement; its first row, if there is one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_optional(self, tx: &mut Tx) -> Result<Option<Row>, DbError> {
        self.mark(tx);
        let text = self.text;
        let row = match &mut tx.conn {
            Conn::LiteWriter(c) => lite(c.fetch_optional(sqlx::query_with(text, self.sqlite()?)).await),
            Conn::LiteReader(c) => lite(c.fetch_optional(sqlx::query_with(text, self.sqlite()?)).await),
            Conn::Pg(c) => {
                let row = c.fetch_optional(sqlx::query_with(text, self.postgres()?)).await;
                row.map(|row| row.map(Engine::Pg))
            }
        };
        row.map(|row| row.map(Row)).map_err(|error| note(tx, error))
    }

    /// Runs the statement; its first row.
    ///
    /// # Errors
    /// See [`DbError`]; there is no row.
    pub async fn fetch_one(self, tx: &mut Tx) -> Result<Row, DbError> {
        self.fetch_optional(tx).await?.ok_or(DbError::Statement(sqlx::Error::RowNotFound))
    }

    /// Runs the statement; all its rows.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_all(self, tx: &mut Tx) -> Result<Vec<Row>, DbError> {
        self.mark(tx);
        let text = self.text;
        let rows: Result<Vec<Engine>, _> = match &mut tx.conn {
            Conn::LiteWriter(c) => {
                c.fetch(sqlx::query_with(text, self.sqlite()?)).map_ok(Engine::Lite).try_collect().await
            }
            Conn::LiteReader(c) => {
                c.fetch(sqlx::query_with(text, self.sqlite()?)).map_ok(Engine::Lite).try_collect().await
            }
            Conn::Pg(c) => c.fetch(sqlx::query_with(text, self.postgres()?)).map_ok(Engine::Pg).try_collect().await,
        };
        match rows {
            Ok(rows) => Ok(rows.into_iter().map(Row).collect()),
            Err(error) => Err(note(tx, error)),
        }
    }

    /// Counts it. Anything but a plain SELECT may write.
    fn mark(&self, tx: &mut Tx) {
        tx.ran += 1;
        tx.wrote |= !self.text.trim_start().get(..6).is_some_and(|verb| verb.eq_ignore_ascii_case("select"));
    }

    fn sqlite(self) -> Result<SqliteArguments, DbError> {
        let mut out = SqliteArguments::default();
        for value in self.values {
            match value {
                Value::Int(v) => out.add(v),
                Value::Text(v) => out.add(v),
                Value::Blob(v) => out.add(v),
            }
            .map_err(|e| DbError::Statement(sqlx::Error::Encode(e)))?;
        }
        Ok(out)
    }

    fn postgres(self) -> Result<PgArguments, DbError> {
        let mut out = PgArguments::default();
        for value in self.values {
            match value {
                Value::Int(v) => out.add(v),
                Value::Text(v) => out.add(v),
                Value::Blob(v) => out.add(v),
            }
            .map_err(|e| DbError::Statement(sqlx::Error::Encode(e)))?;
        }
        Ok(out)
    }
}
