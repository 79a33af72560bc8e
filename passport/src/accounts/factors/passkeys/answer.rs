//! The answer of a passkey that its owner was asked for.

use shared::db::{DbError, Tx};

use super::store::{self, Purpose};
use crate::accounts::Accounts;
use crate::accounts::model::AccountId;

/// What a browser answered.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The challenge that it answers.
    pub ceremony: String,
    /// The answer.
    pub answer: String,
    /// The browser, by its form cookie.
    pub browser: [u8; 32],
}

/// Why an answer proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The challenge is used, too old, or of another browser.
    Over,
    /// No account has this passkey any more.
    Unknown,
    /// The answer does not keep the standard's rules.
    Broken,
}

/// Whose passkey it is, if the answer holds. The challenge is spent either way.
///
/// # Errors
/// See [`DbError`].
pub async fn take(
    accounts: &Accounts,
    tx: &mut Tx,
    answered: &Answered,
) -> Result<Result<AccountId, Refused>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let taken = store::take(tx, (&answered.ceremony, Purpose::SignIn), answered.browser, now).await?;
    let Some((state, _)) = taken else { return Ok(Err(Refused::Over)) };
    let Ok((account, credential)) = parts.passkeys.identify(&answered.answer) else {
        return Ok(Err(Refused::Broken));
    };
    let Some(stored) = store::find(tx, account, &credential).await? else { return Ok(Err(Refused::Unknown)) };
    match parts.passkeys.finish_sign_in(&state, &answered.answer, stored.passkey) {
        Ok(used) => {
            store::note_use(tx, stored.id, &used, now).await?;
            Ok(Ok(account))
        }
        Err(error) => {
            tracing::warn!(%error, passkey = %stored.id, "a passkey's answer was refused");
            Ok(Err(Refused::Broken))
        }
    }
}
