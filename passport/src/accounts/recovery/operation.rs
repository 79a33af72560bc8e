//! Asking, proving, waiting, cancelling.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::cookie::RecoveryToken;
use super::need::{Factors, Need, need};
use super::store::{self, By, Recovery, RecoveryId};
use super::{AFTER_WAIT, LIFETIME, WAIT};
use crate::accounts::contact::{self, Held, Standing};
use crate::accounts::factors::{Enrolled, store as factors};
use crate::accounts::model::{AccountId, Contact, ContactKind};
use crate::accounts::proof::{self, Checked, Followed, Issued, Over, Proof, ProofId, Purpose, Request};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble, alarm};
use crate::audit::{Actor, Event};
use crate::delivery::{Notice, ProofWords};
use crate::limits::{Subject, Verdict};
use crate::web::paths;

/// Who asks for a code.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    /// What was typed.
    pub(super) contact: Contact,
    /// In which language.
    pub(super) lang: Lang,
    /// From where.
    pub(super) from: Caller,
    /// The request that this one replaces.
    pub(super) replaces: Option<ProofId>,
}

/// The browser in which something is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    /// The hash of its token, if a recovery goes on in it.
    pub(super) recovery: Option<[u8; 32]>,
    /// Who asks, and from where.
    pub(super) caller: Caller,
}

/// A recovery as its browser sees it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The recovery.
    pub(super) recovery: Recovery,
    /// The contacts of the account.
    pub(super) standing: Standing,
    /// What stands beside its password.
    pub(super) enrolled: Enrolled,
    /// What is still needed.
    pub(super) need: Need,
}

impl Seen {
    /// The contact that was proven first.
    pub(super) fn first(&self) -> Option<&Held> {
        self.standing.held().find(|held| held.contact.name().as_str() == self.recovery.name)
    }
}

impl Accounts {
    /// Sends a code to who has that contact; the same for one that nobody has, without a message.
    pub(super) async fn ask_recovery(&self, asking: Asking) -> Result<Issued, Trouble> {
        Ok(self.write(asking, |accounts, asking, tx| ask(accounts, asking, tx).boxed()).await?)
    }

    /// Takes up a code. If it is right, the recovery goes on under that token: the browser's own, if it has one of the
    /// same account, or a new one.
    pub(super) async fn recover_by_code(
        &self,
        id: ProofId,
        code: String,
        browser: Here,
    ) -> Result<(Checked, RecoveryToken), Trouble> {
        let token = RecoveryToken::new(&*self.parts().entropy);
        let args = (id, code, browser, token.clone());
        let checked = self.write(args, |accounts, args, tx| by_code(accounts, args, tx).boxed()).await?;
        Ok((checked, token))
    }

    /// Looks where the link of a mail leads.
    pub(super) async fn follow_recovery_link(&self, link: String) -> Result<Followed, Trouble> {
        let accounts = self.clone();
        let found = self.parts().db.read(move |tx| {
            let (accounts, link) = (accounts.clone(), link.clone());
            async move { follow(&accounts, tx, &link).await }.boxed()
        });
        Ok(found.await?)
    }

    /// Takes up the link of a mail.
    pub(super) async fn recover_by_link(
        &self,
        link: String,
        browser: Here,
    ) -> Result<(Followed, RecoveryToken), Trouble> {
        let token = RecoveryToken::new(&*self.parts().entropy);
        let args = (link, browser, token.clone());
        let followed = self.write(args, |accounts, args, tx| by_link(accounts, args, tx).boxed()).await?;
        Ok((followed, token))
    }

    /// “Not me” on the link's page: the request ends, and with it every recovery of the account that is under way.
    pub(super) async fn refuse_recovery(&self, link: String, caller: Caller) -> Result<Followed, Trouble> {
        Ok(self.write((link, caller), |accounts, args, tx| refuse(accounts, args, tx).boxed()).await?)
    }

    /// The recovery with that secret, and what it still needs.
    pub(super) async fn recovery(&self, by: By, hash: [u8; 32]) -> Result<Option<Seen>, Trouble> {
        let now = self.parts().clock.now();
        Ok(self.parts().db.read(move |tx| see(tx, by, hash, now).boxed()).await?)
    }

    /// Sends a code to the account's other contact, and tells which it is.
    pub(super) async fn ask_second(
        &self,
        seen: &Seen,
        kind: ContactKind,
        (lang, from): (Lang, Caller),
    ) -> Result<Option<(Issued, Contact)>, Trouble> {
        let Some(held) = seen.standing.of(kind).filter(|_| seen.need.takes(kind)) else { return Ok(None) };
        let contact = held.contact.clone();
        let issued = self.ask_recovery(Asking { contact: contact.clone(), lang, from, replaces: None }).await?;
        Ok(Some((issued, contact)))
    }

