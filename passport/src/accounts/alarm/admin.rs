//! What staff do with cases at the command line.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::CaseNumber;
use super::store::{self, Case};
use crate::accounts::Accounts;
use crate::audit::{Actor, Event};

impl Accounts {
    /// Cases, the newest first: those that are open, or all.
    ///
    /// # Errors
    /// The database.
    pub async fn cases(&self, all: bool, most: u32) -> Result<Vec<Case>, DbError> {
        self.parts().db.read(move |tx| store::cases(tx, all, most).boxed()).await
    }

    /// The case of that number.
    ///
    /// # Errors
    /// The database.
    pub async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, DbError> {
        let number = number.clone();
        self.parts()
            .db
            .read(move |tx| {
                let number = number.clone();
                async move { store::find_case(tx, &number).await }.boxed()
            })
            .await
    }

    /// Closes a case: nothing is left to be done about it. Whether it was open.
    ///
    /// # Errors
    /// The database.
    pub async fn close_case(&self, number: &CaseNumber) -> Result<bool, DbError> {
        self.write(number.clone(), |accounts, number, tx| close(accounts, number, tx).boxed()).await
    }
}

async fn close(accounts: Accounts, number: CaseNumber, tx: &mut Tx) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let Some(account) = store::close_case(tx, &number, parts.clock.now()).await? else { return Ok(false) };
    let event = Event::CaseClosed { account: account.to_string(), case: number.to_string() };
    parts.audit.record(tx, &Actor::Operator, &event).await?;
    Ok(true)
}
