//! What can be done with a contact.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use super::claimed::{self, Holder};
use super::store::{self, Standing};
use super::{aging, change};
use crate::accounts::model::{AccountId, Contact, ContactKind, Email};
use crate::accounts::proof::{self, Checked, Followed, Issued, Over, ProofId, Purpose, Request};
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::{self, Progress, ProofWords, Unreachable};
use crate::limits::{AddressBlock, Subject, Verdict};

/// What proofs of contacts are asked for.
const OURS: [Purpose; 2] = [Purpose::Contact, Purpose::Change];

/// The answer to a corrected address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It stands corrected, and a proof of it was asked for.
    Done(Issued),
    /// Another account has it.
    Taken,
    /// It was told too often what is taken.
    TooMany {
        /// From when on it may be tried again.
        until: Timestamp,
    },
    /// Something of the account is proven, or was: an address is not corrected any more but changed, as a session alone may
    /// not.
    Proven,
}

/// What “not me” brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The account that had claimed the address has it no more.
    Removed,
    /// The request is over; the address was proven before and stays.
    Ended,
}

/// What is known against the contacts of an account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach {
    email: Option<Unreachable>,
    mobile: Option<Unreachable>,
}

impl Reach {
    /// Of that kind.
    pub(super) const fn of(self, kind: ContactKind) -> Option<Unreachable> {
        match kind {
            ContactKind::Email => self.email,
            ContactKind::Mobile => self.mobile,
        }
    }

    const fn of_mut(&mut self, kind: ContactKind) -> &mut Option<Unreachable> {
        match kind {
            ContactKind::Email => &mut self.email,
            ContactKind::Mobile => &mut self.mobile,
        }
    }
}

/// Who asks, and how they are written to.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The account.
    pub account: AccountId,
    /// In which language.
    pub lang: Lang,
    /// From where.
    pub from: Caller,
}

