//! Turning it on, turning it off, and giving way to a stronger step.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use super::code::{self, Sending, of_session};
use super::number;
use super::store::{self, Sent};
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::devices;
use crate::accounts::factors::{announce, guard, removed, store as factors, too_many};
use crate::accounts::model::{AccountId, Contact};
use crate::accounts::sessions::{self, Session};
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;

/// The answer to a code that is to show that the number is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enabled {
    /// It is on.
    Done {
        /// Whether there is a recovery code.
        has_codes: bool,
    },
    /// The code is another one.
    Wrong,
    /// There is no code that could be typed: it is too old, or was mistyped too often.
    Over,
    /// It is not to be had: the policy, or a stronger step that the account has.
    Unavailable,
    /// Too much was added in a day.
    TooOften {
        /// From when on more may be.
        until: Timestamp,
    },
}

/// How it stands with an account that may turn it on.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// Where codes go.
    pub(super) number: Option<Contact>,
    /// The code that was sent last.
    pub(super) sent: Option<Sent>,
}

impl Accounts {
    /// Whether SMS may be turned on as a second step here. Not where everybody needs two factors: it is none of those that
    /// count there.
    pub fn offers_sms_step(&self) -> bool {
        self.parts().sms_step && self.parts().least <= Acr::One
    }

    /// How it stands for the page; `None` where it is not to be had.
    pub(super) async fn sms_setting(&self, session: &Session) -> Result<Option<Setting>, Trouble> {
        if !self.offers_sms_step() {
            return Ok(None);
        }
        let (account, attempt, now) = (session.account, of_session(session.id), self.parts().clock.now());
        let found = self.parts().db.read(move |tx| {
            async move {
                let had = factors::enrolled(tx, account).await?;
                if had.any() {
                    return Ok(None);
                }
                let (number, sent) = (number(tx, account, now).await?, store::sent(tx, attempt, account).await?);
                Ok::<_, DbError>(Some(Setting { number, sent }))
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// Sends the code by which the step is turned on.
    pub(super) async fn send_first_sms(
        &self,
        session: &Session,
        (lang, from): (Lang, Caller),
    ) -> Result<Sending, Trouble> {
        let args = ((session.account, of_session(session.id)), (lang, from));
        let sent = self.write(args, |accounts, (whose, from), tx| {
            async move { code::send(&accounts, tx, whose, from).await }.boxed()
        });
        Ok(sent.await?)
    }

    /// Turns the step on, if that is the code.
    pub(super) async fn enable_sms(&self, session: Session, typed: String, caller: Caller) -> Result<Enabled, Trouble> {
        Ok(self.write((session, typed, caller), |accounts, args, tx| enable(accounts, args, tx).boxed()).await?)
    }

    /// Turns it off; not within the time after a reset of the password: until when that is.
    pub(super) async fn disable_sms(&self, account: AccountId, caller: Caller) -> Result<Option<Timestamp>, Trouble> {
        Ok(self.write((account, caller), |accounts, args, tx| disable(accounts, args, tx).boxed()).await?)
    }
}

async fn enable(
    accounts: Accounts,
    (session, typed, caller): (Session, String, Caller),
    tx: &mut Tx,
) -> Result<Enabled, DbError> {
    let parts = accounts.parts();
    let (now, account) = (parts.clock.now(), session.account);
    let had = factors::enrolled(tx, account).await?;
    if !accounts.offers_sms_step() || had.any() {
        return Ok(Enabled::Unavailable);
    }
    let whose = (account, of_session(session.id));
    if code::live(&accounts, tx, whose).await?.is_none() {
        return Ok(Enabled::Over);
    }
    if !code::check(&accounts, tx, whose, &typed).await? {
        return Ok(Enabled::Wrong);
    }
    if let Some(until) = too_many(&accounts, tx, account, now).await? {
        return Ok(Enabled::TooOften { until });
    }
    if store::insert(tx, account, now).await? {
        devices::store::forget_steps(tx, account).await?;
        sessions::store::raise(tx, session.id, Shown::PasswordAndSmsCode).await?;
        let event = Event::FactorAdded { account: account.to_string(), factor: "sms".into() };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
        announce(&accounts, tx, (account, caller), Factor::SmsAdded).await?;
    }
    Ok(Enabled::Done { has_codes: had.recovery_code })
}

async fn disable(
    accounts: Accounts,
    (account, caller): (AccountId, Caller),
    tx: &mut Tx,
) -> Result<Option<Timestamp>, DbError> {
    if let Some(until) = guard(tx, account, accounts.parts().clock.now()).await? {
        return Ok(Some(until));
    }
    if store::remove(tx, account).await? {
        record(&accounts, tx, (account, caller)).await?;
        removed(&accounts, tx, (account, caller), Factor::SmsRemoved).await?;
    }
    Ok(None)
}

/// The account has just got an app or a passkey, in whose place an SMS would be the way past them.
///
/// # Errors
/// See [`DbError`].
pub async fn give_way(accounts: &Accounts, tx: &mut Tx, (account, caller): (AccountId, Caller)) -> Result<(), DbError> {
    if store::remove(tx, account).await? {
        record(accounts, tx, (account, caller)).await?;
        announce(accounts, tx, (account, caller), Factor::SmsRemoved).await?;
    }
    Ok(())
}

async fn record(accounts: &Accounts, tx: &mut Tx, (account, caller): (AccountId, Caller)) -> Result<(), DbError> {
    let event = Event::FactorRemoved { account: account.to_string(), factor: "sms".into() };
    accounts.parts().audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await
}
