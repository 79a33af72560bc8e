//! Sending a code for one attempt, and taking it.
//!
//! An attempt is half a sign-in, by the hash of its token, or a session that turns the step on: a code is good for the
//! attempt that it was sent for, of the account that it was sent to, and for nothing else.

use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::{constant_time_eq, sha256};

use super::store::{self, NewCode, Sent};
use super::{LIFETIME, number};
use crate::accounts::Accounts;
use crate::accounts::captcha::Answer;
use crate::accounts::contact;
use crate::accounts::model::{AccountId, ContactKind};
use crate::accounts::proof::issue::{Counted, count};
use crate::accounts::proof::{Cap, PAUSE, Stopped};
use crate::accounts::sessions::SessionId;
use crate::delivery::{ProofLetter, ProofWords};
use crate::limits::{Subject, Verdict};
use crate::web::KeyUse;

/// What codes are hashed for.
const PURPOSE: KeyUse = KeyUse::SmsCode;

/// The answer to a wish for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It is on its way.
    Sent,
    /// Asked for too often.
    TooMany(Stopped),
    /// There is no number that it could go to.
    Nowhere,
}

/// The attempt of a session that turns the step on.
pub fn of_session(session: SessionId) -> [u8; 32] {
    sha256(format!("sms\0{session}").as_bytes())
}

/// Sends a code to the number of the account, in place of the one that this attempt had, unless that happens too often.
///
/// # Errors
/// See [`DbError`].
pub async fn send(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, attempt): (AccountId, [u8; 32]),
    (lang, from): (Lang, Caller),
) -> Result<Sending, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(contact) = number(tx, account, now).await? else { return Ok(Sending::Nowhere) };
    if let Some(former) = store::sent(tx, attempt, account).await?
        && former.at + PAUSE > now
    {
        return Ok(Sending::TooMany(Stopped { cap: Cap::Pause, until: former.at + PAUSE }));
    }
    // Of its own, and less than what a contact gets in all: who knows the password must not use up what a reset needs.
    let (limits, id) = (&parts.limits, account.to_string());
    if let Verdict::Refused { until } =
        limits.hit(tx, &limits.policy().second_step_sms, Subject::Text(&id), now).await?
    {
        return Ok(Sending::TooMany(Stopped { cap: Cap::Account, until }));
    }
    if let Some(stopped) = count(accounts, tx, &Counted { contact: &contact, account: Some(account), from }).await? {
        return Ok(Sending::TooMany(stopped));
    }
    let code = Answer::digits(&*parts.entropy);
    let letter = ProofLetter {
        words: ProofWords::SecondStep,
        code: code.text().into_owned(),
        link: None,
        from: from.network.to_string(),
        at: now,
    };
    let message = parts.outbox.proof_sms(tx, contact.as_str(), lang, &letter).await?;
    let (name, mac) = (contact.name(), mac(accounts, attempt, &code));
    let new = NewCode { attempt, account, name: name.as_str(), mac, sent_at: now, until: now + LIFETIME, message };
    store::put_code(tx, &new).await?;
    Ok(Sending::Sent)
}

/// The code of an attempt that may still be typed.
///
/// # Errors
/// See [`DbError`].
pub async fn live(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, attempt): (AccountId, [u8; 32]),
) -> Result<Option<Sent>, DbError> {
    let now = accounts.parts().clock.now();
    let sent = store::sent(tx, attempt, account).await?;
    Ok(sent.filter(|sent| sent.until > now && !sent.spent))
}

/// Takes a code; whether it is the attempt's, and its number the account's still, which it proves once more.
///
/// # Errors
/// See [`DbError`].
pub async fn check(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, attempt): (AccountId, [u8; 32]),
    typed: &str,
) -> Result<bool, DbError> {
    let now = accounts.parts().clock.now();
    let Some(code) = Answer::parse(typed) else { return Ok(false) };
    let Some(tried) = store::try_code(tx, attempt, account, now).await? else { return Ok(false) };
    if !constant_time_eq(&tried.mac, &mac(accounts, attempt, &code)) {
        return Ok(false);
    }
    let present = number(tx, account, now).await?;
    let Some(present) = present.filter(|present| present.name().as_str() == tried.name) else { return Ok(false) };
    if !store::spend_code(tx, attempt, account).await? {
        return Ok(false);
    }
    store::used(tx, account, now).await?;
    contact::store::set_proven(tx, account, ContactKind::Mobile, now).await?;
    accounts.parts().outbox.reached(tx, (present.kind().channel(), present.as_str())).await?;
    Ok(true)
}

/// The keyed hash of a code: there are a million of them, and without a key each is found at once.
fn mac(accounts: &Accounts, attempt: [u8; 32], code: &Answer) -> [u8; 32] {
    accounts.parts().sealer.mac(PURPOSE, &[&attempt[..], code.bytes()].concat())
}
