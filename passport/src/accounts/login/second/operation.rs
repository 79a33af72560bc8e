//! Taking a code in the second step.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::store::{self, Half};
use crate::accounts::assurance::Shown;
use crate::accounts::devices;
use crate::accounts::factors::{Enrolled, announce, authenticator, recovery_codes, store as factors};
use crate::accounts::login::arrival::{Arrival, Browser, SignedIn, advance, open_session};
use crate::accounts::login::machine::{Event, State};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::Stay;
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::{Accounts, Trouble};
use crate::audit::{self, Actor};
use crate::delivery::Factor;
use crate::limits::{Subject, Verdict};

/// A code that was typed.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    /// Of the app.
    AppCode(String),
    /// A recovery code.
    RecoveryCode(String),
}

/// A try.
#[derive(Debug, Clone)]
pub(super) struct Try {
    /// The hash of the token of the half sign-in.
    pub(super) half: [u8; 32],
    /// The code.
    pub(super) typed: Typed,
    /// The browser.
    pub(super) browser: Browser,
    /// Whether the step is left out from now on in this browser.
    pub(super) trust: bool,
}

/// The answer to a [`Try`].
pub(super) enum Answer {
    /// The person is signed in.
    Done(SignedIn),
    /// There is no such half sign-in any more.
    Over,
    /// It is another code.
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
    /// The half sign-in of that token, and what its account has.
    pub(in crate::accounts::login) async fn half(&self, token: [u8; 32]) -> Result<Option<(Half, Enrolled)>, Trouble> {
        let now = self.parts().clock.now();
        let find = self.parts().db.read(move |tx| {
            async move {
                let Some(half) = store::find(tx, token, now).await? else { return Ok(None) };
                let enrolled = factors::enrolled(tx, half.account).await?;
                Ok::<_, DbError>(Some((half, enrolled)))
            }
            .boxed()
        });
        Ok(find.await?)
    }

    /// Takes a code. Tries are counted before it is looked at.
    pub(super) async fn second_step(&self, attempt: Try) -> Result<Answer, Trouble> {
        let token = SessionToken::new(&*self.parts().entropy);
        let taken = self.write((attempt, token), |accounts, args, tx| take(accounts, args, tx).boxed());
        Ok(taken.await?)
    }
}

async fn take(accounts: Accounts, (attempt, token): (Try, SessionToken), tx: &mut Tx) -> Result<Answer, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let Some(half) = store::find(tx, attempt.half, now).await? else { return Ok(Answer::Over) };
    let (limit, id) = (&limits.policy().second_step, half.account.to_string());
    let used = match limits.hit(tx, limit, Subject::Text(&id), now).await? {
        Verdict::Refused { until } => return Ok(Answer::Locked { until }),
        Verdict::Allowed { used } => used,
    };
    let event = match &attempt.typed {
        Typed::AppCode(_) => Event::AppCode,
        Typed::RecoveryCode(_) => Event::RecoveryCode,
    };
    // Where it would lead is asked first: a recovery code is spent by looking at it, and may be the last.
    let next = advance(&accounts, tx, (State::PasswordShown, event), (half.account, attempt.browser)).await?;
    if let Some(State::SignedIn(shown)) = next
        && is_right(&accounts, tx, half.account, &attempt.typed).await?
    {
        return finish(&accounts, tx, (half, shown), (&attempt, token)).await;
    }
    let until = now + limit.lock.unwrap_or(limit.window);
    refuse(&accounts, tx, (half.account, &attempt), (limit.allowed.saturating_sub(used), until)).await
}

async fn is_right(accounts: &Accounts, tx: &mut Tx, account: AccountId, typed: &Typed) -> Result<bool, DbError> {
    match typed {
        Typed::AppCode(code) => authenticator::check(accounts, tx, account, code).await,
        Typed::RecoveryCode(code) => recovery_codes::check(accounts, tx, account, code).await,
    }
}

/// Records a wrong code. Who gave it knows the password: the owner hears of it when tries run out.
async fn refuse(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, attempt): (AccountId, &Try),
    (left, until): (u32, Timestamp),
) -> Result<Answer, DbError> {
    let event = audit::Event::SignInRefused { account: account.to_string(), reason: "second_step".into() };
    accounts.parts().audit.record_from(tx, attempt.browser.caller, &Actor::Visitor, &event).await?;
    if left > 0 {
        return Ok(Answer::Wrong { left });
    }
    announce(accounts, tx, account, Factor::CodesGuessed).await?;
    Ok(Answer::Locked { until })
}

async fn finish(
    accounts: &Accounts,
    tx: &mut Tx,
    (half, shown): (Half, Shown),
    (attempt, token): (&Try, SessionToken),
) -> Result<Answer, DbError> {
    let parts = accounts.parts();
    store::end(tx, attempt.half).await?;
    let id = half.account.to_string();
    parts.limits.clear(tx, &parts.limits.policy().second_step, Subject::Text(&id)).await?;
    let arrival = Arrival { account: half.account, shown, province: half.province };
    let browser = Browser { stay: half.stay, ..attempt.browser };
    let signed_in = open_session(accounts, tx, arrival, (browser, token)).await?;
    if attempt.trust && half.stay != Stay::Public {
        devices::store::trust(tx, half.account, attempt.browser.device, parts.clock.now()).await?;
    }
    Ok(Answer::Done(signed_in))
}
