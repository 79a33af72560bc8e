//! Adding an app, taking its codes, removing it.

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::{PURPOSE, Secret, store};
use crate::accounts::assurance::Shown;
use crate::accounts::devices;
use crate::accounts::factors::{announce, guard, removed, sms, store as factors, too_many};
use crate::accounts::model::{AccountId, compact};
use crate::accounts::sessions::{self, Session};
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;
use crate::web::seal::{KeyUse, open_text, seal_text};

/// What the secret of a page is sealed for, which is stored only when a code shows that the app has it.
const SETUP: KeyUse = KeyUse::AuthenticatorSetup;

/// How long the page may stay open.
const LIFETIME: std::time::Duration = std::time::Duration::from_secs(30 * 60);

/// A secret on its way through the page.
#[derive(Serialize, Deserialize)]
struct Setup {
    account: String,
    secret: [u8; 20],
    until: i64,
}

/// The answer to a code that is to show that the app has the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// It has.
    Done {
        /// Whether there is a recovery code.
        has_codes: bool,
    },
    /// The code is another one.
    Wrong,
    /// The page was open for too long, or is another account's.
    Over,
    /// Nothing may be changed yet, after a reset of the password.
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

impl Accounts {
    /// A fresh secret for that account, sealed for its page.
    pub(super) fn new_setup(&self, account: AccountId) -> String {
        let parts = self.parts();
        let secret = Secret::new(&*parts.entropy);
        let until = (parts.clock.now() + LIFETIME).millis();
        let setup = Setup { account: account.to_string(), secret: *secret.0, until };
        // Numbers and a text: nothing in it can fail to be written.
        seal_text(&*parts.sealer, SETUP, &serde_json::to_vec(&setup).unwrap_or_default())
    }

    /// The secret of a page, if it is this account's and not too old.
    pub(super) fn open_setup(&self, account: AccountId, sealed: &str) -> Option<Secret> {
        let parts = self.parts();
        let setup: Setup = serde_json::from_slice(&open_text(&*parts.sealer, SETUP, sealed)?).ok()?;
        let good = setup.account == account.to_string() && Timestamp::from_millis(setup.until) > parts.clock.now();
        good.then(|| Secret(setup.secret.into()))
    }

    /// Adds the app that has the secret, in place of another one. The session has shown two factors by that, and the browser
    /// has passed the second step.
    pub(super) async fn enable_authenticator(
        &self,
        session: Session,
        (sealed, code): (&str, &str),
        browser: (Caller, [u8; 32]),
    ) -> Result<Enabled, Trouble> {
        let Some(secret) = self.open_setup(session.account, sealed) else { return Ok(Enabled::Over) };
        let Some(step) = secret.step_of(&compact(code), self.parts().clock.now()) else { return Ok(Enabled::Wrong) };
        let args = (session, secret, step, browser);
        Ok(self.write(args, |accounts, args, tx| enable(accounts, args, tx).boxed()).await?)
    }

    /// Removes the app. If nothing else is left, the recovery codes go as well: they stand in for nothing.
    /// Not within the time after a reset of the password: until when that is.
    pub(super) async fn disable_authenticator(
        &self,
        account: AccountId,
        caller: Caller,
    ) -> Result<Option<Timestamp>, Trouble> {
        Ok(self.write((account, caller), |accounts, args, tx| disable(accounts, args, tx).boxed()).await?)
    }
}

/// Gives an account an app of which only the secret is known, as it is typed into one: for stand-ins, behind whom nobody
/// stands who could show it a code.
///
/// # Errors
/// See [`DbError`].
pub async fn give(accounts: &Accounts, tx: &mut Tx, account: AccountId) -> Result<String, DbError> {
    let parts = accounts.parts();
    let secret = Secret::new(&*parts.entropy);
    store::put(tx, account, (parts.sealer.seal(PURPOSE, &*secret.0), 0), parts.clock.now()).await?;
    Ok(secret.typed())
}

/// Takes a code of an account's app; whether it is right, and was not used before.
///
/// # Errors
/// See [`DbError`].
pub async fn check(accounts: &Accounts, tx: &mut Tx, account: AccountId, code: &str) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(stored) = store::find(tx, account).await? else { return Ok(false) };
    let secret = parts.sealer.open(PURPOSE, &stored.secret_sealed).and_then(|bytes| Secret::read(&bytes));
    match secret.and_then(|secret| secret.step_of(&compact(code), now)) {
        Some(step) => store::spend(tx, account, step, now).await,
        None => Ok(false),
    }
}

async fn enable(
    accounts: Accounts,
    (session, secret, step, (caller, device)): (Session, Secret, i64, (Caller, [u8; 32])),
    tx: &mut Tx,
) -> Result<Enabled, DbError> {
    let parts = accounts.parts();
    let (now, account) = (parts.clock.now(), session.account);
    let had = factors::enrolled(tx, account).await?;
    if (had.authenticator || had.sms)
        && let Some(until) = guard(tx, account, now).await?
    {
        return Ok(Enabled::Guarded { until });
    }
    if let Some(until) = too_many(&accounts, tx, account, now).await? {
        return Ok(Enabled::TooOften { until });
    }
    store::put(tx, account, (parts.sealer.seal(PURPOSE, &*secret.0), step), now).await?;
    devices::store::forget_steps(tx, account).await?;
    devices::store::step(tx, account, device, now).await?;
    if session.acr < Shown::PasswordAndAppCode.acr() {
        sessions::store::raise(tx, session.id, Shown::PasswordAndAppCode).await?;
    }
    let event = Event::FactorAdded { account: account.to_string(), factor: "authenticator".into() };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    announce(&accounts, tx, (account, caller), Factor::AuthenticatorAdded).await?;
    sms::give_way(&accounts, tx, (account, caller)).await?;
    Ok(Enabled::Done { has_codes: had.recovery_code })
}

async fn disable(
    accounts: Accounts,
    (account, caller): (AccountId, Caller),
    tx: &mut Tx,
) -> Result<Option<Timestamp>, DbError> {
    let parts = accounts.parts();
    if let Some(until) = guard(tx, account, parts.clock.now()).await? {
        return Ok(Some(until));
    }
    if store::remove(tx, account).await? {
        let event = Event::FactorRemoved { account: account.to_string(), factor: "authenticator".into() };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
        removed(&accounts, tx, (account, caller), Factor::AuthenticatorRemoved).await?;
    }
    Ok(None)
}
