//! The guardian's answer: yes, by code or by link; no; and yes taken back.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::{constant_time_eq, sha256};

use super::ask::{code_mac, hash};
use super::model::{Ended, Guardian, Guardianship, State};
use super::{KEPT_WITHOUT, store};
use crate::accounts::captcha::Answer;
use crate::accounts::model::AccountId;
use crate::accounts::proof::issue::{self, Counted};
use crate::accounts::proof::{CODE_TRIES, Checked, Over, Stopped};
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::{Accounts, Trouble, closure, store as accounts_store};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::web::{documents, paths};

/// What came of an answer.
#[derive(Debug, Clone)]
pub(super) enum Consented {
    /// The account may go on.
    Done,
    /// The code was not taken.
    Not(Checked),
    /// The contact has consented for as many accounts as it may.
    TooManyChildren,
    /// There is nothing to answer any more.
    Over,
}

impl Accounts {
    /// Takes up the code that a guardian was sent, typed where the child asked.
    pub(super) async fn consent_by_code(
        &self,
        account: AccountId,
        code: String,
        caller: Caller,
    ) -> Result<Consented, Trouble> {
        Ok(self.write((account, code, caller), |accounts, args, tx| by_code(accounts, args, tx).boxed()).await?)
    }

    /// Whom a link asks about, and how that stands. Nothing is spent by looking.
    pub(super) async fn asked_by_link(&self, link: &str) -> Result<Option<Guardianship>, Trouble> {
        let (hash, sealer) = (sha256(link.as_bytes()), self.parts().sealer.clone());
        let found = self.parts().db.read(move |tx| {
            let sealer = sealer.clone();
            async move { store::find_by_link(tx, &*sealer, hash).await }.boxed()
        });
        Ok(found.await?)
    }

    /// The consent that a link takes back.
    pub(super) async fn consent_of_link(&self, link: &str) -> Result<Option<Guardianship>, Trouble> {
        let (hash, sealer) = (sha256(link.as_bytes()), self.parts().sealer.clone());
        let found = self.parts().db.read(move |tx| {
            let sealer = sealer.clone();
            async move { store::find_by_withdrawal(tx, &*sealer, hash).await }.boxed()
        });
        Ok(found.await?)
    }

    /// Consents, or refuses, by the link that a guardian was sent.
    pub(super) async fn answer_by_link(
        &self,
        link: &str,
        (consents, caller): (bool, Caller),
    ) -> Result<Consented, Trouble> {
        let args = (sha256(link.as_bytes()), consents, caller);
        Ok(self.write(args, |accounts, args, tx| by_link(accounts, args, tx).boxed()).await?)
    }

    /// Takes a consent back by its link; whether there was one.
    pub(super) async fn withdraw_consent(&self, link: &str, caller: Caller) -> Result<bool, Trouble> {
        let args = (sha256(link.as_bytes()), caller);
        Ok(self.write(args, |accounts, args, tx| withdraw(accounts, args, tx).boxed()).await?)
    }

    /// Sends the guardian another link to take it back, in place of the one before; why not, if not. `None`: there is
    /// nobody to send it to.
    pub(super) async fn send_withdrawal_link(
        &self,
        account: AccountId,
        (lang, caller): (Lang, Caller),
    ) -> Result<Option<Result<(), Stopped>>, Trouble> {
        let args = (account, lang, caller);
        Ok(self.write(args, |accounts, args, tx| send_again(accounts, args, tx).boxed()).await?)
    }
}

async fn by_code(
    accounts: Accounts,
    (account, typed, caller): (AccountId, String, Caller),
    tx: &mut Tx,
) -> Result<Consented, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(code) = Answer::parse(&typed) else { return Ok(Consented::Not(Checked::Missing)) };
    let tried = store::try_code(tx, account, now).await?;
    let found = store::find(tx, &*parts.sealer, account).await?.filter(|found| found.holds(now));
    let Some(Guardianship { state: State::Asked(asked), guardian: Some(guardian), .. }) = found else {
        return Ok(Consented::Over);
    };
    let Some((mac, tries)) = tried else {
        let over = if asked.tries >= CODE_TRIES { Over::Guessed } else { Over::Expired };
        return Ok(Consented::Not(Checked::Over(over)));
    };
    if !constant_time_eq(&mac, &code_mac(&accounts, account, &code)) {
        return Ok(Consented::Not(match CODE_TRIES.saturating_sub(tries) {
            0 => Checked::Over(Over::Guessed),
            left => Checked::Wrong { left },
        }));
    }
    consent(&accounts, tx, (account, &guardian), caller).await
}

