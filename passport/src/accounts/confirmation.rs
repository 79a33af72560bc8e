//! The present password asked for once more, where a session alone is not enough.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::secret::SecretString;

use super::hashing::Verdict as Checked;
use super::model::AccountId;
use super::password::{Admitted, admit, take_back};
use super::{Accounts, Trouble};
use crate::limits::Subject;

/// The answer to a password that was asked for once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It is the present one.
    Right,
    /// It is another one.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// Too many wrong ones.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Looks at the present password of an account. Tries are counted before, with those of changing the password.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then the try is not counted.
    pub async fn confirm_password(&self, id: AccountId, password: &SecretString) -> Result<Confirmed, Trouble> {
        let Admitted { account, left, locks_until } =
            match self.write(id, |accounts, id, tx| admit(accounts, id, tx).boxed()).await? {
                Ok(admitted) => admitted,
                Err(until) => return Ok(Confirmed::Locked { until }),
            };
        match self.parts().hasher.verify(password, &account.password_hash).await {
            Ok(Checked::NoMatch) if left == 0 => Ok(Confirmed::Locked { until: locks_until }),
            Ok(Checked::NoMatch) => Ok(Confirmed::Wrong { left }),
            Ok(_) => {
                self.write(id, |accounts, id, tx| forget(accounts, id, tx).boxed()).await?;
                Ok(Confirmed::Right)
            }
            Err(error) => {
                self.write(id, |accounts, id, tx| take_back(accounts, id, tx).boxed()).await?;
                Err(error.into())
            }
        }
    }
}

async fn forget(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<(), DbError> {
    let limits = &accounts.parts().limits;
    limits.clear(tx, &limits.policy().password_confirmation, Subject::Text(&id.to_string())).await
}
