//! Whose tries of a code are counted together.
//!
//! Whoever tries codes knows the password already, or reads the mails: nobody like that may keep the owner waiting. So
//! tries are counted apart for signing in and for a forgotten password, for codes of the app and recovery codes, and for
//! each browser in which the step was passed. That a browser is known is not enough, nor is the password: it may have been
//! the thief's before there was a second step. Where it never was:
//!
//! - codes of the app, and of SMS, are counted for the account. A million of them are guessed by whoever has the time: after a hundred
//!   wrong ones none is looked at for the rest of a month, or until there is another password;
//! - recovery codes are counted for the account and the network block. Their 120 bits are guessed by nobody, and so the
//!   owner can always sign in with one from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::code::{Tried, Typed};
use crate::accounts::assurance::Acr;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{self, SessionId};
use crate::accounts::{Accounts, devices};
use crate::limits::{AddressBlock, Limit, Subject, Verdict};

/// What a code is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The second step of signing in.
    SignIn,
    /// A forgotten password.
    Recovery,
}

/// Where a code is typed.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// What for.
    pub place: Place,
    /// From where.
    pub caller: Caller,
    /// The hash of the token by which accounts are known in the browser.
    pub device: [u8; 32],
    /// The session that the browser has.
    pub session: Option<SessionId>,
}

/// What a try is counted by.
pub(super) struct Counter {
    lock: Limit,
    subject: String,
    /// Whether it is counted over a month as well.
    over_month: bool,
}

impl Counter {
    /// That of a code of an account, typed there.
    pub(super) async fn of(
        accounts: &Accounts,
        tx: &mut Tx,
        account: AccountId,
        (typed, at): (&Typed, &At),
    ) -> Result<Self, DbError> {
        let policy = accounts.parts().limits.policy();
        let kind = kind(at.place, typed);
        let over_month = !matches!(typed, Typed::RecoveryCode(_));
        if let Some(browser) = passed_in(accounts, tx, account, at).await? {
            let subject = format!("{kind}\0{account}\0{browser}");
            return Ok(Self { lock: policy.second_step_known, subject, over_month });
        }
        let subject = match typed {
            Typed::AppCode(_) | Typed::SmsCode { .. } => format!("{kind}\0{account}"),
            Typed::RecoveryCode(_) => {
                format!("{kind}\0{account}\0{}", AddressBlock::of(at.caller.network.address()))
            }
        };
        Ok(Self { lock: policy.second_step, subject, over_month })
    }

    /// Counts a try: how many are left, or why it is not looked at.
    pub(super) async fn count(
        &self,
        accounts: &Accounts,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<Result<u32, Tried>, DbError> {
        let (limits, subject) = (&accounts.parts().limits, Subject::Text(&self.subject));
        let used = match limits.hit(tx, &self.lock, subject, now).await? {
            Verdict::Refused { until } => return Ok(Err(Tried::Locked { until })),
            Verdict::Allowed { used } => used,
        };
        if self.over_month
            && let Verdict::Refused { until } = limits.hit(tx, &limits.policy().second_step_month, subject, now).await?
        {
            return Ok(Err(Tried::Shut { until }));
        }
        Ok(Ok(self.lock.allowed.saturating_sub(used)))
    }

    /// The code was right: the failures before it are forgotten, but for those of the month.
    pub(super) async fn forget(&self, accounts: &Accounts, tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
        let (limits, subject) = (&accounts.parts().limits, Subject::Text(&self.subject));
        if self.over_month {
            limits.give_back(tx, &limits.policy().second_step_month, subject, now).await?;
        }
        limits.clear(tx, &self.lock, subject).await
    }

    /// Until when none is looked at after the last one that is allowed.
    pub(super) fn locks_until(&self, now: Timestamp) -> Timestamp {
        now + self.lock.lock.unwrap_or(self.lock.window)
    }
}

/// Lifts what keeps codes of an account's app from being taken in signing in: there is another password, and whoever
/// guessed does not come as far any more.
///
/// # Errors
/// See [`DbError`].
pub async fn lift(accounts: &Accounts, tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    let limits = &accounts.parts().limits;
    let sms = Typed::SmsCode { attempt: [0; 32], code: String::new() };
    for typed in [Typed::AppCode(String::new()), sms] {
        let subject = format!("{}\0{account}", kind(Place::SignIn, &typed));
        limits.clear(tx, &limits.policy().second_step, Subject::Text(&subject)).await?;
        limits.clear(tx, &limits.policy().second_step_month, Subject::Text(&subject)).await?;
    }
    Ok(())
}

fn kind(place: Place, typed: &Typed) -> &'static str {
    match (place, typed) {
        (Place::SignIn, Typed::AppCode(_)) => "sign-in\0app",
        (Place::SignIn, Typed::RecoveryCode(_)) => "sign-in\0recovery-code",
        (Place::SignIn, Typed::SmsCode { .. }) => "sign-in\0sms",
        (Place::Recovery, Typed::SmsCode { .. }) => "recovery\0sms",
        (Place::Recovery, Typed::AppCode(_)) => "recovery\0app",
        (Place::Recovery, Typed::RecoveryCode(_)) => "recovery\0recovery-code",
    }
}

/// What names a browser in which the account's second step was passed: its token, and since when; or its session, at a
/// public computer, which is not made known.
async fn passed_in(accounts: &Accounts, tx: &mut Tx, account: AccountId, at: &At) -> Result<Option<String>, DbError> {
    let now = accounts.parts().clock.now();
    if let Some(since) = devices::store::standing(tx, account, at.device, now).await?.stepped_at {
        return Ok(Some(format!("{}\0{}", URL_SAFE_NO_PAD.encode(at.device), since.millis())));
    }
    let Some(session) = at.session else { return Ok(None) };
    let shown = sessions::store::acr_of(tx, (session, account), now).await?;
    Ok(shown.filter(|acr| *acr >= Acr::Two).map(|_| session.to_string()))
}
