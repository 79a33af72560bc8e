//! Numbers that were proven long ago: after [`FRESH_MOBILE`] an SMS alone recovers nothing any more. [`NOTICE`] before that
//! their owners are asked to prove them once more: on the pages of their account, and by one SMS who has nothing else, or
//! whose second step it is.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::store::{self, Held};
use crate::accounts::factors;
use crate::accounts::model::ContactKind;
use crate::accounts::recovery::FRESH_MOBILE;
use crate::accounts::{AccountId, Accounts, Trouble};
use crate::delivery::Notice;
use crate::web::paths;

/// How long before a number recovers nothing its owner is asked to prove it.
pub const NOTICE: Duration = Duration::from_secs(10 * 24 * 60 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether a contact is to be proven once more.
pub(super) fn is_old(held: &Held, now: Timestamp) -> bool {
    let old = |at| now.since(at) + NOTICE >= FRESH_MOBILE;
    held.contact.kind() == ContactKind::Mobile && held.proven_at.is_some_and(old)
}

impl Accounts {
    /// For how many days the number of an account was not proven, if it is to be proven once more.
    ///
    /// # Errors
    /// The database.
    pub async fn number_aged(&self, account: AccountId) -> Result<Option<u64>, Trouble> {
        let now = self.parts().clock.now();
        let mobile = self.contacts(account).await?.mobile.filter(|held| is_old(held, now));
        Ok(mobile.and_then(|held| held.proven_at).map(|at| now.since(at).as_secs() / DAY.as_secs()))
    }

    /// Reminds up to a batch of owners who have nothing but a number that is getting old, or sign in by it; of how many.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn remind_of_numbers(&self) -> Result<u64, DbError> {
        self.write((), |accounts, (), tx| remind(accounts, tx).boxed()).await
    }
}

async fn remind(accounts: Accounts, tx: &mut Tx) -> Result<u64, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let mut reminded = 0;
    for (account, lang) in store::needed_numbers(tx, (now - FRESH_MOBILE, now + NOTICE - FRESH_MOBILE)).await? {
        // Of two nodes one reminds.
        if !store::set_reminded(tx, account, now).await? {
            continue;
        }
        let Some(held) = store::standing(tx, account).await?.mobile else { continue };
        let step = factors::store::enrolled(tx, account).await?.sms;
        let notice = Notice::NumberAges {
            step,
            number: held.contact.masked(),
            until: held.proven_at.unwrap_or(now) + FRESH_MOBILE,
            prove: format!("{}{}", parts.web.origin, paths::CONTACT),
        };
        let to = (held.contact.kind().channel(), held.contact.as_str());
        parts.outbox.notice(tx, to, lang, &notice).await?;
        reminded += 1;
    }
    Ok(reminded)
}