    /// Begins the wait: every proven contact is told, and can cancel. With `lost`, the reset removes every factor. If too
    /// many were begun of a day: from when on there may be one.
    pub(super) async fn wait_for_recovery(
        &self,
        seen: Seen,
        lost: bool,
        from: (Lang, Caller),
    ) -> Result<Option<Timestamp>, Trouble> {
        Ok(self.write((seen, lost, from), |accounts, args, tx| wait(accounts, args, tx).boxed()).await?)
    }

    /// Ends a recovery by the link that every channel got; whether it had not ended before.
    pub(super) async fn cancel_recovery(&self, link: String, caller: Caller) -> Result<bool, Trouble> {
        Ok(self.write((link, caller), |accounts, args, tx| cancel(accounts, args, tx).boxed()).await?)
    }
}

pub(super) async fn ask(accounts: Accounts, asking: Asking, tx: &mut Tx) -> Result<Issued, DbError> {
    let account = accounts_store::find_by_name(tx, &asking.contact.name()).await?;
    let request = Request {
        purpose: Purpose::Recovery,
        words: ProofWords::Recovery,
        account,
        contact: asking.contact,
        lang: asking.lang,
        from: asking.from,
        replaces: asking.replaces,
    };
    proof::issue::issue(&accounts, tx, request).await
}

pub(super) async fn by_code(
    accounts: Accounts,
    (id, code, browser, token): (ProofId, String, Here, RecoveryToken),
    tx: &mut Tx,
) -> Result<Checked, DbError> {
    let checked = proof::check::by_code(&accounts, tx, (id, Purpose::Recovery), &code).await?;
    let Checked::Right(proof) = &checked else { return Ok(checked) };
    Ok(begin(&accounts, tx, proof, (browser, &token)).await?.map_or(checked, Checked::Over))
}

/// Looks where the link of a mail leads: to nothing, if the account has another address meanwhile.
async fn follow(accounts: &Accounts, tx: &mut Tx, link: &str) -> Result<Followed, DbError> {
    let followed = proof::check::follow(accounts, tx, link, &[Purpose::Recovery]).await?;
    let (Followed::Good(proof) | Followed::Over(proof, Over::Used)) = &followed else { return Ok(followed) };
    Ok(match held(tx, proof).await? {
        Err(over) => Followed::Over(proof.clone(), over),
        Ok(_) => followed,
    })
}

async fn by_link(
    accounts: Accounts,
    (link, browser, token): (String, Here, RecoveryToken),
    tx: &mut Tx,
) -> Result<Followed, DbError> {
    let followed = proof::check::by_link(&accounts, tx, &link, &[Purpose::Recovery]).await?;
    let Followed::Good(proof) = &followed else { return Ok(followed) };
    Ok(match begin(&accounts, tx, proof, (browser, &token)).await? {
        Some(over) => Followed::Over(proof.clone(), over),
        None => followed,
    })
}

/// The account's contact that was proven, or why that recovers nothing.
async fn held(tx: &mut Tx, proof: &Proof) -> Result<Result<(AccountId, ContactKind), Over>, DbError> {
    // One in a million guesses the code that nobody was sent.
    let Some(account) = proof.account else { return Ok(Err(Over::Expired)) };
    let standing = contact::store::standing(tx, account).await?;
    if let Some(held) = standing.held().find(|held| held.contact.name().as_str() == proof.name) {
        return Ok(Ok((account, held.contact.kind())));
    }
    // A former contact is a login name of the account for as long as it can take its place back.
    let former = accounts_store::find_by_name(tx, &proof.contact.name()).await? == Some(account);
    Ok(Err(if former { Over::Moved } else { Over::Taken }))
}

/// Begins a recovery, or adds to the one that this browser has of the same account; else why not.
async fn begin(
    accounts: &Accounts,
    tx: &mut Tx,
    proof: &Proof,
    (browser, token): (Here, &RecoveryToken),
) -> Result<Option<Over>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let (account, kind) = match held(tx, proof).await? {
        Ok(held) => held,
        Err(over) => return Ok(Some(over)),
    };
    let present = match browser.recovery {
        Some(hash) => going_on(tx, hash, proof, now).await?.filter(|present| present.account == account),
        None => None,
    };
    let id = match present {
        Some(present) => {
            store::set_token(tx, present.id, token.hash()).await?;
            present.id
        }
        None => {
            let id = RecoveryId::new(now, &*parts.entropy);
            store::insert(tx, (id, account, &proof.name), token.hash(), (now, now + LIFETIME)).await?;
            id
        }
    };
    store::set_proven(tx, id, kind, now).await?;
    let event = Event::RecoveryProven { account: account.to_string(), contact: kind.code().into() };
    parts.audit.record_from(tx, browser.caller, &Actor::Visitor, &event).await?;
    Ok(None)
}

