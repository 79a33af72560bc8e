//! Putting the password away: its owner signs in with passkeys alone from then on.
//!
//! What is left has to bear it: a passkey, something beside it for the day on which its device is lost, and a contact by
//! which a password can be had again.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy;
use shared::http::Caller;
use shared::secret::SecretString;

use super::change::shut_out_others;
use crate::accounts::factors::{announce, guard, passkeys, recovery_codes};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::Session;
use crate::accounts::{Accounts, Trouble, contact, store};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;

/// What is missing for an account to do without a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A passkey.
    Passkey,
    /// A second passkey, or recovery codes.
    Reserve,
    /// A proven contact.
    Contact,
}

/// The answer to the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    /// There is no password any more.
    Done,
    /// The password was reset lately.
    Guarded {
        /// Until when it stays.
        until: Timestamp,
    },
    /// Something is missing.
    Lacking,
}

impl Accounts {
    /// What is missing for the account to do without a password.
    ///
    /// # Errors
    /// The database.
    pub async fn lacks(&self, account: AccountId) -> Result<Vec<Lack>, Trouble> {
        Ok(self.parts().db.read(move |tx| lacks(tx, account).boxed()).await?)
    }

    /// Puts the password of the session's account away, and ends every session but this.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then nothing was done.
    pub(super) async fn remove_password(&self, session: Session, caller: Caller) -> Result<Removed, Trouble> {
        // A hash of what nobody is told: a password typed for this account costs what it costs for any other.
        let nothing = SecretString::new(entropy::token(&*self.parts().entropy));
        let hash = self.parts().hasher.hash(&nothing).await?;
        let args = (session, caller, hash);
        Ok(self.write(args, |accounts, args, tx| remove(accounts, args, tx).boxed()).await?)
    }
}

async fn lacks(tx: &mut Tx, account: AccountId) -> Result<Vec<Lack>, DbError> {
    let passkeys = passkeys::store::all(tx, account).await?.len();
    let codes = recovery_codes::store::left(tx, account).await?;
    let proven = contact::store::standing(tx, account).await?.is_proven();
    let checks = [(Lack::Passkey, passkeys > 0), (Lack::Reserve, passkeys > 1 || codes > 0), (Lack::Contact, proven)];
    Ok(checks.into_iter().filter(|(_, there)| !there).map(|(lack, _)| lack).collect())
}

async fn remove(
    accounts: Accounts,
    (session, caller, hash): (Session, Caller, String),
    tx: &mut Tx,
) -> Result<Removed, DbError> {
    let (parts, account) = (accounts.parts(), session.account);
    let now = parts.clock.now();
    store::hold(tx, account).await?;
    if let Some(until) = guard(tx, account, now).await? {
        return Ok(Removed::Guarded { until });
    }
    if !lacks(tx, account).await?.is_empty() {
        return Ok(Removed::Lacking);
    }
    if store::remove_password(tx, account, &hash, now).await? {
        let sessions_ended = shut_out_others(&accounts, tx, &session, caller).await?;
        let event = Event::PasswordRemoved { account: account.to_string(), sessions_ended };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
        announce(&accounts, tx, (account, caller), Factor::PasswordRemoved).await?;
    }
    Ok(Removed::Done)
}
