//! Showing a factor of the account in a recovery.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::store::{self, Recovery};
use crate::accounts::factors::passkeys::answer::{self, Answered};
use crate::accounts::factors::{At, Tried, Typed, try_code};
use crate::accounts::{Accounts, Trouble};

impl Accounts {
    /// Takes a code of the account's app, or a recovery code. Tries are counted apart from those of signing in: whoever
    /// reads somebody's mails keeps nobody out who knows the password.
    pub(super) async fn show_code(&self, recovery: Recovery, code: String, at: At) -> Result<Tried, Trouble> {
        let args = (recovery, Typed::either(code), at);
        Ok(self.write(args, |accounts, args, tx| by_code(accounts, args, tx).boxed()).await?)
    }

    /// Takes the answer of a passkey; whether it is one of the account's, and holds.
    pub(super) async fn show_passkey(&self, recovery: Recovery, answered: Answered) -> Result<bool, Trouble> {
        let args = (recovery, answered);
        Ok(self.write(args, |accounts, args, tx| by_passkey(accounts, args, tx).boxed()).await?)
    }
}

async fn by_code(
    accounts: Accounts,
    (recovery, typed, at): (Recovery, Typed, At),
    tx: &mut Tx,
) -> Result<Tried, DbError> {
    let tried = try_code(&accounts, tx, recovery.account, (&typed, &at)).await?;
    if tried == Tried::Right {
        store::set_factor(tx, recovery.id, accounts.parts().clock.now()).await?;
    }
    Ok(tried)
}

async fn by_passkey(
    accounts: Accounts,
    (recovery, answered): (Recovery, Answered),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let shown = answer::take(&accounts, tx, &answered).await? == Ok(recovery.account);
    if shown {
        store::set_factor(tx, recovery.id, accounts.parts().clock.now()).await?;
    }
    Ok(shown)
}
