//! What the staff does with appeals at the command line. Whatever is seen or decided is on record, with who did it.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::model::{Appeal, Staff, Words};
use super::moves::{By, move_on, record};
use super::state::{Event, NoWay, State};
use super::{BINDING_TIME, store};
use crate::accounts::alarm::CaseNumber;
use crate::accounts::contact::store::standing;
use crate::accounts::store as accounts_store;
use crate::accounts::{Accounts, Trouble};

/// An appeal, and what the staff has to know beside it.
#[derive(Clone)]
pub struct Seen {
    /// The appeal.
    pub appeal: Appeal,
    /// Whether an account holds the document now.
    pub held: bool,
    /// Whether that account has the very contact that was proven for the appeal: then they only have to sign in.
    pub own: bool,
    /// Whether that account is called what the appeal says; `None` if nothing is known of it.
    pub same_name: Option<bool>,
}

/// What one of the staff decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is credible: the holder is to be heard.
    Credible,
    /// The document is taken from its holder, and kept for who appealed.
    Granted,
    /// It is refused, for that reason, which who appealed will read.
    Refused(Words),
}

/// Why a decision does not stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDecided {
    /// There is no such appeal.
    #[error("there is no appeal of that number")]
    Unknown,
    /// See [`NoWay`].
    #[error(transparent)]
    NoWay(#[from] NoWay),
    /// The document was won by somebody else, who has not bound it yet.
    #[error("the document is kept for who won appeal {0}")]
    KeptFor(CaseNumber),
}

impl Accounts {
    /// The appeals that wait for the staff; with `all`, the latest of every kind.
    ///
    /// # Errors
    /// The database.
    pub async fn appeals(&self, all: bool, most: u32) -> Result<Vec<Appeal>, DbError> {
        let accounts = self.clone();
        self.parts()
            .db
            .read(move |tx| {
                let accounts = accounts.clone();
                async move { store::list(tx, &*accounts.parts().sealer, all, most.into()).await }.boxed()
            })
            .await
    }

    /// Shows an appeal to one of the staff.
    ///
    /// # Errors
    /// The database.
    pub async fn see_appeal(&self, number: CaseNumber, staff: Staff) -> Result<Option<Seen>, DbError> {
        self.write((number, staff), |accounts, args, tx| see(accounts, args, tx).boxed()).await
    }

    /// The photo of an appeal, for one of the staff; `None` if there is none, or none any more.
    ///
    /// # Errors
    /// The database.
    pub async fn see_photo(&self, number: CaseNumber, staff: Staff) -> Result<Option<Vec<u8>>, DbError> {
        self.write((number, staff), |accounts, args, tx| see_photo(accounts, args, tx).boxed()).await
    }

    /// Decides about an appeal.
    ///
    /// # Errors
    /// The database.
    pub async fn decide_appeal(
        &self,
        number: CaseNumber,
        staff: Staff,
        verdict: Verdict,
    ) -> Result<Result<Appeal, NotDecided>, Trouble> {
        let args = (number, staff, verdict);
        Ok(self.write(args, |accounts, args, tx| decide(accounts, args, tx).boxed()).await?)
    }
}

async fn see(accounts: Accounts, (number, staff): (CaseNumber, Staff), tx: &mut Tx) -> Result<Option<Seen>, DbError> {
    let parts = accounts.parts();
    let Some(appeal) = store::find_by_number(tx, &*parts.sealer, &number).await? else { return Ok(None) };
    record(&accounts, tx, &appeal, ("shown", &By::Staff(staff))).await?;
    let Some(file) = &appeal.file else {
        return Ok(Some(Seen { appeal, held: false, own: false, same_name: None }));
    };
    let hashes = accounts.document_hashes(&file.document);
    let holder = accounts_store::find_by_document(tx, file.document.kind(), hashes).await?;
    let (mut own, mut same_name) = (false, None);
    if let Some(holder) = holder {
        let contact = file.contact.name();
        own = standing(tx, holder).await?.held().any(|held| held.contact.name() == contact);
        let (name, _) = accounts_store::person(tx, holder).await?;
        same_name = name.map(|name| name.folded() == file.name.folded());
    }
    Ok(Some(Seen { held: holder.is_some(), own, same_name, appeal }))
}

async fn see_photo(
    accounts: Accounts,
    (number, staff): (CaseNumber, Staff),
    tx: &mut Tx,
) -> Result<Option<Vec<u8>>, DbError> {
    let sealer = &*accounts.parts().sealer;
    let Some(appeal) = store::find_by_number(tx, sealer, &number).await? else { return Ok(None) };
    let photo = store::photo(tx, sealer, appeal.id).await?;
    if photo.is_some() {
        record(&accounts, tx, &appeal, ("photo_seen", &By::Staff(staff))).await?;
    }
    Ok(photo)
}

async fn decide(
    accounts: Accounts,
    (number, staff, verdict): (CaseNumber, Staff, Verdict),
    tx: &mut Tx,
) -> Result<Result<Appeal, NotDecided>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Some(mut appeal) = store::find_by_number(tx, &*parts.sealer, &number).await? else {
        return Ok(Err(NotDecided::Unknown));
    };
    let event = match verdict {
        Verdict::Refused(reason) => {
            if let Some(file) = &mut appeal.file {
                file.reason = Some(reason);
            }
            Event::Refuse
        }
        // Each word stands for one step: who means the first must not bring about the second.
        Verdict::Credible if appeal.state != State::Submitted => return Ok(Err(NoWay::NotNow.into())),
        Verdict::Granted if !matches!(appeal.state, State::Deciding { .. }) => return Ok(Err(NoWay::NotNow.into())),
        Verdict::Credible | Verdict::Granted => {
            let (holder, kept_for) = match &appeal.file {
                Some(file) => {
                    let hashes = accounts.document_hashes(&file.document);
                    let holder = accounts_store::find_by_document(tx, file.document.kind(), hashes).await?;
                    (holder, store::kept_for(tx, &*parts.sealer, hashes, now).await?)
                }
                None => (None, None),
            };
            if let Some(other) = kept_for {
                return Ok(Err(NotDecided::KeptFor(other.number)));
            }
            let (hearing, binding) = (now + parts.appeals.hearing, now + BINDING_TIME);
            Event::Agree { staff: staff.clone(), holder, hearing, binding }
        }
    };
    let moved = move_on(&accounts, tx, appeal, (event, By::Staff(staff))).await?;
    Ok(moved.map_err(NotDecided::from))
}
