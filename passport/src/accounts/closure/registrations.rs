//! What sites know that stands against closing an account.

use futures_util::future::BoxFuture;
use shared::db::DbError;

use crate::accounts::model::AccountId;

/// What a site said when it was asked for open registrations of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// There is none.
    None,
    /// There is one: paid and not yet sat, or waiting for its payment.
    Open,
    /// No answer, or none that can be understood.
    Silent,
}

/// What people call a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteName {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Asks the sites that take registrations. The registry of clients and the provider know them, which this room does not:
/// `app` brings them together.
pub trait Registrations: Send + Sync {
    /// What each of them says of the account.
    fn ask(&self, account: AccountId) -> BoxFuture<'_, Result<Vec<(SiteName, Asked)>, DbError>>;
}
