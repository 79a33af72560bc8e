//! 监护人同意: people under 14, whose data are handled as a guardian consents to (Personal Information Protection Law of
//! the PRC, article 31).
//!
//! How old somebody is becomes known by what they say at registration, by the date in their identity document or by the
//! one in their profile ([`known`]). From then on the account enters no site until a guardian has consented, by the code
//! that was sent to them, typed where the child asked, or by the link beside it, in any browser ([`ask`], [`consent`]).
//! They can withdraw that by a link of their own at any time. Nothing that was typed is lost meanwhile; an account that
//! nobody consents for is closed after [`KEPT_WITHOUT`] ([`due`]). With the day on which its owner is 14 they answer for
//! themselves, and what is stored of the guardian is erased.

mod ask;
mod consent;
mod due;
mod form;
mod known;
mod links;
pub mod model;
mod page;
pub mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

pub(in crate::accounts) use self::known::{Known, look};
pub use self::links::{show_consent, show_withdrawal, submit_consent, submit_withdrawal};
pub use self::model::{Guardian, Guardianship, State, Why};
pub use self::page::{show, submit};

use super::model::AccountId;
use super::{Accounts, Trouble};
use crate::audit::{Actor, Event};

/// How long an account is kept that nobody consents for.
pub const KEPT_WITHOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a guardian has to answer one request. The next one begins anew.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// For how many accounts one contact may consent: a family's, and not a class's.
pub const MOST_CHILDREN: i64 = 5;

impl Accounts {
    /// How an account stands whose owner is known to be under 14, or was; `None` for any other.
    ///
    /// # Errors
    /// The database.
    pub async fn guardianship(&self, account: AccountId) -> Result<Option<Guardianship>, Trouble> {
        let sealer = self.parts().sealer.clone();
        let found = self.parts().db.read(move |tx| {
            let sealer = sealer.clone();
            async move { store::find(tx, &*sealer, account).await }.boxed()
        });
        Ok(found.await?)
    }

    /// Writes down that the owner of an account showed to staff that they are 14 or older; whether they were taken for a
    /// child.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn showed_age(&self, account: AccountId) -> Result<bool, DbError> {
        self.write(account, |accounts, account, tx| async move { showed_age(&accounts, tx, account).await }.boxed())
            .await
    }
}

async fn showed_age(accounts: &Accounts, tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    if !store::remove(tx, account).await? {
        return Ok(false);
    }
    let event = Event::AgeRestated { account: account.to_string(), why: Why::Document.code().into() };
    accounts.parts().audit.record(tx, &Actor::Operator, &event).await?;
    Ok(true)
}