impl Accounts {
    /// The contacts of an account, and how each could not be reached the last time.
    pub(super) async fn contacts_reached(&self, account: AccountId) -> Result<(Standing, Reach), Trouble> {
        let outbox = self.parts().outbox.clone();
        let found = self.parts().db.read(move |tx| {
            let outbox = outbox.clone();
            async move {
                let standing = store::standing(tx, account).await?;
                let mut reach = Reach::default();
                for held in standing.held() {
                    let to = (held.contact.kind().channel(), held.contact.as_str());
                    *reach.of_mut(held.contact.kind()) = outbox.unreachable(tx, to).await?;
                }
                Ok::<_, DbError>((standing, reach))
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// Whether a mistyped address of an account is corrected by who has its session.
    pub(super) async fn may_correct(&self, account: AccountId) -> Result<bool, Trouble> {
        Ok(self.parts().db.read(move |tx| store::was_never_proven(tx, account).boxed()).await?)
    }

    /// The contacts of an account.
    ///
    /// # Errors
    /// The database.
    pub async fn contacts(&self, account: AccountId) -> Result<Standing, Trouble> {
        Ok(self.parts().db.read(move |tx| store::standing(tx, account).boxed()).await?)
    }

    /// Sends another proof in place of one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn ask_again(&self, asking: Asking, former: proof::Proof) -> Result<Issued, Trouble> {
        Ok(self.write((asking, former), |accounts, args, tx| ask_again(accounts, args, tx).boxed()).await?)
    }

    /// Sends a proof to the contact of that kind; `None` if the account has none, or it is proven already.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn ask_contact_proof(&self, asking: Asking, kind: ContactKind) -> Result<Option<Issued>, Trouble> {
        Ok(self.write((asking, kind), |accounts, args, tx| ask(accounts, args, tx).boxed()).await?)
    }

    /// A request of the account, and how far its message has come.
    pub(super) async fn contact_proof(
        &self,
        account: AccountId,
        id: ProofId,
    ) -> Result<Option<(proof::Proof, Progress)>, Trouble> {
        let found = self.parts().db.read(move |tx| {
            async move {
                let found = proof::store::find(tx, id).await?;
                let ours = |proof: &proof::Proof| proof.account == Some(account) && OURS.contains(&proof.purpose);
                let Some(proof) = found.filter(ours) else {
                    return Ok::<_, DbError>(None);
                };
                let progress = delivery::store::progress(tx, proof.message).await?;
                Ok(Some((proof, progress)))
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// Takes up the code of a request of the account.
    pub(super) async fn prove_by_code(&self, asking: Asking, id: ProofId, code: String) -> Result<Checked, Trouble> {
        Ok(self.write((asking, id, code), |accounts, args, tx| by_code(accounts, args, tx).boxed()).await?)
    }

    /// Looks where a link leads.
    pub(super) async fn follow_contact_link(&self, token: String) -> Result<(Followed, Standing), Trouble> {
        let accounts = self.clone();
        let found = self.parts().db.read(move |tx| {
            let (accounts, token) = (accounts.clone(), token.clone());
            async move {
                let followed = proof::check::follow(&accounts, tx, &token, &OURS).await?;
                let account = match &followed {
                    Followed::Good(proof) | Followed::Over(proof, _) => proof.account,
                    Followed::Unknown => None,
                };
                let standing = match account {
                    Some(account) => store::standing(tx, account).await?,
                    None => Standing::default(),
                };
                Ok::<_, DbError>((followed, standing))
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// Takes up a link.
    pub(super) async fn prove_by_link(&self, token: String, caller: Caller) -> Result<Followed, Trouble> {
        Ok(self.write((token, caller), |accounts, args, tx| by_link(accounts, args, tx).boxed()).await?)
    }

    /// “Not me” on a link's page; `None` if the link was over.
    pub(super) async fn refuse_by_link(&self, token: String, caller: Caller) -> Result<Option<Refused>, Trouble> {
        Ok(self.write((token, caller), |accounts, args, tx| refuse(accounts, args, tx).boxed()).await?)
    }

    /// Puts another mail address in place of the present one, if nothing of the account was ever proven, and asks for a
    /// proof of it.
    pub(super) async fn correct_email(&self, asking: Asking, email: Email) -> Result<Corrected, Trouble> {
        let corrected = self.write((asking, email), |accounts, args, tx| correct(accounts, args, tx).boxed()).await;
        match corrected {
            Err(DbError::Conflict { .. }) => {
                Ok(self.write(asking, |a, asking, tx| taken(a, asking, tx).boxed()).await?)
            }
            other => Ok(other?),
        }
    }
}

async fn ask(
    accounts: Accounts,
    (asking, kind): (Asking, ContactKind),
    tx: &mut Tx,
) -> Result<Option<Issued>, DbError> {
    let standing = store::standing(tx, asking.account).await?;
    let now = accounts.parts().clock.now();
    let open = |held: &&store::Held| held.proven_at.is_none() || aging::is_old(held, now);
    let Some(held) = standing.of(kind).filter(open) else { return Ok(None) };
    proof::issue::issue(&accounts, tx, request(asking, held.contact.clone())).await.map(Some)
}

async fn ask_again(
    accounts: Accounts,
    (asking, former): (Asking, proof::Proof),
    tx: &mut Tx,
) -> Result<Issued, DbError> {
    let request = Request { purpose: former.purpose, replaces: Some(former.id), ..request(asking, former.contact) };
    proof::issue::issue(&accounts, tx, request).await
}

fn request(asking: Asking, contact: Contact) -> Request {
    Request {
        purpose: Purpose::Contact,
        words: ProofWords::Contact,
        account: Some(asking.account),
        contact,
        lang: asking.lang,
        from: asking.from,
        replaces: None,
    }
}

async fn by_code(
    accounts: Accounts,
    (asking, id, code): (Asking, ProofId, String),
    tx: &mut Tx,
) -> Result<Checked, DbError> {
    // Another account's request is as good as none: no try of it is spent.
    let purpose = match proof::store::find(tx, id).await? {
        Some(proof) if proof.account == Some(asking.account) && OURS.contains(&proof.purpose) => proof.purpose,
        _ => return Ok(Checked::Unknown),
    };
    let checked = proof::check::by_code(&accounts, tx, (id, purpose), &code).await?;
    match &checked {
        Checked::Right(proof) if !proven(&accounts, tx, proof, asking.from).await? => Ok(Checked::Over(Over::Taken)),
        _ => Ok(checked),
    }
}

async fn by_link(accounts: Accounts, (token, caller): (String, Caller), tx: &mut Tx) -> Result<Followed, DbError> {
    let followed = proof::check::by_link(&accounts, tx, &token, &OURS).await?;
    match &followed {
        Followed::Good(proof) if !proven(&accounts, tx, proof, caller).await? => {
            Ok(Followed::Over(proof.clone(), Over::Taken))
        }
        _ => Ok(followed),
    }
}

/// Writes down that a contact is proven, or puts it in place of another; whether it could: the account may have another
/// one meanwhile, or another account this one.
async fn proven(accounts: &Accounts, tx: &mut Tx, proof: &proof::Proof, caller: Caller) -> Result<bool, DbError> {
    if proof.purpose == Purpose::Change {
        return change::apply(accounts, tx, proof, caller).await;
    }
    let Some(account) = proof.account else { return Ok(false) };
    let standing = store::standing(tx, account).await?;
    let Some(held) = standing.held().find(|held| held.contact.name().as_str() == proof.name) else { return Ok(false) };
    let (parts, kind) = (accounts.parts(), held.contact.kind());
    store::set_proven(tx, account, kind, parts.clock.now()).await?;
    let event = Event::ContactProven { account: account.to_string(), contact: kind.code().into() };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    Ok(true)
}

async fn refuse(
    accounts: Accounts,
    (token, caller): (String, Caller),
    tx: &mut Tx,
) -> Result<Option<Refused>, DbError> {
    let Followed::Good(proof) = proof::check::refuse(&accounts, tx, &token, &OURS).await? else {
        return Ok(None);
    };
    let Some(account) = proof.account else { return Ok(None) };
    let standing = store::standing(tx, account).await?;
    let claimed = standing.held().find(|held| held.contact.name().as_str() == proof.name);
    let Some(held) = claimed.filter(|held| held.proven_at.is_none()) else { return Ok(Some(Refused::Ended)) };
    claimed::lose(&accounts, tx, (account, &held.contact), caller).await?;
    Ok(Some(Refused::Removed))
}

async fn correct(accounts: Accounts, (asking, email): (Asking, Email), tx: &mut Tx) -> Result<Corrected, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let block = Subject::Address(AddressBlock::of(asking.from.network.address()));
    let told = limits.peek(tx, &limits.policy().registration_conflict_address, block, now).await?;
    if let Verdict::Refused { until } = told {
        return Ok(Corrected::TooMany { until });
    }
    let (contact, standing) = (Contact::Email(email), store::standing(tx, asking.account).await?);
    if !store::was_never_proven(tx, asking.account).await? || is_kept(tx, asking.account, now).await? {
        return Ok(Corrected::Proven);
    }
    match claimed::holder(tx, asking.account, &contact).await? {
        Holder::Has => return Err(DbError::Conflict { constraint: "login_names".to_owned() }),
        // Two accounts cannot claim it: who proves it has it.
        Holder::Claims(_) => {
            let issued = proof::issue::issue(&accounts, tx, change::request(asking, contact)).await?;
            return Ok(Corrected::Done(issued));
        }
        Holder::Nobody => {}
    }
    if let Some(present) = &standing.email {
        store::remove(tx, asking.account, &present.contact, now).await?;
        proof::store::end_of_account(tx, asking.account, now).await?;
    }
    store::add(tx, asking.account, &contact, None, now).await?;
    let account = asking.account.to_string();
    let event = Event::ContactCorrected { account: account.clone(), contact: contact.kind().code().into() };
    parts.audit.record_from(tx, asking.from, &Actor::Account(account), &event).await?;
    proof::issue::issue(&accounts, tx, request(asking, contact)).await.map(Corrected::Done)
}

/// Whether contacts stay as they are for a while: the account is shut, or its password was reset lately.
async fn is_kept(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    let guarded = accounts_store::guarded_until(tx, account).await?.is_some_and(|until| until > now);
    Ok(guarded || accounts_store::credentials_by_id(tx, account).await?.is_none_or(|found| found.frozen))
}

/// Counts the answer that an address is taken, as registering does.
async fn taken(accounts: Accounts, asking: Asking, tx: &mut Tx) -> Result<Corrected, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let limit = &limits.policy().registration_conflict_address;
    Ok(match limits.hit(tx, limit, Subject::Address(AddressBlock::of(asking.from.network.address())), now).await? {
        Verdict::Refused { until } => Corrected::TooMany { until },
        Verdict::Allowed { .. } => Corrected::Taken,
    })
}
