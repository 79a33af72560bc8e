//! Sealing the record: events are gathered in batches, each of which follows from the one before and is signed.
//!
//! Nodes record events at once, and a transaction may come to its end long after the moment that its events tell of. So
//! what is sealed next is not asked by time: it is whatever has no batch yet. An event that appears late is in a later
//! batch, and none is ever passed over.

pub mod digest;
pub mod heads;
mod key;
mod personal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{BATCH, Db, DbError};
use shared::entropy::SharedEntropy;
use shared::secret::SecretBytes;

pub use self::heads::{Head, Heads, HeadsError};
pub use self::key::SealKey;

use super::origin::Origins;
use super::store::batches::{self, Batch};
use super::store::lines::{self, Line};
use super::store::salts;

/// Why a batch could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Another node sealed at the same moment: it goes on.
    #[error("another node seals the record as well")]
    Overtaken,
}

/// The chain of batches. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    pub(super) db: Db,
    clock: SharedClock,
    pub(super) key: SealKey,
    personal: (Origins, SharedEntropy),
}

impl Chain {
    /// The chain in that database, signed by the key of that seed. All nodes' clocks have to agree. What is personal is
    /// sealed by the former of `personal`, and new salts are of the latter.
    pub fn new(db: Db, clock: SharedClock, seed: &SecretBytes, personal: (Origins, SharedEntropy)) -> Self {
        Self { db, clock, key: SealKey::of_seed(seed), personal }
    }

    /// The key that signs.
    pub fn key(&self) -> &SealKey {
        &self.key
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Seals everything that is not sealed yet; how many batches that were.
    ///
    /// # Errors
    /// See [`SealError`]; what was sealed before stays.
    pub async fn seal_all(&self) -> Result<u64, SealError> {
        let mut sealed = 0;
        while let Some(batch) = self.seal_next().await? {
            sealed += 1;
            // What comes meanwhile is for the next time.
            if batch.events < BATCH {
                break;
            }
        }
        Ok(sealed)
    }

    /// The last batch.
    ///
    /// # Errors
    /// The database refused.
    pub async fn last(&self) -> Result<Option<Batch>, DbError> {
        self.db.read(|tx| batches::last(tx).boxed()).await
    }

    /// Seals the oldest events that are not sealed yet; none: there are none.
    async fn seal_next(&self) -> Result<Option<Batch>, SealError> {
        let read = self.db.read::<_, DbError, _>(|tx| {
            async move {
                let (before, lines) = (batches::last(tx).await?, lines::unsealed(tx, BATCH).await?);
                let salts = personal::salts(tx, &lines).await?;
                Ok((before, lines, salts))
            }
            .boxed()
        });
        let (before, mut lines, mut salts) = read.await?;
        if lines.is_empty() {
            return Ok(None);
        }
        let (origins, entropy) = &self.personal;
        let made = personal::make_missing(&mut salts, &**entropy);
        personal::seal(&mut lines, origins, &salts);
        let sealed = Arc::new((self.batch(before.as_ref(), &lines), lines, made));
        let written = Arc::clone(&sealed);
        let write = self.db.write(move |tx| {
            let sealed = Arc::clone(&written);
            async move {
                let (batch, lines, made) = &*sealed;
                batches::insert(tx, batch).await?;
                for (account, salt) in made {
                    salts::make(tx, account, salt).await?;
                }
                for line in lines {
                    if !lines::put_into_batch(tx, line, batch.number).await? {
                        return Err(SealError::Overtaken);
                    }
                }
                Ok(())
            }
            .boxed()
        });
        match write.await {
            Ok(()) => Ok(Some(sealed.0.clone())),
            Err(SealError::Db(error)) if error.is_unique_violation() => Err(SealError::Overtaken),
            Err(error) => Err(error),
        }
    }

    /// The batch of these lines, after that one.
    fn batch(&self, before: Option<&Batch>, lines: &[Line]) -> Batch {
        let leaves: Vec<u8> = lines.iter().flat_map(digest::leaf).collect();
        let mut batch = Batch {
            number: before.map_or(1, |before| before.number + 1),
            previous: before.map_or([0; 32], |before| before.digest),
            events: i64::try_from(lines.len()).unwrap_or(i64::MAX),
            first: lines.iter().map(|line| line.at).min().unwrap_or_default(),
            last: lines.iter().map(|line| line.at).max().unwrap_or_default(),
            sealed: self.clock.now(),
            root: digest::root(&leaves),
            leaves: Some(leaves),
            digest: [0; 32],
            signed_by: self.key.id().to_owned(),
            signature: Vec::new(),
            released: None,
        };
        batch.digest = digest::of_batch(&batch);
        batch.signature = self.key.sign(&batch.digest);
        batch
    }
}
