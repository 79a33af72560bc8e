//! Making, renaming and removing a passkey.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::store::{self, PasskeyId, Purpose};
use crate::accounts::assurance::Shown;
use crate::accounts::factors::{announce, guard, removed, sms, store as factors, too_many};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, Session};
use crate::accounts::{Accounts, Trouble, store as accounts_store};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;

/// The longest name, in characters.
pub const NAME_LENGTH: usize = 40;

/// How many passkeys an account may have.
const MOST: usize = 20;

/// What a browser made.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// Whose it is to be, as they are signed in.
    pub(super) session: Session,
    /// What its owner calls it.
    pub(super) name: String,
    /// The challenge.
    pub(super) ceremony: String,
    /// The browser's answer to it.
    pub(super) answer: String,
    /// The browser, by its form cookie.
    pub(super) browser: [u8; 32],
    /// Where it is.
    pub(super) caller: Caller,
}

/// The answer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It is added.
    Done {
        /// Whether there is a recovery code.
        has_codes: bool,
    },
    /// The challenge is used, too old, or of another browser.
    Over,
    /// It does not keep the standard's rules, or some account has it already.
    Refused,
    /// There are enough.
    TooMany,
    /// Not yet, after a reset of the password: it would take the place of SMS.
    Guarded {
        /// Until when.
        until: Timestamp,
    },
    /// Too much was added in a day.
    TooOften {
        /// From when on more may be.
        until: Timestamp,
    },
}

/// The answer to a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    /// It is gone, or was.
    Done,
    /// Not yet, after a reset of the password.
    Guarded {
        /// Until when.
        until: Timestamp,
    },
    /// It is the only way to sign in.
    Only,
}

impl Accounts {
    /// Adds a passkey that the browser has just made.
    pub(super) async fn add_passkey(&self, made: Made) -> Result<Added, Trouble> {
        match self.write(made, |accounts, made, tx| add(accounts, made, tx).boxed()).await {
            Err(DbError::Conflict { .. }) => Ok(Added::Refused),
            added => Ok(added?),
        }
    }

    /// The passkey of that id, if it is this account's.
    pub(super) async fn passkey(&self, account: AccountId, id: PasskeyId) -> Result<Option<store::Stored>, Trouble> {
        let all = self.parts().db.read(move |tx| store::all(tx, account).boxed()).await?;
        Ok(all.into_iter().find(|stored| stored.id == id))
    }

    /// Calls a passkey by another name.
    pub(super) async fn rename_passkey(&self, account: AccountId, id: PasskeyId, name: String) -> Result<(), Trouble> {
        let args = (account, id, name);
        let renamed = self.write(args, |_, (account, id, name), tx| {
            async move { store::rename(tx, account, id, &name).await }.boxed()
        });
        Ok(renamed.await.map(drop)?)
    }

    /// Removes a passkey.
    pub(super) async fn remove_passkey(
        &self,
        account: AccountId,
        id: PasskeyId,
        caller: Caller,
    ) -> Result<Removed, Trouble> {
        Ok(self.write((account, id, caller), |accounts, args, tx| remove(accounts, args, tx).boxed()).await?)
    }
}

async fn add(accounts: Accounts, made: Made, tx: &mut Tx) -> Result<Added, DbError> {
    let parts = accounts.parts();
    let (now, account) = (parts.clock.now(), made.session.account);
    let taken = store::take(tx, (&made.ceremony, Purpose::Registration), made.browser, now).await?;
    let Some((state, _)) = taken.filter(|(_, whose)| *whose == Some(account)) else { return Ok(Added::Over) };
    if store::all(tx, account).await?.len() >= MOST {
        return Ok(Added::TooMany);
    }
    let used = match parts.passkeys.finish_registration(&state, &made.answer) {
        Ok(used) => used,
        Err(error) => {
            tracing::info!(%error, "a passkey was not added");
            return Ok(Added::Refused);
        }
    };
    let had = factors::enrolled(tx, account).await?;
    if had.sms
        && let Some(until) = guard(tx, account, now).await?
    {
        return Ok(Added::Guarded { until });
    }
    if let Some(until) = too_many(&accounts, tx, account, now).await? {
        return Ok(Added::TooOften { until });
    }
    let has_codes = had.recovery_code;
    let id = PasskeyId::new(now, &*parts.entropy);
    store::insert(tx, (id, account), (&made.name, &used), now).await?;
    if made.session.acr < Shown::PasswordAndNewPasskey.acr() {
        sessions::store::raise(tx, made.session.id, Shown::PasswordAndNewPasskey).await?;
    }
    let event = Event::FactorAdded { account: account.to_string(), factor: "passkey".into() };
    parts.audit.record_from(tx, made.caller, &Actor::Account(account.to_string()), &event).await?;
    announce(&accounts, tx, (account, made.caller), Factor::PasskeyAdded).await?;
    sms::give_way(&accounts, tx, (account, made.caller)).await?;
    Ok(Added::Done { has_codes })
}

async fn remove(
    accounts: Accounts,
    (account, id, caller): (AccountId, PasskeyId, Caller),
    tx: &mut Tx,
) -> Result<Removed, DbError> {
    let parts = accounts.parts();
    if let Some(until) = guard(tx, account, parts.clock.now()).await? {
        return Ok(Removed::Guarded { until });
    }
    accounts_store::hold(tx, account).await?;
    let has_password = accounts_store::credentials_by_id(tx, account).await?.is_none_or(|found| found.has_password);
    if !has_password && store::all(tx, account).await?.len() == 1 {
        return Ok(Removed::Only);
    }
    if store::remove(tx, account, id).await? {
        let event = Event::FactorRemoved { account: account.to_string(), factor: "passkey".into() };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
        removed(&accounts, tx, (account, caller), Factor::PasskeyRemoved).await?;
    }
    Ok(Removed::Done)
}
