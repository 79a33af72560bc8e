//! Reading the record with what is personal in it, and forgetting a person.

use std::collections::HashMap;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::origin::{Field, Origin, Origins};
use super::store::lines::Line;
use super::store::{self, Asked, Told, salts};
use super::{Audit, EventId};

impl Audit {
    /// What opens where events came from.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// The events that concern an account, newest first.
    ///
    /// # Errors
    /// The database refused, or a row is broken.
    pub async fn of_account(&self, tx: &mut Tx, asked: &Asked) -> Result<Vec<Told>, DbError> {
        let origin = self.origin(tx, &asked.account).await?;
        store::of_account(tx, asked, &origin).await
    }

    /// An event of an account.
    ///
    /// # Errors
    /// The database refused, or the row is broken.
    pub async fn find(&self, tx: &mut Tx, account: &str, id: EventId) -> Result<Option<Told>, DbError> {
        let origin = self.origin(tx, account).await?;
        store::find(tx, (account, &origin), id).await
    }

    /// See [`store::networks`].
    ///
    /// # Errors
    /// The database refused, or a row is broken.
    pub async fn networks(&self, tx: &mut Tx, account: &str, most: i64) -> Result<Vec<(String, Timestamp)>, DbError> {
        let origin = self.origin(tx, account).await?;
        store::networks(tx, (account, &origin), most).await
    }

    /// See [`store::sign_in`].
    ///
    /// # Errors
    /// The database refused, or a row is broken.
    pub async fn sign_in(
        &self,
        tx: &mut Tx,
        account: &str,
        (session, network): (&str, &str),
        at: Timestamp,
    ) -> Result<Option<EventId>, DbError> {
        let origin = self.origin(tx, account).await?;
        store::sign_in(tx, (account, &origin), (session, network), at).await
    }

    /// These lines with network and device in the clear; without them, where nobody opens them any more.
    ///
    /// # Errors
    /// The database refused.
    pub async fn opened(&self, tx: &mut Tx, mut lines: Vec<Line>) -> Result<Vec<Line>, DbError> {
        let mut known: HashMap<String, Origin> = HashMap::new();
        for line in &mut lines {
            let Some(account) = &line.account else { continue };
            if !known.contains_key(account) {
                known.insert(account.clone(), self.origin(tx, account).await?);
            }
            let Some(origin) = known.get(account) else { continue };
            line.network = line.network.take().and_then(|stored| origin.open(Field::Network, &stored));
            line.device = line.device.take().and_then(|stored| origin.open(Field::Device, &stored));
        }
        Ok(lines)
    }

    /// Forgets from where an account's events came, for good: the key goes under which that is sealed, and what is not sealed
    /// yet goes when it would be.
    ///
    /// # Errors
    /// The database refused.
    pub async fn forget(&self, tx: &mut Tx, account: &str) -> Result<(), DbError> {
        salts::destroy(tx, account).await
    }

    /// What opens where the events of an account came from.
    ///
    /// # Errors
    /// The database refused.
    pub async fn origin(&self, tx: &mut Tx, account: &str) -> Result<Origin, DbError> {
        Ok(self.origins.of(account, &salts::find(tx, account).await?))
    }
}
