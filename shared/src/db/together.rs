//! How several statements become one: what [`gather`](super::gather) sends.

use std::fmt::Write as _;

use futures_util::future::{BoxFuture, FutureExt as _};

use super::gather::{Run, renumbered};
use super::pg::Pg;
use super::query::Query;
use super::row::Row;
use super::{Backend, DbError, alone};

/// The column that says whose a row is.
const SLOT: &str = "slot";

/// Looks rows up, each by a statement that finds one at most.
#[derive(Debug, Clone)]
pub(super) struct Finding(pub(super) Backend);

impl Run for Finding {
    type Outcome = Option<Row>;

    const SAME_ROW: bool = true;

    fn several(text: &str, count: usize) -> String {
        let columns = text.strip_prefix("SELECT ").unwrap_or(text);
        let one = |slot| format!("SELECT CAST({slot} AS BIGINT) AS {SLOT}, {}", renumbered(columns, slot));
        (0..count).map(one).collect::<Vec<_>>().join(" UNION ALL ")
    }

    fn one(&self, statement: Query) -> BoxFuture<'_, Result<Option<Row>, DbError>> {
        self.0
            .read(move |tx| {
                let statement = statement.clone();
                async move { statement.fetch_optional(tx).await }.boxed()
            })
            .boxed()
    }

    fn all(&self, statement: Query, count: usize) -> BoxFuture<'_, Result<Vec<Option<Row>>, DbError>> {
        async move {
            let rows = rows(&self.0, statement).await?;
            sorted(rows, count, |row| Ok(Some(row)))
        }
        .boxed()
    }
}

/// Runs statements of PostgreSQL that change rows, each a transaction of its own or all in one; what comes of each is
/// how many rows it touched.
#[derive(Debug, Clone)]
pub(super) struct Changing(pub(super) Pg);

impl Run for Changing {
    type Outcome = u64;

    // All parts of a statement see the rows as they were before it: the second to change one would be ignored.
    const SAME_ROW: bool = false;

    fn several(text: &str, count: usize) -> String {
        let mut out = String::from("WITH ");
        for slot in 0..count {
            let comma = if slot == 0 { "" } else { ", " };
            write!(out, "{comma}part{slot} AS ({} RETURNING 1)", renumbered(text, slot)).ok();
        }
        for slot in 0..count {
            let union = if slot == 0 { "" } else { " UNION ALL" };
            write!(out, "{union} SELECT CAST({slot} AS BIGINT) AS {SLOT}, COUNT(*) AS touched FROM part{slot}").ok();
        }
        out
    }

    fn one(&self, statement: Query) -> BoxFuture<'_, Result<u64, DbError>> {
        self.0.run(alone(statement)).boxed()
    }

    fn all(&self, statement: Query, count: usize) -> BoxFuture<'_, Result<Vec<u64>, DbError>> {
        async move {
            let rows = rows(&Backend::Pg(self.0.clone()), statement).await?;
            sorted(rows, count, |row| Ok(u64::try_from(row.get::<i64>("touched")?).unwrap_or(0)))
        }
        .boxed()
    }
}

async fn rows(backend: &Backend, statement: Query) -> Result<Vec<Row>, DbError> {
    backend
        .read(move |tx| {
            let statement = statement.clone();
            async move { statement.fetch_all(tx).await }.boxed()
        })
        .await
}

/// What the rows say, in the order of their slots; the default for a slot without a row.
fn sorted<T: Default>(
    rows: Vec<Row>,
    count: usize,
    read: impl Fn(Row) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut out: Vec<T> = std::iter::repeat_with(T::default).take(count).collect();
    for row in rows {
        let slot = row.get::<i64>(SLOT)?;
        if let Some(place) = usize::try_from(slot).ok().and_then(|slot| out.get_mut(slot)) {
            *place = read(row)?;
        }
    }
    Ok(out)
}
