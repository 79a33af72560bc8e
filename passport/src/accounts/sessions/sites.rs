//! The sites that sessions entered, for the pages of an account.

use futures_util::future::BoxFuture;
use shared::db::DbError;
use shared::i18n::Lang;
use shared::page::Destination;

use super::SessionId;
use crate::accounts::model::AccountId;

/// Knows sites and who entered them. The provider and the registry of clients do, which this room does not know: `app`
/// brings them together.
pub trait Sites: Send + Sync {
    /// The sites that sessions of the account entered and that are told when one ends, each with its session.
    fn entered(&self, account: AccountId, lang: Lang) -> BoxFuture<'_, Result<Vec<(SessionId, Destination)>, DbError>>;

    /// The site of a client; `None` for one that is registered no more.
    fn of_client<'s>(&'s self, client: &'s str, lang: Lang) -> BoxFuture<'s, Result<Option<Destination>, DbError>>;
}
