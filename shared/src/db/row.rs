//! Rows and the values read from them. A row that makes no sense is reported, never smoothed over.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Postgres, Sqlite, Type, ValueRef as _};

use super::DbError;
use crate::clock::Timestamp;

/// One row of an answer.
pub struct Row(pub(super) Engine);

pub(super) enum Engine {
    Lite(SqliteRow),
    Pg(PgRow),
}

impl Row {
    /// The value of that column.
    ///
    /// # Errors
    /// The column is missing, of another type, or its content is not what `T` allows.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, DbError> {
        T::read(Cell { row: self, column }).map_err(|e| DbError::Row(BrokenRow { column, problem: e.0 }))
    }
}

/// A stored value that cannot be what it claims to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored row is broken: column {column} {problem}")]
pub struct BrokenRow {
    /// The column's name in the statement.
    pub column: &'static str,
    /// What is wrong with it, without the value.
    pub problem: String,
}

impl BrokenRow {
    /// Reports that `column` does not fit.
    pub fn new(column: &'static str, problem: impl Into<String>) -> Self {
        Self { column, problem: problem.into() }
    }
}

/// What is wrong with a value, without the value.
#[derive(Debug)]
pub struct CellError(pub(super) String);

impl CellError {
    /// Completes the sentence "column x …".
    pub fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

/// One value of a row, not yet read.
#[derive(Clone, Copy)]
pub struct Cell<'r> {
    row: &'r Row,
    column: &'static str,
}

impl Cell<'_> {
    fn is_null(&self) -> Result<bool, CellError> {
        match &self.row.0 {
            Engine::Lite(r) => r.try_get_raw(self.column).map(|v| v.is_null()),
            Engine::Pg(r) => r.try_get_raw(self.column).map(|v| v.is_null()),
        }
        .map_err(|_| CellError::new("is missing"))
    }
}

impl<'r> Cell<'r> {
    fn decode<T>(self) -> Result<T, CellError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        // SQLite would hand out a null as an empty text or zero.
        if self.is_null()? {
            return Err(CellError::new("is null"));
        }
        match &self.row.0 {
            Engine::Lite(r) => r.try_get::<T, _>(self.column),
            Engine::Pg(r) => r.try_get::<T, _>(self.column),
        }
        .map_err(|e| {
            CellError::new(match e {
                sqlx::Error::ColumnNotFound(_) => "is missing",
                _ => "is of another type",
            })
        })
    }
}

/// What can be read from a column.
pub trait Column: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// It is missing, of another type or not allowed.
    fn read(cell: Cell<'_>) -> Result<Self, CellError>;
}

impl Column for i64 {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        cell.decode()
    }
}

impl Column for String {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        cell.decode()
    }
}

impl Column for Vec<u8> {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        cell.decode()
    }
}

impl<const N: usize> Column for [u8; N] {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        let bytes = Vec::<u8>::read(cell)?;
        bytes.try_into().map_err(|_| CellError::new(format!("is not {N} bytes long")))
    }
}

impl Column for bool {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        match i64::read(cell)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CellError::new("is neither 0 nor 1")),
        }
    }
}

impl Column for Timestamp {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        i64::read(cell).map(Timestamp::from_millis)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(cell: Cell<'_>) -> Result<Self, CellError> {
        if cell.is_null()? { Ok(None) } else { T::read(cell).map(Some) }
    }
}
