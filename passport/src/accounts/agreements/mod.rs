//! Agreements that changed since somebody accepted them. Signing in asks for them once more ([`at_sign_in`]); a session
//! that goes on is asked before its next page, or the next site that it enters, and then goes on to where it was going.
//!
//! Who accepted none was added by an operator, for development or measuring, and is not asked.

pub(in crate::accounts) mod at_sign_in;
mod first;
mod page;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

pub use self::first::ask_first;
pub use self::page::{show, submit};

use super::guardian::{self, Known};
use super::model::AccountId;
use super::register::accept_agreements;
use super::{Accounts, Trouble, store};
use crate::web::documents;

impl Accounts {
    /// Why the owner of an account has still to accept the agreements of today; `None`: they have.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn has_to_agree(&self, account: AccountId) -> Result<Option<Reason>, Trouble> {
        let now = self.parts().clock.now();
        Ok(self.parts().db.read(move |tx| async move { reason(tx, account, now).await }.boxed()).await?)
    }

    /// Writes down that the owner of an account accepts the agreements of today; a second time changes nothing.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn accept_changed(
        &self,
        account: AccountId,
        (lang, caller): (Lang, Caller),
    ) -> Result<(), Trouble> {
        Ok(self.write((account, lang, caller), |accounts, args, tx| accept(accounts, args, tx).boxed()).await?)
    }

    /// As if the owner of an account had accepted agreements of another version: for development, where none has changed
    /// yet. How many texts it was.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn age_agreements(&self, account: AccountId) -> Result<u64, DbError> {
        self.parts().db.write(move |tx| async move { store::age_agreements(tx, account).await }.boxed()).await
    }
}

/// Why somebody has to accept the agreements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// They have changed.
    Changed,
    /// A guardian consented for them, and they are 14 now.
    Grown,
}

async fn reason(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Reason>, DbError> {
    if guardian::store::is_grown(tx, account, now).await? {
        return Ok(Some(Reason::Grown));
    }
    Ok(store::are_outdated(tx, account, documents::VERSION).await?.then_some(Reason::Changed))
}

async fn accept(
    accounts: Accounts,
    (account, lang, caller): (AccountId, Lang, Caller),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let Some(reason) = reason(tx, account, accounts.parts().clock.now()).await? else { return Ok(()) };
    accept_agreements(&accounts, tx, (account, lang), caller).await?;
    match reason {
        // What another may have answered for them is over with it.
        Reason::Grown => guardian::store::remove(tx, account).await.map(drop),
        // With agreements of before these, nobody looked how old people are.
        Reason::Changed => guardian::look(&accounts, tx, (account, Known::Nothing), caller).await.map(drop),
    }
}