async fn by_link(
    accounts: Accounts,
    (link, consents, caller): ([u8; 32], bool, Caller),
    tx: &mut Tx,
) -> Result<Consented, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let found = store::find_by_link(tx, &*parts.sealer, link).await?.filter(|found| found.holds(now));
    let Some(Guardianship { account, state: State::Asked(asked), guardian: Some(guardian), erase_at, .. }) = found
    else {
        return Ok(Consented::Over);
    };
    if asked.until <= now {
        return Ok(Consented::Over);
    }
    if consents {
        return consent(&accounts, tx, (account, &guardian), caller).await;
    }
    if !store::end(tx, (account, &State::Asked(asked)), Ended::Refused, None).await? {
        return Ok(Consented::Over);
    }
    let event = Event::GuardianRefused { account: account.to_string() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    let notice = Notice::GuardianMissing { until: erase_at.unwrap_or(now), link: page(&accounts) };
    closure::tell_contacts(&accounts, tx, (account, None), &notice).await?;
    Ok(Consented::Done)
}

/// The page on which a child asks.
pub(super) fn page(accounts: &Accounts) -> String {
    format!("{}{}", accounts.parts().web.origin, paths::GUARDIAN)
}

async fn consent(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, guardian): (AccountId, &Guardian),
    caller: Caller,
) -> Result<Consented, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    // Of many who ask one contact at once, no more are answered than may be.
    if store::has_enough(tx, hash(accounts, &guardian.contact), account).await? {
        return Ok(Consented::TooManyChildren);
    }
    let link = token(&*parts.entropy);
    if !store::consent(tx, account, (sha256(link.as_bytes()), documents::VERSION), now).await? {
        return Ok(Consented::Over);
    }
    let event = Event::GuardianConsented { account: account.to_string(), version: documents::VERSION.to_owned() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    let lang = accounts_store::claims(tx, account).await?.and_then(|claims| claims.locale).unwrap_or_default();
    let to = (guardian.contact.kind().channel(), guardian.contact.as_str());
    parts.outbox.reached(tx, (to.0.clone(), to.1)).await?;
    let undo = withdrawal(accounts, &link);
    parts.outbox.notice(tx, to, lang, &Notice::GuardianConsented { at: now, undo }).await?;
    closure::tell_contacts(accounts, tx, (account, None), &Notice::GuardianAgreed { at: now }).await?;
    Ok(Consented::Done)
}

fn withdrawal(accounts: &Accounts, token: &str) -> String {
    format!("{}{}?t={token}", accounts.parts().web.origin, paths::GUARDIAN_WITHDRAW)
}

/// Everything that the end of a consent brings about: the account is as it was before it, no site keeps what it was
/// granted, and who the guardian was is erased.
async fn withdraw(accounts: Accounts, (link, caller): ([u8; 32], Caller), tx: &mut Tx) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let found = store::find_by_withdrawal(tx, &*parts.sealer, link).await?;
    let Some(found) = found.filter(|found| matches!(found.state, State::Consented { .. }) && !found.is_grown(now))
    else {
        return Ok(false);
    };
    let (account, erase_at) = (found.account, now + KEPT_WITHOUT);
    if !store::end(tx, (account, &found.state), Ended::Withdrawn, Some(erase_at)).await? {
        return Ok(false);
    }
    let event = Event::GuardianWithdrew { account: account.to_string() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    sessions::end_all(&accounts, tx, account, EndReason::Guardian).await?;
    let notice = Notice::GuardianWithdrew { until: erase_at, link: page(&accounts) };
    closure::tell_contacts(&accounts, tx, (account, None), &notice).await?;
    Ok(true)
}

async fn send_again(
    accounts: Accounts,
    (account, lang, caller): (AccountId, Lang, Caller),
    tx: &mut Tx,
) -> Result<Option<Result<(), Stopped>>, DbError> {
    let parts = accounts.parts();
    let found = store::find(tx, &*parts.sealer, account).await?;
    let Some(Guardianship { state: State::Consented { at }, guardian: Some(guardian), .. }) = found else {
        return Ok(None);
    };
    let counted = Counted { contact: &guardian.contact, account: Some(account), from: caller };
    if let Some(stopped) = issue::count(&accounts, tx, &counted).await? {
        return Ok(Some(Err(stopped)));
    }
    let link = token(&*parts.entropy);
    if !store::replace_withdrawal(tx, account, sha256(link.as_bytes())).await? {
        return Ok(None);
    }
    let to = (guardian.contact.kind().channel(), guardian.contact.as_str());
    let undo = withdrawal(&accounts, &link);
    parts.outbox.notice(tx, to, lang, &Notice::GuardianConsented { at, undo }).await?;
    Ok(Some(Ok(())))
}
