//! Making a set, taking a code.

use std::time::Duration;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{COUNT, RecoveryCode, store};
use crate::accounts::factors::{announce, store as factors, too_many};
use crate::accounts::model::AccountId;
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;
use crate::web::seal::{KeyUse, open_text, seal_text};

/// What the codes of a page are sealed for. They are stored when their owner says that they are kept: a page that is
/// closed too early, or drawn twice, has cost no code that was good before.
const SETUP: KeyUse = KeyUse::RecoveryCodes;

/// How long the page may stay open: long enough to find a printer.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// What became of a set that its owner says is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It takes the place of the former one; or there is nothing that it would stand in for, which its page tells.
    Done,
    /// Too much was added in a day.
    TooOften {
        /// From when on more may be.
        until: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
struct Setup {
    account: String,
    codes: Vec<String>,
    until: i64,
}

impl Accounts {
    /// A fresh set for that account, sealed for its page.
    pub(super) fn new_codes(&self, account: AccountId) -> String {
        let parts = self.parts();
        let codes = (0..COUNT).map(|_| RecoveryCode::new(&*parts.entropy).0).collect();
        let setup = Setup { account: account.to_string(), codes, until: (parts.clock.now() + LIFETIME).millis() };
        // Numbers and texts: nothing in it can fail to be written.
        seal_text(&*parts.sealer, SETUP, &serde_json::to_vec(&setup).unwrap_or_default())
    }

    /// The set of a page, if it is this account's and not too old.
    pub(super) fn open_codes(&self, account: AccountId, sealed: &str) -> Option<Vec<RecoveryCode>> {
        let parts = self.parts();
        let setup: Setup = serde_json::from_slice(&open_text(&*parts.sealer, SETUP, sealed)?).ok()?;
        let good = setup.account == account.to_string() && Timestamp::from_millis(setup.until) > parts.clock.now();
        good.then(|| setup.codes.into_iter().map(RecoveryCode).collect())
    }

    /// Stores a set, in place of the former one, where the account has anything that it stands in for.
    pub(super) async fn keep_codes(
        &self,
        account: AccountId,
        codes: Vec<RecoveryCode>,
        caller: Caller,
    ) -> Result<Kept, Trouble> {
        let hashes: Vec<_> = codes.iter().map(RecoveryCode::hash).collect();
        Ok(self.write((account, hashes, caller), |accounts, args, tx| keep(accounts, args, tx).boxed()).await?)
    }
}

async fn keep(
    accounts: Accounts,
    (account, hashes, caller): (AccountId, Vec<[u8; 32]>, Caller),
    tx: &mut Tx,
) -> Result<Kept, DbError> {
    let parts = accounts.parts();
    if !factors::enrolled(tx, account).await?.any() {
        return Ok(Kept::Done);
    }
    // Its page may be sent twice, and by then a code of the set may be used: each is good once.
    if store::is_kept(tx, account, &hashes).await? {
        return Ok(Kept::Done);
    }
    let now = parts.clock.now();
    if let Some(until) = too_many(&accounts, tx, account, now).await? {
        return Ok(Kept::TooOften { until });
    }
    store::replace(tx, account, &hashes, now).await?;
    let event = Event::FactorAdded { account: account.to_string(), factor: "recovery_codes".into() };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    announce(&accounts, tx, (account, caller), Factor::CodesReplaced).await?;
    Ok(Kept::Done)
}

/// Takes a recovery code; whether it is one of the account's, and was not used before. Its owner is told.
///
/// # Errors
/// See [`DbError`].
pub async fn check(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): (AccountId, Caller),
    typed: &str,
) -> Result<bool, DbError> {
    let Some(code) = RecoveryCode::parse(typed) else { return Ok(false) };
    if !store::spend(tx, account, code.hash(), accounts.parts().clock.now()).await? {
        return Ok(false);
    }
    announce(accounts, tx, (account, from), Factor::CodeUsed).await?;
    Ok(true)
}
