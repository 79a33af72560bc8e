//! What accounts do while the key of the hashes is changed by which documents are found: see
//! [`rehash`](crate::keys::rehash).

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use super::model::{IdDocument, IdType};
use super::store::hashes::{self, Unfilled};
use super::{Accounts, DOCUMENT_PURPOSE, appeals};
use crate::keys::reseal::Batch;
use crate::keys::store::{LookupState, lookups};

/// How many rows still need what a state does to all of them, for the key of that number.
pub fn left(tx: &mut Tx, state: LookupState, key: i64) -> BoxFuture<'_, Result<i64, DbError>> {
    async move {
        match state {
            LookupState::Filling => hashes::unfilled(tx).await,
            LookupState::Complete => Ok(hashes::unpromoted(tx).await? + appeals::hashed_by_another(tx, key).await?),
            LookupState::Settled => Ok(0),
        }
    }
    .boxed()
}

impl Accounts {
    /// Does for a batch of documents, after that account, what the state asks for.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn rehash_documents(&self, state: LookupState, after: &str) -> Result<Batch, DbError> {
        match state {
            LookupState::Filling => self.fill_hashes(after).await,
            LookupState::Complete => {
                let after = after.to_owned();
                let promoted = self.0.db.write(move |tx| {
                    let after = after.clone();
                    async move {
                        if !stands_at(tx, state, None).await? {
                            return Ok((0, None));
                        }
                        hashes::promote(tx, &after).await
                    }
                    .boxed()
                });
                let (done, last) = promoted.await?;
                Ok(Batch { done, last, ..Batch::default() })
            }
            LookupState::Settled => Ok(Batch::default()),
        }
    }

    /// Gives a batch of appeals, after the one of that id, the present hash of their documents.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn rehash_appeals(&self, after: &str) -> Result<Batch, DbError> {
        self.write(after.to_owned(), |accounts, after, tx| {
            async move {
                let sealer = &accounts.0.sealer;
                let hashes = |data: &[u8]| sealer.lookup(DOCUMENT_PURPOSE, data);
                if !stands_at(tx, LookupState::Complete, Some(hashes(b"").key)).await? {
                    return Ok(Batch::default());
                }
                appeals::rehash(tx, &**sealer, &after, &hashes).await
            }
            .boxed()
        })
        .await
    }

    async fn fill_hashes(&self, after: &str) -> Result<Batch, DbError> {
        self.write(after.to_owned(), |accounts, after, tx| async move { fill(&accounts, tx, &after).await }.boxed())
            .await
    }
}

/// Whether the change is where this process believes it is: a command may have been stopped for a week.
async fn stands_at(tx: &mut Tx, state: LookupState, key: Option<i64>) -> Result<bool, DbError> {
    let last = lookups(tx).await?.pop();
    Ok(last.is_some_and(|last| last.state == state && key.is_none_or(|key| key == last.key)))
}

async fn fill(accounts: &Accounts, tx: &mut Tx, after: &str) -> Result<Batch, DbError> {
    if !stands_at(tx, LookupState::Filling, None).await? {
        return Ok(Batch::default());
    }
    let rows = hashes::unfilled_batch(tx, after).await?;
    let mut batch = Batch { last: rows.last().map(|row| row.account.clone()), ..Batch::default() };
    for row in rows {
        let next = document(accounts, &row).and_then(|document| accounts.document_hashes(&document).next);
        match next {
            Some(next) => batch.done += usize::from(hashes::fill(tx, &row, next).await?),
            None => batch.broken.push(row.account),
        }
    }
    Ok(batch)
}

fn document(accounts: &Accounts, row: &Unfilled) -> Option<IdDocument> {
    let number = String::from_utf8(accounts.0.sealer.open(DOCUMENT_PURPOSE, &row.number_sealed)?).ok()?;
    IdDocument::parse(IdType::parse(&row.kind)?, &number).ok()
}
