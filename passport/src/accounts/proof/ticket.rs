//! What the page that waits for a code carries along, sealed: where the code went, so that it can be sent once more.

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use super::ProofId;
use crate::accounts::model::Contact;
use crate::web::Sealer;
use crate::web::seal::{KeyUse, open_text, seal_text};

const PURPOSE: KeyUse = KeyUse::SentCode;

/// A request whose code is awaited.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The request.
    pub(in crate::accounts) proof: ProofId,
    /// Where its code went, whether anybody is there or not.
    pub(in crate::accounts) contact: Contact,
    /// When it was sent.
    pub(in crate::accounts) sent_at: Timestamp,
    /// Whether the contact is the account's second one: then only its owner's browser sees it, masked.
    pub(in crate::accounts) second: bool,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    proof: String,
    contact: String,
    sent_at: i64,
    second: bool,
}

impl Ticket {
    /// Of a code that is sent at this moment.
    pub(in crate::accounts) fn new(proof: ProofId, contact: Contact, now: Timestamp) -> Self {
        Self { proof, contact, sent_at: now, second: false }
    }

    pub(in crate::accounts) fn seal(&self, sealer: &dyn Sealer) -> String {
        let sealed = Sealed {
            proof: self.proof.to_string(),
            contact: self.contact.as_str().to_owned(),
            sent_at: self.sent_at.millis(),
            second: self.second,
        };
        seal_text(sealer, PURPOSE, &serde_json::to_vec(&sealed).unwrap_or_default())
    }

    pub(in crate::accounts) fn open(sealer: &dyn Sealer, text: &str) -> Option<Self> {
        let sealed: Sealed = serde_json::from_slice(&open_text(sealer, PURPOSE, text)?).ok()?;
        Some(Self {
            proof: sealed.proof.parse().ok()?,
            contact: Contact::parse(&sealed.contact)?,
            sent_at: Timestamp::from_millis(sealed.sent_at),
            second: sealed.second,
        })
    }
}
