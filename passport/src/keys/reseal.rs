//! Changing the keys that seal data: a new one seals from then on, what older ones sealed is sealed anew in small batches,
//! and when nothing is left that they sealed they are destroyed.
//!
//! Nothing is written down of how far this is: what a row is sealed by stands in it, so a run that ends half-way is taken
//! up by the next, and two at once do each row once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::change::record;
use super::model::{By, Change, DataKeyPurpose};
use super::node::KEEP;
use super::seal::header;
use super::store::{self, SealedColumn, SealedRow, StoredDataKey, nodes};
use super::{Keys, KeysError, Parts};

/// What became of a batch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Batch {
    /// How many rows were sealed anew.
    pub done: usize,
    /// The ids of rows that do not open, whose damage is older than this.
    pub broken: Vec<String>,
    /// The last row looked at; none: there was none.
    pub last: Option<String>,
}

/// Why older keys are there still, or that they are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// Only the newest key is left.
    Done {
        /// What was destroyed just now.
        changes: Vec<Change>,
    },
    /// Something of that column is still sealed by an older key.
    Left {
        /// Table and column.
        column: &'static str,
        /// How many rows.
        rows: i64,
    },
    /// A node was heard of within a day that may still seal by an older key.
    Unfollowed,
    /// What passes through browsers may still be sealed by an older key.
    Waits {
        /// Until when.
        until: Timestamp,
    },
}

impl Keys {
    /// Makes a new key that seals, unless an earlier run has and older ones are still there; what changed.
    ///
    /// # Errors
    /// The database refused.
    pub async fn begin_reseal(&self) -> Result<Vec<Change>, KeysError> {
        let changes = self.0.parts.begin_reseal().await?;
        self.refresh().await?;
        Ok(changes)
    }

    /// How many keys there are that seal or did.
    ///
    /// # Errors
    /// The database refused.
    pub async fn sealing_keys(&self) -> Result<usize, DbError> {
        let keys = self.0.parts.db.read(|tx| store::data_keys(tx).boxed()).await?;
        Ok(keys.iter().filter(|key| key.purpose == DataKeyPurpose::Seal).count())
    }

    /// How many rows of a column are sealed by older keys than the newest; with `next`, than one that is still to be made.
    ///
    /// # Errors
    /// The database refused.
    pub async fn older(&self, column: SealedColumn, next: bool) -> Result<i64, DbError> {
        let header = if next { header(u32::MAX).to_vec() } else { self.ring().sealing.header() };
        self.0
            .parts
            .db
            .read(move |tx| {
                let header = header.clone();
                async move { column.older(tx, &header).await }.boxed()
            })
            .await
    }

    /// Seals a batch of a column's rows by the newest key, those after the row of that id.
    ///
    /// # Errors
    /// The database refused; then nothing of the batch was done.
    pub async fn reseal(&self, column: SealedColumn, after: &str) -> Result<Batch, DbError> {
        let (ring, after) = (self.ring(), after.to_owned());
        let header = ring.sealing.header();
        let db = &self.0.parts.db;
        let rows = db.read::<_, DbError, _>(move |tx| {
            let (after, header) = (after.clone(), header.clone());
            async move { column.batch(tx, &after, &header).await }.boxed()
        });
        let rows = rows.await?;
        let mut batch = Batch { last: rows.last().map(|row| row.id.clone()), ..Batch::default() };
        let mut anew = Vec::new();
        for row in rows {
            let belongs_to = if column.bound { row.id.as_bytes() } else { &[] };
            match ring.sealing.open(column.purpose, &row.sealed, belongs_to) {
                Some(opened) => {
                    let opened = shared::secret::SecretBytes::new(opened);
                    let entropy = &*self.0.parts.entropy;
                    let sealed = ring.sealing.seal(entropy, column.purpose, opened.expose(), belongs_to);
                    anew.push((row, sealed));
                }
                None => batch.broken.push(row.id),
            }
        }
        if !anew.is_empty() {
            batch.done = db.write(replace_all(column, Arc::new(anew))).await?;
        }
        Ok(batch)
    }

    /// Destroys the keys that sealed before the newest, if nothing is sealed by them any more: in none of the columns, by
    /// no node that may still do so, and by nothing that passes through browsers for up to `passing`.
    ///
    /// # Errors
    /// The database refused.
    pub async fn finish_reseal(
        &self,
        columns: &'static [SealedColumn],
        passing: Duration,
    ) -> Result<Finish, KeysError> {
        let parts = Arc::clone(&self.0.parts);
        let finish = self.0.parts.db.write(move |tx| {
            let parts = Arc::clone(&parts);
            async move { finish(tx, &parts, (columns, passing)).await }.boxed()
        });
        let finish = finish.await?;
        self.refresh().await?;
        Ok(finish)
    }
}

/// The operation that puts what was sealed anew in place; how many rows still held what it was made of.
fn replace_all(
    column: SealedColumn,
    anew: Arc<Vec<(SealedRow, Vec<u8>)>>,
) -> impl for<'t> Fn(&'t mut Tx) -> futures_util::future::BoxFuture<'t, Result<usize, DbError>> + Send + Sync + 'static
{
    move |tx| {
        let anew = Arc::clone(&anew);
        async move {
            let mut done = 0;
            for (row, sealed) in anew.iter() {
                done += usize::from(column.replace(tx, row, sealed.clone()).await?);
            }
            Ok(done)
        }
        .boxed()
    }
}

async fn finish(
    tx: &mut Tx,
    parts: &Parts,
    (columns, passing): (&[SealedColumn], Duration),
) -> Result<Finish, KeysError> {
    // No other key that seals is made meanwhile.
    store::touch(tx).await?;
    let mut keys: Vec<StoredDataKey> = store::data_keys(tx).await?;
    keys.retain(|key| key.purpose == DataKeyPurpose::Seal);
    let newest = keys.pop().ok_or(KeysError::NoDataKey)?;
    if keys.is_empty() {
        return Ok(Finish::Done { changes: Vec::new() });
    }
    let now = parts.time.now(tx).await?;
    // One that hangs without its lease signs nothing, but what it writes may be sealed by an older key.
    if nodes::served(tx, now - KEEP).await?.is_some_and(|followed| followed < newest.made_in) {
        return Ok(Finish::Unfollowed);
    }
    let header = header(u32::try_from(newest.id).map_err(|_| KeysError::Malformed)?);
    for column in columns {
        let rows = column.older(tx, &header).await?;
        if rows > 0 {
            return Ok(Finish::Left { column: column.name, rows });
        }
    }
    let until = newest.made + passing;
    if now < until {
        return Ok(Finish::Waits { until });
    }
    let mut changes = Vec::new();
    for StoredDataKey { id, purpose, .. } in keys {
        store::destroy_data_key(tx, id, now).await?;
        changes.push(Change::DataKeyDestroyed { id, purpose });
    }
    record(tx, &*parts.journal, By::Operator, &changes).await?;
    Ok(Finish::Done { changes })
}
