//! Agreements that changed since somebody accepted them: signing in asks for them once more.
//!
//! Who accepted none was added by an operator, for development or measuring, and is not asked.

use shared::db::{DbError, Tx};

use super::arrival::Browser;
use crate::accounts::Accounts;
use crate::accounts::model::AccountId;
use crate::accounts::register::accept_agreements;
use crate::accounts::store;
use crate::web::documents;

/// Whether the owner, who has shown who they are, has still to accept the agreements of today. If they do so with this form,
/// that is written down.
pub(super) async fn are_missing(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    browser: &Browser,
) -> Result<bool, DbError> {
    if !store::are_outdated(tx, account, documents::VERSION).await? {
        return Ok(false);
    }
    let Some(lang) = browser.agrees else { return Ok(true) };
    accept_agreements(accounts, tx, (account, lang), browser.caller).await?;
    Ok(false)
}
