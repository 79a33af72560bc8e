//! Using what was sent: the code, or the link.

use shared::db::{DbError, Tx};
use shared::secret::{constant_time_eq, sha256};

use super::issue::code_mac;
use super::model::{Over, Proof, ProofId, Purpose};
use super::{CODE_TRIES, store};
use crate::accounts::Accounts;
use crate::accounts::captcha::Answer;

/// The answer to a code.
#[derive(Debug, Clone)]
pub enum Checked {
    /// It is the right one, and spent by this.
    Right(Proof),
    /// Nothing was typed.
    Missing,
    /// It is another one.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// It came with an earlier message, and is not taken any more.
    Former,
    /// The request is over.
    Over(Over),
    /// There is no such request.
    Unknown,
}

/// Where a link leads.
#[derive(Debug, Clone)]
pub enum Followed {
    /// To its purpose, once its button is pressed.
    Good(Proof),
    /// Nowhere any more.
    Over(Proof, Over),
    /// There is no such link.
    Unknown,
}

/// Takes up a code within the caller's transaction. The answer must leave the operation as a value: an error would roll
/// back that the try is counted.
///
/// # Errors
/// See [`DbError`].
pub async fn by_code(
    accounts: &Accounts,
    tx: &mut Tx,
    (id, purpose): (ProofId, Purpose),
    typed: &str,
) -> Result<Checked, DbError> {
    let now = accounts.parts().clock.now();
    let Some(code) = Answer::parse(typed) else { return Ok(Checked::Missing) };
    let tried = store::try_code(tx, id, purpose, now).await?;
    let Some(proof) = store::find(tx, id).await?.filter(|proof| proof.purpose == purpose) else {
        return Ok(Checked::Unknown);
    };
    let Some(tried) = tried else { return Ok(Checked::Over(proof.code_over(now).unwrap_or(Over::Expired))) };
    if constant_time_eq(&tried.code_mac, &code_mac(accounts, id, &code)) {
        store::prove(tx, id, now).await?;
        store::end_all(tx, &proof, Over::Replaced, now).await?;
        reached(accounts, tx, &proof).await?;
        return Ok(Checked::Right(proof));
    }
    for (former, mac) in store::former_codes(tx, &proof, now).await? {
        if constant_time_eq(&mac, &code_mac(accounts, former, &code)) {
            return Ok(Checked::Former);
        }
    }
    match CODE_TRIES.saturating_sub(tried.tries) {
        0 => Ok(Checked::Over(Over::Guessed)),
        left => Ok(Checked::Wrong { left }),
    }
}

/// Looks where a link leads. Nothing is spent: programs that look for dangers in mails follow links.
///
/// # Errors
/// See [`DbError`].
pub async fn follow(accounts: &Accounts, tx: &mut Tx, token: &str, purposes: &[Purpose]) -> Result<Followed, DbError> {
    let now = accounts.parts().clock.now();
    let found = store::find_by_link(tx, sha256(token.as_bytes())).await?;
    Ok(match found.filter(|proof| purposes.contains(&proof.purpose)) {
        None => Followed::Unknown,
        Some(proof) => match proof.link_over(now) {
            None => Followed::Good(proof),
            Some(over) => Followed::Over(proof, over),
        },
    })
}

/// Spends a link, as its page's button asks.
///
/// # Errors
/// See [`DbError`].
pub async fn by_link(accounts: &Accounts, tx: &mut Tx, token: &str, purposes: &[Purpose]) -> Result<Followed, DbError> {
    let now = accounts.parts().clock.now();
    let followed = follow(accounts, tx, token, purposes).await?;
    let Followed::Good(proof) = followed else { return Ok(followed) };
    if !store::prove(tx, proof.id, now).await? {
        return Ok(Followed::Over(proof, Over::Used));
    }
    store::end_all(tx, &proof, Over::Replaced, now).await?;
    reached(accounts, tx, &proof).await?;
    Ok(Followed::Good(proof))
}

/// Who shows what was sent to a contact is reached there, whatever was said of it before.
async fn reached(accounts: &Accounts, tx: &mut Tx, proof: &Proof) -> Result<(), DbError> {
    let contact = &proof.contact;
    accounts.parts().outbox.reached(tx, (contact.kind().channel(), contact.as_str())).await
}

/// Ends a request whose link's page was answered with “not me”.
///
/// # Errors
/// See [`DbError`].
pub async fn refuse(accounts: &Accounts, tx: &mut Tx, token: &str, purposes: &[Purpose]) -> Result<Followed, DbError> {
    let followed = follow(accounts, tx, token, purposes).await?;
    if let Followed::Good(proof) = &followed {
        store::end_all(tx, proof, Over::Refused, accounts.parts().clock.now()).await?;
    }
    Ok(followed)
}