/// The recovery that goes on in the browser with that token: its own, or, once the contact that was proven first is
/// proven again, the one whose link was followed in another browser before.
async fn going_on(tx: &mut Tx, hash: [u8; 32], proof: &Proof, now: Timestamp) -> Result<Option<Recovery>, DbError> {
    if let Some(own) = store::find(tx, By::Token, hash, now).await? {
        return Ok(Some(own));
    }
    let resumed = store::find(tx, By::Resume, hash, now).await?;
    Ok(resumed.filter(|recovery| recovery.proven.waited && recovery.name == proof.name))
}

async fn refuse(accounts: Accounts, (link, caller): (String, Caller), tx: &mut Tx) -> Result<Followed, DbError> {
    let followed = proof::check::refuse(&accounts, tx, &link, &[Purpose::Recovery]).await?;
    if let Followed::Good(Proof { account: Some(account), .. }) = &followed {
        end_all(&accounts, tx, *account, caller).await?;
    }
    Ok(followed)
}

async fn end_all(accounts: &Accounts, tx: &mut Tx, account: AccountId, caller: Caller) -> Result<(), DbError> {
    let parts = accounts.parts();
    store::end_all(tx, account, "cancelled", parts.clock.now()).await?;
    let event = Event::RecoveryCancelled { account: account.to_string() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await
}

/// Reads a recovery with what it needs.
pub(super) async fn see(tx: &mut Tx, by: By, hash: [u8; 32], now: Timestamp) -> Result<Option<Seen>, DbError> {
    let Some(recovery) = store::find(tx, by, hash, now).await? else { return Ok(None) };
    let standing = contact::store::standing(tx, recovery.account).await?;
    let enrolled = factors::enrolled(tx, recovery.account).await?;
    let factors = match (enrolled.any(), recovery.lost) {
        (false, _) => Factors::None,
        (true, true) => Factors::Lost,
        (true, false) if enrolled.sms => Factors::Number,
        (true, false) => Factors::Kept,
    };
    let need = need(&standing, factors, recovery.proven, now);
    let need = need.unless_by(&alarm::doubted(tx, recovery.account, now).await?, &standing, recovery.proven);
    Ok(Some(Seen { recovery, standing, enrolled, need }))
}

async fn wait(
    accounts: Accounts,
    (seen, lost, (lang, caller)): (Seen, bool, (Lang, Caller)),
    tx: &mut Tx,
) -> Result<Option<Timestamp>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if seen.recovery.wait_until.is_some() {
        return Ok(None);
    }
    let (limit, id) = (&parts.limits.policy().recovery_wait, seen.recovery.account.to_string());
    if let Verdict::Refused { until } = parts.limits.hit(tx, limit, Subject::Text(&id), now).await? {
        return Ok(Some(until));
    }
    let until = now + WAIT;
    let (resume, cancel) = (token(&*parts.entropy), token(&*parts.entropy));
    let hashes = (sha256(resume.as_bytes()), sha256(cancel.as_bytes()));
    if !store::set_wait(tx, seen.recovery.id, (until, until + AFTER_WAIT), hashes, lost.then_some(now)).await? {
        return Ok(None);
    }
    let link = |page: &str, token: &str| format!("{}{page}?t={token}", parts.web.origin);
    let lang =
        accounts_store::claims(tx, seen.recovery.account).await?.and_then(|claims| claims.locale).unwrap_or(lang);
    for held in seen.standing.held().filter(|held| held.proven_at.is_some()) {
        let notice = Notice::RecoveryWaits { until, cancel: link(paths::RECOVER_CANCEL, &cancel) };
        alarm::tell(&accounts, tx, ((seen.recovery.account, Some(caller)), lang), held, &notice).await?;
    }
    if let Some(first) = seen.first() {
        let notice = Notice::RecoveryWaited { until: until + AFTER_WAIT, resume: link(paths::RECOVER_RESUME, &resume) };
        let to = (first.contact.kind().channel(), first.contact.as_str());
        parts.outbox.notice_at(tx, to, lang, (&notice, None), until).await?;
    }
    let event = Event::RecoveryWaits { account: seen.recovery.account.to_string(), until: until.millis() };
    parts.audit.record_from(tx, caller, &Actor::Visitor, &event).await?;
    Ok(None)
}

async fn cancel(accounts: Accounts, (link, caller): (String, Caller), tx: &mut Tx) -> Result<bool, DbError> {
    let now = accounts.parts().clock.now();
    let Some(recovery) = store::find(tx, By::Cancel, sha256(link.as_bytes()), now).await? else { return Ok(false) };
    end_all(&accounts, tx, recovery.account, caller).await?;
    Ok(true)
}
