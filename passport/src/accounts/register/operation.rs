//! The operation of registering.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::form::{RegisterForm, Registration};
use crate::accounts::contact::{self, Held, Standing};
use crate::accounts::guardian::{self, Known};
use crate::accounts::model::{AccountId, Contact, Email, LoginName, Mobile};
use crate::accounts::proof::{self, Purpose, Request};
use crate::accounts::store::{self, Accepted, NewAccount, SealedIdentity};
use crate::accounts::{Accounts, DOCUMENT_PURPOSE, Trouble, alarm, appeals};
use crate::audit::{Actor, Event};
use crate::delivery::{Notice, ProofWords};
use crate::limits::{AddressBlock, Subject, Verdict};
use crate::web::documents::{self, Document};

/// The answer to a [`Registration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The account is there; it may have been by an earlier copy of the same form.
    Done,
    /// The mail address or the mobile number belongs to another account. Which one is not told.
    ContactTaken,
    /// The document belongs to another account.
    DocumentTaken,
    /// Too many registrations, or too many taken names, from this address block.
    TooMany {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Whether an earlier copy of the form, for the same person, has made its account already.
    ///
    /// # Errors
    /// The database.
    pub async fn is_registered(&self, form: &RegisterForm) -> Result<bool, Trouble> {
        let (Ok(email), Ok(mobile)) = (Email::parse(&form.email), Mobile::parse(&form.mobile)) else {
            return Ok(false);
        };
        let key = form_hash(&form.form_key, &email, &mobile);
        let db = &self.parts().db;
        Ok(db.read(move |tx| async move { store::is_registered(tx, &key).await }.boxed()).await?)
    }

    /// Makes the account, or says why not.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then nothing was done.
    pub async fn register(
        &self,
        registration: Registration,
        form_key: &str,
        lang: Lang,
        caller: Caller,
    ) -> Result<Registered, Trouble> {
        let address = AddressBlock::of(caller.network.address());
        let counted = self.write(address, |accounts, address, tx| count(accounts, address, tx).boxed()).await?;
        if let Verdict::Refused { until } = counted {
            return Ok(Registered::TooMany { until });
        }
        let parts = self.parts();
        let password_hash = parts.hasher.hash(registration.password.secret()).await?;
        let identity = registration.document.as_ref().map(|document| SealedIdentity {
            kind: document.kind(),
            number_sealed: parts.sealer.seal(DOCUMENT_PURPOSE, document.number().as_bytes()),
            hashes: self.document_hashes(document),
        });
        let form_hash = form_hash(form_key, &registration.email, &registration.mobile);
        let new = NewAccount {
            id: AccountId::new(parts.clock.now(), &*parts.entropy),
            name: registration.name,
            email: Some(registration.email),
            mobile: Some(registration.mobile),
            plain_name: None,
            locale: Some(lang),
            password_hash,
            form_hash: Some(form_hash),
        };
        let known = if registration.under_age { Known::Declared } else { Known::Nothing };
        let args = (new.clone(), (identity, known), caller);
        let made = self.write(args, |accounts, args, tx| make(accounts, args, tx).boxed()).await;
        match made {
            Ok(()) => Ok(Registered::Done),
            Err(DbError::Conflict { constraint }) if constraint.contains("form_hash") => Ok(Registered::Done),
            Err(DbError::Conflict { constraint }) => {
                let document = constraint.contains("number_mac");
                let told = (new, lang, caller, document);
                Ok(self.write(told, |accounts, args, tx| tell_taken(accounts, args, tx).boxed()).await?)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What two copies of one form have in common. The contacts are part of it: where many register at one computer, the
/// browser's Back shows the next person the form of the one before, and that is a form of its own.
fn form_hash(form_key: &str, email: &Email, mobile: &Mobile) -> [u8; 32] {
    sha256(format!("{form_key}\0{}\0{}", email.folded(), mobile.as_str()).as_bytes())
}

async fn count(accounts: Accounts, address: AddressBlock, tx: &mut Tx) -> Result<Verdict, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let block = Subject::Address(address);
    // Who has used up the answers about taken names gets no other answer either.
    let taken = limits.peek(tx, &limits.policy().registration_conflict_address, block, now).await?;
    if !taken.is_allowed() {
        return Ok(taken);
    }
    limits.hit(tx, &limits.policy().registration_address, block, now).await
}

/// Everything that makes an account, in one transaction.
async fn make(
    accounts: Accounts,
    (new, (identity, known), caller): (NewAccount, (Option<SealedIdentity>, Known), Caller),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    store::insert(tx, &new, now).await?;
    if let Some(identity) = &identity {
        // Somebody has won it, and has a while to bind it: to others it is as taken as one that is bound.
        if appeals::is_kept(&accounts, tx, identity.hashes, now).await? {
            return Err(DbError::Conflict { constraint: "number_mac".to_owned() });
        }
        store::insert_identity(tx, new.id, identity, now).await?;
    }
    let account = new.id.to_string();
    let actor = Actor::Account(account.clone());
    parts.audit.record_from(tx, caller, &actor, &Event::AccountRegistered { account }).await?;
    let lang = new.locale.unwrap_or_default();
    accept_agreements(&accounts, tx, (new.id, lang), caller).await?;
    guardian::look(&accounts, tx, (new.id, known), caller).await?;
    if let Some(email) = new.email {
        let request = Request {
            purpose: Purpose::Contact,
            words: ProofWords::Registered,
            account: Some(new.id),
            contact: Contact::Email(email),
            lang,
            from: caller,
            replaces: None,
        };
        proof::issue::send(&accounts, tx, &request).await?;
    }
    Ok(())
}

/// Notes that both agreements were accepted, in the texts of that language.
pub(in crate::accounts) async fn accept_agreements(
    accounts: &Accounts,
    tx: &mut Tx,
    (id, lang): (AccountId, Lang),
    caller: Caller,
) -> Result<(), DbError> {
    let parts = accounts.parts();
    for (document, code) in [(Document::Agreement, "agreement"), (Document::Privacy, "privacy")] {
        let accepted =
            Accepted { document: code, version: documents::VERSION.to_owned(), sha256: document.digest(lang) };
        store::insert_agreement(tx, id, &accepted, parts.clock.now()).await?;
    }
    let account = id.to_string();
    let accepted = Event::AgreementAccepted { account: account.clone(), version: documents::VERSION.to_owned() };
    parts.audit.record_from(tx, caller, &Actor::Account(account), &accepted).await
}

/// Counts the answer that something is taken, and tells the holders, each once a day at most: strangers must not be
/// able to fill a mailbox.
async fn tell_taken(
    accounts: Accounts,
    (new, lang, caller, document): (NewAccount, Lang, Caller, bool),
    tx: &mut Tx,
) -> Result<Registered, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let limit = &limits.policy().registration_conflict_address;
    if let Verdict::Refused { until } =
        limits.hit(tx, limit, Subject::Address(AddressBlock::of(caller.network.address())), now).await?
    {
        return Ok(Registered::TooMany { until });
    }
    if document {
        return Ok(Registered::DocumentTaken);
    }
    let names = [new.email.as_ref().map(LoginName::email), new.mobile.as_ref().map(LoginName::mobile)];
    for name in names.into_iter().flatten() {
        let Some(holder) = store::find_by_name(tx, &name).await? else { continue };
        let account = holder.to_string();
        if !limits
            .hit(tx, &limits.policy().registration_conflict_mail, Subject::Text(&account), now)
            .await?
            .is_allowed()
        {
            continue;
        }
        let lang = store::claims(tx, holder).await?.and_then(|claims| claims.locale).unwrap_or(lang);
        let Standing { email, mobile } = contact::store::standing(tx, holder).await?;
        // One that is proven, if there is one: another may be a stranger's. A mail before an SMS.
        let mut told: Vec<Held> = email.into_iter().chain(mobile).collect();
        told.sort_by_key(|held| held.proven_at.is_none());
        if let Some(held) = told.first() {
            alarm::tell(&accounts, tx, ((holder, Some(caller)), lang), held, &Notice::ContactTaken).await?;
        }
    }
    Ok(Registered::ContactTaken)
}
