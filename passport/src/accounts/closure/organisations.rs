//! What organisations lose with an account.

use futures_util::future::BoxFuture;
use shared::db::DbError;

use crate::accounts::model::AccountId;

/// Knows the organisations that people run exam sites for. The portal does, which this room does not know: `app` brings
/// them together.
pub trait Organisations: Send + Sync {
    /// The names of those in which nobody could decide any more who belongs to them.
    fn left_without_owner(&self, account: AccountId) -> BoxFuture<'_, Result<Vec<String>, DbError>>;
}
