//! The box on the sign-in page.

use shared::db::{DbError, Tx};

use crate::accounts::Accounts;
use crate::accounts::guardian::{self, Known};
use crate::accounts::login::Browser;
use crate::accounts::model::AccountId;
use crate::accounts::register::accept_agreements;
use crate::accounts::store;
use crate::web::documents;

/// Whether the owner, who has shown who they are, has still to accept the agreements of today. If they do so with this form,
/// that is written down.
pub(in crate::accounts) async fn are_missing(
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
    guardian::look(accounts, tx, (account, Known::Nothing), browser.caller).await?;
    Ok(false)
}
