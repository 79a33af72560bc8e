//! Taking a code in the second step.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::store::{self, Half};
use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::devices;
use crate::accounts::factors::{At, Enrolled, Place, Tried, Typed, sms, store as factors, try_code};
use crate::accounts::login::arrival::{Arrival, Browser, SignedIn, advance, open_session};
use crate::accounts::login::machine::{Event, State};
use crate::accounts::sessions::Stay;
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::{Accounts, Trouble};

/// A try.
#[derive(Clone)]
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
pub(in crate::accounts::login) enum Answer {
    /// The person is signed in.
    Done(SignedIn),
    /// There is no such half sign-in any more.
    Over,
    /// There is no code by SMS that could be typed: none was sent, or it is too old, or was mistyped too often.
    Unsent,
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
    /// So many in a month that somebody must be guessing.
    Shut {
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
    let Some(half) = store::find(tx, attempt.half, accounts.parts().clock.now()).await? else {
        return Ok(Answer::Over);
    };
    let event = match &attempt.typed {
        Typed::RecoveryCode(_) => Event::RecoveryCode,
        Typed::AppCode(_) => Event::AppCode,
        Typed::SmsCode { .. } => Event::SmsCode,
    };
    // Where it would lead is asked first: a recovery code is spent by looking at it, and may be the last.
    let next = advance(&accounts, tx, (State::PasswordShown, event), (half.account, attempt.browser)).await?;
    // What the account does not have any more leads nowhere: it is signed in to from the beginning.
    let Some(State::SignedIn(shown)) = next else { return Ok(Answer::Over) };
    let Browser { caller, device, present: session, .. } = attempt.browser;
    let at = At { place: Place::SignIn, caller, device, session };
    if let Typed::SmsCode { attempt, .. } = &attempt.typed
        && sms::code::live(&accounts, tx, (half.account, *attempt)).await?.is_none()
    {
        return Ok(Answer::Unsent);
    }
    match try_code(&accounts, tx, half.account, (&attempt.typed, &at)).await? {
        Tried::Right => finish(&accounts, tx, (half, shown), (&attempt, token)).await,
        Tried::Wrong { left } => Ok(Answer::Wrong { left }),
        Tried::Locked { until } => Ok(Answer::Locked { until }),
        Tried::Shut { until } => Ok(Answer::Shut { until }),
    }
}

async fn finish(
    accounts: &Accounts,
    tx: &mut Tx,
    (half, shown): (Half, Shown),
    (attempt, token): (&Try, SessionToken),
) -> Result<Answer, DbError> {
    store::end(tx, attempt.half).await?;
    // A recovery code that is used is told of by itself.
    let told = matches!(attempt.typed, Typed::RecoveryCode(_));
    let arrival = Arrival { account: half.account, shown, province: half.province, told };
    let browser = Browser { stay: half.stay, ..attempt.browser };
    let signed_in = open_session(accounts, tx, arrival, (browser, token)).await?;
    // What ranks with the password leaves out nothing later.
    if attempt.trust && half.stay != Stay::Public && shown.acr() >= Acr::Two {
        devices::store::trust(tx, half.account, attempt.browser.device, accounts.parts().clock.now()).await?;
    }
    Ok(Answer::Done(signed_in))
}
