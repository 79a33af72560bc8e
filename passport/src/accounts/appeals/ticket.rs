//! What the second page of an appeal carries along, sealed: that a contact was proven, and in which browser.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::secret::constant_time_eq;

use crate::accounts::Visit;
use crate::accounts::model::Contact;
use crate::accounts::proof::ProofId;
use crate::web::Web;
use crate::web::seal::{KeyUse, open_text, seal_text};

const PURPOSE: KeyUse = KeyUse::AppealProven;

/// How long one may take to fill the form in.
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// A contact that was proven.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    /// By which request.
    pub(super) proof: ProofId,
    /// The contact.
    pub(super) contact: Contact,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    proof: String,
    contact: String,
    until: i64,
    browser: String,
}

impl Proven {
    /// For the address and the form, good in this browser for a while.
    pub(super) fn seal(&self, web: &Web, visit: &Visit) -> String {
        let sealed = Sealed {
            proof: self.proof.to_string(),
            contact: self.contact.as_str().to_owned(),
            until: (web.clock.now() + LIFETIME).millis(),
            browser: URL_SAFE_NO_PAD.encode(visit.browser(web)),
        };
        seal_text(&*web.sealer, PURPOSE, &serde_json::to_vec(&sealed).unwrap_or_default())
    }

    /// What was sealed, if it is good here and now.
    pub(super) fn open(web: &Web, visit: &Visit, text: &str) -> Option<Self> {
        let sealed: Sealed = serde_json::from_slice(&open_text(&*web.sealer, PURPOSE, text)?).ok()?;
        let browser = URL_SAFE_NO_PAD.encode(visit.browser(web));
        let ours = constant_time_eq(browser.as_bytes(), sealed.browser.as_bytes());
        if !ours || Timestamp::from_millis(sealed.until) <= web.clock.now() {
            return None;
        }
        Some(Self { proof: sealed.proof.parse().ok()?, contact: Contact::parse(&sealed.contact)? })
    }
}
