//! Columns that hold what data keys sealed, wherever they are: the statements by which they are sealed anew.

use shared::db::{BATCH, DbError, Row, Tx, sql};

/// How many rows of an ordinary column are sealed anew in one transaction.
pub const AT_ONCE: i64 = BATCH;

/// A column that holds sealed data. It is declared with the table's other SQL, by [`sealed_column!`](crate::sealed_column).
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    /// Table and column, for people.
    pub name: &'static str,
    /// What it is sealed for.
    pub purpose: &'static str,
    /// Whether it is bound to the id of its row, so that it opens in no other.
    pub bound: bool,
    /// How many rows are sealed anew in one transaction.
    pub at_once: i64,
    /// How many rows begin with less than `$1`, the header of a key: how many are sealed by older ones.
    pub count: &'static str,
    /// Up to `$3` of them whose id comes after `$1`, by their id; `$2` is the header.
    pub batch: &'static str,
    /// Puts `$3` in place of `$2` in the row of id `$1`. Whoever wrote something else meanwhile has the last word.
    pub replace: &'static str,
}

/// Declares a [`SealedColumn`]: its table, the primary key (a text), the column, its [use](crate::web::KeyUse), and
/// whether it is bound to the id of its row.
#[macro_export]
macro_rules! sealed_column {
    ($table:literal, $id:literal, $column:literal, $used:expr, bound $bound:literal) => {
        $crate::keys::store::SealedColumn {
            name: concat!($table, ".", $column),
            purpose: $used.as_str(),
            bound: $bound,
            at_once: $crate::keys::store::AT_ONCE,
            count: concat!("SELECT COUNT(*) AS n FROM ", $table, " WHERE substr(", $column, ", 1, 5) < $1"),
            batch: concat!(
                "SELECT ",
                $id,
                " AS id, ",
                $column,
                " AS sealed FROM ",
                $table,
                " WHERE ",
                $id,
                " > $1 AND substr(",
                $column,
                ", 1, 5) < $2 ORDER BY ",
                $id,
                " LIMIT $3"
            ),
            replace: concat!("UPDATE ", $table, " SET ", $column, " = $3 WHERE ", $id, " = $1 AND ", $column, " = $2"),
        }
    };
}

/// A row of such a column.
#[derive(Debug, Clone)]
pub struct SealedRow {
    /// The row's id.
    pub id: String,
    /// What it holds.
    pub sealed: Vec<u8>,
}

impl SealedColumn {
    /// How many rows are sealed by keys older than the one of that header.
    ///
    /// # Errors
    /// The database refused.
    pub async fn older(&self, tx: &mut Tx, header: &[u8]) -> Result<i64, DbError> {
        sql(self.count).bind(header).fetch_one(tx).await?.get("n")
    }

    /// A batch of them, after the row of that id.
    ///
    /// # Errors
    /// The database refused.
    pub async fn batch(&self, tx: &mut Tx, after: &str, header: &[u8]) -> Result<Vec<SealedRow>, DbError> {
        let rows = sql(self.batch).bind(after).bind(header).bind(self.at_once).fetch_all(tx).await?;
        let row = |row: &Row| Ok(SealedRow { id: row.get("id")?, sealed: row.get("sealed")? });
        rows.iter().map(row).collect()
    }

    /// Puts something else in place of what a row holds, if it still does; whether it did.
    ///
    /// # Errors
    /// The database refused.
    pub async fn replace(&self, tx: &mut Tx, row: &SealedRow, sealed: Vec<u8>) -> Result<bool, DbError> {
        let replaced = sql(self.replace).bind(&row.id).bind(&row.sealed).bind(sealed).execute(tx).await?;
        Ok(replaced == 1)
    }
}
