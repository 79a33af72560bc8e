//! What the owner of an account is told before it is cancelled.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::db::{Db, DbError};

use super::store;
use crate::accounts::AccountId;
use crate::accounts::closure::Organisations;

/// Who decides in the organisations.
pub struct Owners(Db);

impl Owners {
    /// Those of that database.
    pub const fn new(db: Db) -> Self {
        Self(db)
    }
}

impl Organisations for Owners {
    fn left_without_owner(&self, account: AccountId) -> BoxFuture<'_, Result<Vec<String>, DbError>> {
        self.0.read(move |tx| store::owned_alone(tx, account).boxed()).boxed()
    }
}
