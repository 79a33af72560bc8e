//! Taking a passkey's answer.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use crate::accounts::agreements::at_sign_in;
use crate::accounts::factors::passkeys::answer::{self, Answered};
use crate::accounts::login::arrival::{Arrival, Browser, SignedIn, advance, open_session};
use crate::accounts::login::machine::{Event, State};
use crate::accounts::login::second;
use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::Stay;
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble};

/// What the browser answered.
#[derive(Debug, Clone)]
pub(super) struct Try {
    /// Of the passkey.
    pub(super) answered: Answered,
    /// The hash of the token of its half sign-in, if it has one.
    pub(super) half: Option<[u8; 32]>,
    /// The browser.
    pub(super) browser: Browser,
}

/// The answer to a [`Try`].
pub(in crate::accounts::login) enum Answer {
    /// The person is signed in.
    Done(SignedIn),
    /// It did not.
    Refused(Refusal),
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::accounts::login) enum Refusal {
    /// The answer proves nothing.
    Answer(answer::Refused),
    /// Staff keep the account from signing in.
    Blocked,
    /// A change of contacts was undone: one is to be proven anew first.
    Frozen,
    /// The agreements have changed since they were accepted.
    Agreements,
}

impl Accounts {
    /// Signs in whom a passkey answers for.
    pub(super) async fn sign_in_by_passkey(&self, attempt: Try) -> Result<Answer, Trouble> {
        let token = SessionToken::new(&*self.parts().entropy);
        let taken = self.write((attempt, token), |accounts, args, tx| take(accounts, args, tx).boxed());
        Ok(taken.await?)
    }
}

async fn take(accounts: Accounts, (attempt, token): (Try, SessionToken), tx: &mut Tx) -> Result<Answer, DbError> {
    let account = match check(&accounts, tx, &attempt).await? {
        Ok(account) => account,
        Err(refusal) => return Ok(Answer::Refused(refusal)),
    };
    let (state, half) = begin(&accounts, tx, account, attempt.half).await?;
    let (province, stay) = half.unwrap_or((None, attempt.browser.stay));
    let browser = Browser { stay, ..attempt.browser };
    let next = advance(&accounts, tx, (state, Event::Passkey), (account, browser)).await?;
    let Some(State::SignedIn(shown)) = next else {
        return Ok(Answer::Refused(Refusal::Answer(answer::Refused::Unknown)));
    };
    if at_sign_in::are_missing(&accounts, tx, account, &browser).await? {
        return Ok(Answer::Refused(Refusal::Agreements));
    }
    let arrival = Arrival { account, shown, province, told: false };
    Ok(Answer::Done(open_session(&accounts, tx, arrival, (browser, token)).await?))
}

/// Whose passkey it is, if its answer holds and its owner may sign in.
async fn check(accounts: &Accounts, tx: &mut Tx, attempt: &Try) -> Result<Result<AccountId, Refusal>, DbError> {
    let account = match answer::take(accounts, tx, &attempt.answered).await? {
        Ok(account) => account,
        Err(refused) => return Ok(Err(Refusal::Answer(refused))),
    };
    Ok(match accounts_store::credentials_by_id(tx, account).await? {
        None => Err(Refusal::Answer(answer::Refused::Unknown)),
        Some(present) if present.blocked => Err(Refusal::Blocked),
        Some(present) if present.frozen => Err(Refusal::Frozen),
        Some(_) => Ok(account),
    })
}

/// Where the sign-in stands to which the passkey comes: after the password, with what was chosen beside it, if the browser
/// is halfway in to the same account; else at the beginning.
async fn begin(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
    half: Option<[u8; 32]>,
) -> Result<(State, Option<(Option<Province>, Stay)>), DbError> {
    let Some(token) = half else { return Ok((State::Nobody, None)) };
    let found = second::store::find(tx, token, accounts.parts().clock.now()).await?;
    second::store::end(tx, token).await?;
    Ok(match found.filter(|half| half.account == account) {
        Some(half) => (State::PasswordShown, Some((half.province, half.stay))),
        None => (State::Nobody, None),
    })
}
