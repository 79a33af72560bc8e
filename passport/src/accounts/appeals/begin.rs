//! Beginning an appeal: the proof of a contact, then what is occupied, then the photo.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use super::PHOTO_TIME;
use super::link::LinkTo;
use super::model::{Appeal, AppealId, File, Times};
use super::moves::{By, link, move_on, record, tell};
use super::photo::Photo;
use super::state::{Event, NoWay, State};
use super::store::{self, New};
use crate::accounts::alarm::CaseNumber;
use crate::accounts::model::Contact;
use crate::accounts::proof::{self, Checked, Issued, ProofId, Purpose, Request};
use crate::accounts::{Accounts, DOCUMENT_PURPOSE, Trouble};
use crate::delivery::{Notice, ProofWords};
use crate::limits::{AddressBlock, Subject, Verdict};
use crate::web::KeyUse;

/// What the keys are made for that tell two appeals about the same apart from others.
const OPEN_PURPOSE: KeyUse = KeyUse::AppealOpen;

/// How often a number is drawn that is taken, or an appeal looked for that came in between.
const DRAWS: u32 = 4;

/// What somebody says who has proven a contact.
#[derive(Clone)]
pub(super) struct Beginning {
    /// The proof.
    pub(super) proof: ProofId,
    /// What they say.
    pub(super) file: File,
    /// From where.
    pub(super) from: Caller,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// There is an appeal.
    There {
        /// Which.
        id: AppealId,
        /// Whether it was there before: they appealed twice.
        before: bool,
    },
    /// Too many of one contact, one document or one address block.
    TooMany {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Sends a code to who wants to appeal, whether they have an account or not.
    pub(super) async fn ask_appeal_proof(
        &self,
        (contact, lang, from): (Contact, Lang, Caller),
        replaces: Option<ProofId>,
    ) -> Result<Issued, Trouble> {
        let (purpose, words) = (Purpose::Appeal, ProofWords::Appeal);
        let request = Request { purpose, words, account: None, contact, lang, from, replaces };
        let issued = self.write(request, |accounts, request, tx| {
            async move { proof::issue::issue(&accounts, tx, request).await }.boxed()
        });
        Ok(issued.await?)
    }

    /// Takes up that code.
    pub(super) async fn prove_for_appeal(&self, proof: ProofId, code: String) -> Result<Checked, Trouble> {
        let checked = self.write((proof, code), |accounts, (proof, code), tx| {
            async move { proof::check::by_code(&accounts, tx, (proof, Purpose::Appeal), &code).await }.boxed()
        });
        Ok(checked.await?)
    }

    /// Begins an appeal, or finds the one that the same person has begun about the same.
    pub(super) async fn begin_appeal(&self, beginning: Beginning) -> Result<Begun, Trouble> {
        let mut draws = 0;
        loop {
            let begun = self.write(beginning.clone(), |accounts, args, tx| begin(accounts, args, tx).boxed()).await;
            match begun {
                Err(DbError::Conflict { .. }) if draws < DRAWS => draws += 1,
                other => return Ok(other?),
            }
        }
    }

    /// Whether one more photo may be sent for an appeal; counted before it is looked at.
    pub(super) async fn count_photo(&self, id: AppealId) -> Result<Verdict, Trouble> {
        let counted = self.write(id, |accounts, id, tx| {
            async move {
                let (limits, now) = (&accounts.parts().limits, accounts.parts().clock.now());
                limits.hit(tx, &limits.policy().appeal_photo, Subject::Text(&id.to_string()), now).await
            }
            .boxed()
        });
        Ok(counted.await?)
    }

    /// Takes up the photo of an appeal; whether it was still missing.
    pub(super) async fn give_photo(&self, id: AppealId, photo: Photo, from: Caller) -> Result<bool, Trouble> {
        Ok(self.write((id, photo, from), |accounts, args, tx| take_photo(accounts, args, tx).boxed()).await?)
    }
}

async fn begin(accounts: Accounts, beginning: Beginning, tx: &mut Tx) -> Result<Begun, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let Beginning { proof, file, from } = beginning;
    // These two go by the first key, which is never changed: they count, and tell appeals apart.
    let document_mac = parts.sealer.mac(DOCUMENT_PURPOSE, file.document.lookup_key().as_bytes());
    let name = file.contact.name();
    let open_key = parts.sealer.mac(OPEN_PURPOSE, &[name.as_str().as_bytes(), &document_mac].concat());
    if let Some(same) = store::find_same(tx, &*parts.sealer, proof, open_key).await? {
        return Ok(Begun::There { id: same.id, before: true });
    }
    if let Verdict::Refused { until } = count(&accounts, tx, (name.as_str(), document_mac, from)).await? {
        return Ok(Begun::TooMany { until });
    }
    let hashes = accounts.document_hashes(&file.document);
    let appeal = Appeal {
        id: AppealId::new(now, &*parts.entropy),
        number: CaseNumber::draw(&*parts.entropy),
        state: State::Begun { until: now + PHOTO_TIME },
        times: Times { begun: now, ..Times::default() },
        file: Some(file),
    };
    store::insert(tx, &*parts.sealer, &New { appeal: &appeal, proof, open_key, hashes }).await?;
    record(&accounts, tx, &appeal, (appeal.state.code(), &By::Visitor(from))).await?;
    let link = link(&accounts, LinkTo::Case, &appeal);
    tell(&accounts, tx, &appeal, |number| Notice::AppealBegun { number, link }).await?;
    Ok(Begun::There { id: appeal.id, before: false })
}

/// Counts for the address block, the contact, and the document, whether anybody has it or not.
async fn count(
    accounts: &Accounts,
    tx: &mut Tx,
    (name, document_mac, from): (&str, [u8; 32], Caller),
) -> Result<Verdict, DbError> {
    let (limits, now) = (&accounts.parts().limits, accounts.parts().clock.now());
    let hex: String = document_mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let policy = limits.policy();
    for (limit, subject) in [
        (&policy.appeal_address, Subject::Address(AddressBlock::of(from.network.address()))),
        (&policy.appeal_contact, Subject::Text(name)),
        (&policy.appeal_document, Subject::Text(&hex)),
    ] {
        let verdict = limits.hit(tx, limit, subject, now).await?;
        if !verdict.is_allowed() {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Allowed { used: 0 })
}

async fn take_photo(
    accounts: Accounts,
    (id, photo, from): (AppealId, Photo, Caller),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let Some(appeal) = store::find(tx, &*parts.sealer, id).await? else { return Ok(false) };
    let moved: Result<Appeal, NoWay> = move_on(&accounts, tx, appeal, (Event::Photo, By::Visitor(from))).await?;
    if moved.is_err() {
        return Ok(false);
    }
    store::insert_photo(tx, &*parts.sealer, id, (photo.bytes(), parts.clock.now())).await?;
    Ok(true)
}
