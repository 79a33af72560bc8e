//! Asking for a proof: the limits, the code, the message and the row.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::model::{Over, ProofId, Purpose};
use super::store::{self, NewProof};
use super::{CODE_PURPOSE, PAUSE};
use crate::accounts::Accounts;
use crate::accounts::captcha::Answer;
use crate::accounts::model::{AccountId, Contact};
use crate::delivery::{ProofLetter, ProofWords};
use crate::limits::{AddressBlock, Subject, Verdict};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is to prove.
    pub purpose: Purpose,
    /// What the message tells.
    pub words: ProofWords,
    /// Whose contact it is; `None`: nobody's, and nothing is sent, unless the purpose reaches anybody.
    pub account: Option<AccountId>,
    /// Where the message goes.
    pub contact: Contact,
    /// In which language.
    pub lang: Lang,
    /// Who asks.
    pub from: Caller,
    /// The request that this one replaces.
    pub replaces: Option<ProofId>,
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issued {
    /// It is on its way.
    Sent(ProofId),
    /// Asked for too often.
    TooMany(Stopped),
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// What there was too much of.
    pub cap: Cap,
    /// From when on it may be asked for again.
    pub until: Timestamp,
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// The same page asked a moment ago.
    Pause,
    /// Messages to that contact.
    Contact,
    /// Messages that one account asks for.
    Account,
    /// Messages that are asked for from one network.
    Network,
}

/// Asks for a proof within the caller's transaction, unless that happens too often.
///
/// # Errors
/// See [`DbError`].
pub async fn issue(accounts: &Accounts, tx: &mut Tx, request: Request) -> Result<Issued, DbError> {
    let now = accounts.parts().clock.now();
    if let Some(former) = request.replaces
        && let Some(former) = store::find(tx, former).await?
        && former.created_at + PAUSE > now
    {
        return Ok(Issued::TooMany(Stopped { cap: Cap::Pause, until: former.created_at + PAUSE }));
    }
    let account = request.account.filter(|_| request.purpose.is_of_a_session());
    let counted = Counted { contact: &request.contact, account, from: request.from };
    if let Some(stopped) = count(accounts, tx, &counted).await? {
        return Ok(Issued::TooMany(stopped));
    }
    if let Some(former) = request.replaces {
        store::end(tx, former, Over::Replaced, now).await?;
    }
    send(accounts, tx, &request).await.map(Issued::Sent)
}

/// What a message is counted by that proves that it was read.
pub(in crate::accounts) struct Counted<'c> {
    /// Where it goes.
    pub(in crate::accounts) contact: &'c Contact,
    /// Who asks, signed in.
    pub(in crate::accounts) account: Option<AccountId>,
    /// From where.
    pub(in crate::accounts) from: Caller,
}

/// Counts for the address block, for the contact as this block asks for it, and for the contact in all: one who floods
/// a stranger's mailbox runs into the second long before the owner, asking from elsewhere, would meet the third. Who is
/// signed in is counted by the account as well, or it would write to a hundred strangers. A forgotten password is not:
/// that two names are of one account, whoever asks for them would learn.
pub(in crate::accounts) async fn count(
    accounts: &Accounts,
    tx: &mut Tx,
    asked: &Counted<'_>,
) -> Result<Option<Stopped>, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let name = asked.contact.name();
    let pair = format!("{}\0{}", name.as_str(), asked.from.network);
    let (policy, block) = (limits.policy(), AddressBlock::of(asked.from.network.address()));
    let account = asked.account.map(|account| account.to_string());
    let counted = [
        (Cap::Network, &policy.proof_address, Some(Subject::Address(block))),
        (Cap::Account, &policy.proof_account, account.as_deref().map(Subject::Text)),
        (Cap::Contact, &policy.proof_contact_address, Some(Subject::Text(&pair))),
        (Cap::Contact, &policy.proof_contact, Some(Subject::Text(name.as_str()))),
    ];
    for (cap, limit, subject) in counted {
        let Some(subject) = subject else { continue };
        if let Verdict::Refused { until } = limits.hit(tx, limit, subject, now).await? {
            return Ok(Some(Stopped { cap, until }));
        }
    }
    Ok(None)
}

/// Writes message and row.
pub(in crate::accounts) async fn send(accounts: &Accounts, tx: &mut Tx, request: &Request) -> Result<ProofId, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let id = ProofId::new(now, &*parts.entropy);
    let code = Answer::digits(&*parts.entropy);
    let page = request.purpose.page().filter(|_| matches!(request.contact, Contact::Email(_)));
    let link = page.map(|page| (page, token(&*parts.entropy)));
    let letter = ProofLetter {
        words: request.words,
        code: code.text().into_owned(),
        link: link.as_ref().map(|(page, token)| format!("{}{page}?t={token}", parts.web.origin)),
        from: request.from.network.to_string(),
        at: now,
    };
    let (to, lang) = (request.contact.as_str(), request.lang);
    let goes = request.account.is_some() || request.purpose.reaches_anybody();
    let message = match &request.contact {
        Contact::Email(_) if goes => parts.outbox.proof_mail(tx, to, lang, &letter).await?,
        Contact::Mobile(_) if goes => parts.outbox.proof_sms(tx, to, lang, &letter).await?,
        contact => parts.outbox.withhold_proof(tx, contact.as_str(), lang, &letter).await?,
    };
    let new = NewProof {
        id,
        purpose: request.purpose,
        account: request.account,
        contact: &request.contact,
        code_mac: code_mac(accounts, id, &code),
        link_hash: link.map(|(_, token)| sha256(token.as_bytes())),
        asked_from: &letter.from,
        message,
    };
    store::insert(tx, &new, now).await?;
    Ok(id)
}

/// The keyed hash of a code: there are a million of them, and without a key each is found at once.
pub(super) fn code_mac(accounts: &Accounts, id: ProofId, code: &Answer) -> [u8; 32] {
    let data = [id.to_string().as_bytes(), code.bytes()].concat();
    accounts.parts().sealer.mac(CODE_PURPOSE, &data)
}
