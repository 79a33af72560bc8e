//! Asking a guardian: the limits, the code, the link, the message.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::known::restate;
use super::model::{Guardian, Guardianship, State, Why};
use super::store::{self, NewRequest};
use super::{ANSWER_WITHIN, KEPT_WITHOUT};
use crate::accounts::captcha::Answer;
use crate::accounts::model::{AccountId, Contact};
use crate::accounts::proof::issue::{self, Counted};
use crate::accounts::proof::{CODE_LIFETIME, Cap, PAUSE, Stopped};
use crate::accounts::{Accounts, Trouble, contact};
use crate::audit::{Actor, Event};
use crate::delivery::{ProofLetter, ProofWords};
use crate::web::{KeyUse, paths};

/// What is asked for, by whom.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) account: AccountId,
    pub(super) guardian: Guardian,
    /// From when on the child is 14, as they say.
    pub(super) of_age_at: Option<Timestamp>,
    pub(super) lang: Lang,
    pub(super) caller: Caller,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// The guardian was written to.
    Sent,
    /// By the day that was given nobody has to be asked.
    Grown,
    /// The same, and that can only be shown by a document by now.
    GrownTooLate,
    /// The contact is the child's own.
    Own,
    /// The contact has consented for as many accounts as it may.
    TooManyChildren,
    /// Messages were asked for too often.
    TooOften(Stopped),
    /// Nothing is to be asked: it was answered in another tab.
    Nothing,
}

impl Accounts {
    /// Asks a guardian.
    pub(super) async fn ask_guardian(&self, asking: Asking) -> Result<Answered, Trouble> {
        Ok(self.write(asking, |accounts, asking, tx| async move { ask(&accounts, tx, asking).await }.boxed()).await?)
    }

    /// Asks the same one once more.
    pub(super) async fn ask_guardian_again(
        &self,
        account: AccountId,
        (lang, caller): (Lang, Caller),
    ) -> Result<Answered, Trouble> {
        let args = (account, lang, caller);
        Ok(self.write(args, |accounts, args, tx| async move { ask_again(&accounts, tx, args).await }.boxed()).await?)
    }
}

async fn ask_again(
    accounts: &Accounts,
    tx: &mut Tx,
    (account, lang, caller): (AccountId, Lang, Caller),
) -> Result<Answered, DbError> {
    let found = store::find(tx, &*accounts.parts().sealer, account).await?;
    let Some(guardian) = found.and_then(|found| found.guardian) else { return Ok(Answered::Nothing) };
    ask(accounts, tx, Asking { account, guardian, of_age_at: None, lang, caller }).await
}

async fn ask(accounts: &Accounts, tx: &mut Tx, asking: Asking) -> Result<Answered, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let found = store::find(tx, &*parts.sealer, asking.account).await?;
    let Some(found) = found.filter(|found| found.holds(now)) else { return Ok(Answered::Nothing) };
    if asking.of_age_at.is_some_and(|at| at <= now) && found.why != Why::Document {
        if !found.may_be_restated() {
            return Ok(Answered::GrownTooLate);
        }
        restate(accounts, tx, &found, (Why::Declared, Some(asking.caller))).await?;
        return Ok(Answered::Grown);
    }
    if let Some(answered) = refused(accounts, tx, (&found, &asking), now).await? {
        return Ok(answered);
    }
    send(accounts, tx, (&found, &asking), now).await
}

/// Why nobody is written to, if so.
async fn refused(
    accounts: &Accounts,
    tx: &mut Tx,
    (found, asking): (&Guardianship, &Asking),
    now: Timestamp,
) -> Result<Option<Answered>, DbError> {
    let contact = &asking.guardian.contact;
    let standing = contact::store::standing(tx, asking.account).await?;
    if standing.held().any(|held| held.contact.name() == contact.name()) {
        return Ok(Some(Answered::Own));
    }
    if store::has_enough(tx, hash(accounts, contact), asking.account).await? {
        return Ok(Some(Answered::TooManyChildren));
    }
    if let State::Asked(asked) = found.state
        && asked.sent_at + PAUSE > now
        && found.guardian.as_ref().is_some_and(|before| before.contact == *contact)
    {
        return Ok(Some(Answered::TooOften(Stopped { cap: Cap::Pause, until: asked.sent_at + PAUSE })));
    }
    let counted = Counted { contact, account: Some(asking.account), from: asking.caller };
    Ok(issue::count(accounts, tx, &counted).await?.map(Answered::TooOften))
}

async fn send(
    accounts: &Accounts,
    tx: &mut Tx,
    (found, asking): (&Guardianship, &Asking),
    now: Timestamp,
) -> Result<Answered, DbError> {
    let parts = accounts.parts();
    let contact = &asking.guardian.contact;
    let (code, link) = (Answer::digits(&*parts.entropy), token(&*parts.entropy));
    let letter = ProofLetter {
        words: ProofWords::Guardian,
        code: code.text().into_owned(),
        link: Some(format!("{}{}?t={link}", parts.web.origin, paths::GUARDIAN_CONSENT)),
        from: asking.caller.network.to_string(),
        at: now,
    };
    let message = match contact {
        Contact::Email(_) => parts.outbox.proof_mail(tx, contact.as_str(), asking.lang, &letter).await?,
        Contact::Mobile(_) => parts.outbox.proof_sms(tx, contact.as_str(), asking.lang, &letter).await?,
    };
    let until = now + ANSWER_WITHIN;
    let new = NewRequest {
        account: asking.account,
        guardian: &asking.guardian,
        contact_hash: hash(accounts, contact),
        code_mac: code_mac(accounts, asking.account, &code),
        link_hash: sha256(link.as_bytes()),
        message,
        code_until: now + CODE_LIFETIME,
        until,
        // What a document says, nobody says otherwise.
        of_age_at: asking.of_age_at.filter(|_| found.why != Why::Document),
    };
    if !store::ask(tx, &*parts.sealer, &new, now).await? {
        return Ok(Answered::Nothing);
    }
    let account = asking.account.to_string();
    let event = Event::GuardianAsked { account: account.clone(), until: until.millis() };
    parts.audit.record_from(tx, asking.caller, &Actor::Account(account), &event).await?;
    Ok(Answered::Sent)
}

/// What the accounts of one contact are found by.
pub(super) fn hash(accounts: &Accounts, contact: &Contact) -> [u8; 32] {
    accounts.parts().outbox.recipient(&contact.kind().channel(), contact.as_str())
}

/// The keyed hash of a code: there are a million of them, and without a key each is found at once.
pub(super) fn code_mac(accounts: &Accounts, account: AccountId, code: &Answer) -> [u8; 32] {
    let data = [b"guardian\0", account.to_string().as_bytes(), code.bytes()].concat();
    accounts.parts().sealer.mac(KeyUse::ProofCode, &data)
}

const _: () = assert!(ANSWER_WITHIN.as_secs() < KEPT_WITHOUT.as_secs(), "who is asked has time to answer");
