//! What a session takes with it when it ends: sites that signed the person in by it want to know.

use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use super::SessionId;
use crate::accounts::model::AccountId;

/// A session that has just ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its identifier.
    pub session: SessionId,
    /// Whose it was.
    pub account: AccountId,
    /// The clients that can be told by the person's browser alone, by a page of theirs.
    pub by_page: Vec<String>,
}

/// Tells of ended sessions. Who is to be told is known to the provider, which this room does not know: `app` brings
/// them together.
pub trait Farewell: Send + Sync {
    /// Writes down whom to tell, within the transaction that ends the session; which clients have a page that signs the
    /// person out in the browser.
    fn tell<'t>(
        &'t self,
        tx: &'t mut Tx,
        session: SessionId,
        account: AccountId,
    ) -> BoxFuture<'t, Result<Vec<String>, DbError>>;
}
