//! How far a message has come, in words: whoever waits for a code reads whether it has left the passport, and what became
//! of it. Said only where a message goes out whatever is asked: where one name gets it and another does not, the words would
//! tell which of them has an account.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::page::Page;

use super::model::{Contact, ContactKind};
use super::proof::{self, ProofId};
use super::{Accounts, Trouble};
use crate::delivery::{self, MessageId, Progress, Unreachable};
use crate::web::moment;

/// A message that somebody waits for.
#[derive(Debug, Clone, Copy)]
pub(in crate::accounts) struct Awaited<'a> {
    /// Where it goes.
    pub(in crate::accounts) contact: &'a Contact,
    /// When it was asked for.
    pub(in crate::accounts) asked_at: Timestamp,
    /// How far it has come.
    pub(in crate::accounts) progress: Progress,
}

impl Accounts {
    /// How far a message has come.
    pub(in crate::accounts) async fn progress(&self, message: MessageId) -> Result<Progress, Trouble> {
        Ok(self.parts().db.read(move |tx| delivery::store::progress(tx, message).boxed()).await?)
    }

    /// How far the message of a request has come, if there is such a request still.
    pub(in crate::accounts) async fn proof_progress(&self, id: ProofId) -> Result<Option<Progress>, Trouble> {
        let found = self.parts().db.read(move |tx| {
            async move {
                let Some(proof) = proof::store::find(tx, id).await? else { return Ok::<_, DbError>(None) };
                delivery::store::progress(tx, proof.message).await.map(Some)
            }
            .boxed()
        });
        Ok(found.await?)
    }
}

/// It, in words.
pub(in crate::accounts) fn tell(page: &Page, awaited: Awaited<'_>, now: Timestamp) -> String {
    let kind = awaited.contact.kind();
    let (state, at) = match awaited.progress {
        Progress::Queued => ("queued", awaited.asked_at),
        Progress::Accepted { at } => ("accepted", at),
        Progress::Delivered { at } => ("delivered", at),
        Progress::Refused { at, reason: Some(reason) } => {
            return tell_refusal(page, kind, Unreachable { at, reason }, now);
        }
        Progress::Refused { at, reason: None } => ("refused", at),
        Progress::Unknown { at } => ("unknown", at.unwrap_or(awaited.asked_at)),
    };
    page.tw(&format!("contact-progress-{}-{state}", way(kind)), [("time", moment::clock(at).as_str())])
}

/// When and why a contact refused a message, in words.
pub(in crate::accounts) fn tell_refusal(
    page: &Page,
    kind: ContactKind,
    refused: Unreachable,
    now: Timestamp,
) -> String {
    let way = way(kind);
    let reason = page.t(&format!("contact-reason-{way}-{}", refused.reason.code()));
    let time = moment::past(page.lang, refused.at, now);
    page.tw(&format!("contact-refused-{way}"), [("time", time.as_str()), ("reason", reason.as_str())])
}

/// In the keys of the texts.
const fn way(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Email => "mail",
        ContactKind::Mobile => "sms",
    }
}
