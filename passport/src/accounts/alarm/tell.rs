//! Telling the owner of an account, with a link by which they say that it was not them.
//!
//! With the link it is kept from where somebody did what is told of, as far as anybody did it in a browser: its page
//! says so, in place of looking for it in the record later.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use super::link::AlarmToken;
use super::store::{self, NewLink};
use crate::accounts::Accounts;
use crate::accounts::contact::{self, Held};
use crate::accounts::model::AccountId;
use crate::accounts::store as accounts_store;
use crate::delivery::{Channel, MessageId, Notice};
use crate::limits::Subject;

/// An account, and from where somebody did to it what its owner is told of.
pub type Done = (AccountId, Option<Caller>);

/// Tells every proven contact of an account, in its owner's language.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_proven(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, from): Done,
    notice: &Notice,
) -> Result<(), DbError> {
    let lang = accounts_store::claims(tx, account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    for held in contact::store::standing(tx, account).await?.held().filter(|held| held.proven_at.is_some()) {
        tell(accounts, tx, ((account, from), lang), held, notice).await?;
    }
    Ok(())
}

/// Tells one contact of an account. One that was never proven may be a stranger's, who gets no link: it would let them
/// shut the account.
///
/// # Errors
/// See [`DbError`].
pub async fn tell(
    accounts: &Accounts,
    tx: &mut Tx,
    whose: (Done, Lang),
    held: &Held,
    notice: &Notice,
) -> Result<(), DbError> {
    let now = accounts.parts().clock.now();
    tell_at(accounts, tx, whose, held, (notice, now)).await.map(drop)
}

/// The same, not before that moment; the message, if one is sent.
pub(super) async fn tell_at(
    accounts: &Accounts,
    tx: &mut Tx,
    ((account, from), lang): (Done, Lang),
    held: &Held,
    (notice, due): (&Notice, Timestamp),
) -> Result<Option<MessageId>, DbError> {
    let parts = accounts.parts();
    let to = (held.contact.kind().channel(), held.contact.as_str());
    if to.0 == Channel::Sms && !may_text(accounts, tx, account, notice).await? {
        return Ok(None);
    }
    let mut link = None;
    if held.proven_at.is_some() && notice.may_be_denied() {
        let token = AlarmToken::new(&*parts.entropy);
        let via = held.contact.kind().code();
        let at = parts.clock.now();
        let new = NewLink { token_hash: token.hash(), account, via, about: notice.name(), at, from };
        store::insert_link(tx, &new).await?;
        link = Some(token.link(&parts.web.origin));
    }
    parts.outbox.notice_at(tx, to, lang, (notice, link.as_deref()), due).await.map(Some)
}

/// Whether an SMS is sent of it. Those of the first changes of a day have rung the bell, and each has the link that shuts
/// the account; a hundred more would only cost, and wear their reader out. Mails tell of every one.
async fn may_text(accounts: &Accounts, tx: &mut Tx, account: AccountId, notice: &Notice) -> Result<bool, DbError> {
    if !notice.may_come_often() {
        return Ok(true);
    }
    let (limits, now, id) = (&accounts.parts().limits, accounts.parts().clock.now(), account.to_string());
    Ok(limits.hit(tx, &limits.policy().factor_sms, Subject::Text(&id), now).await?.is_allowed())
}
