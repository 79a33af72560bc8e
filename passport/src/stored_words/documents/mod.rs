//! Documents of JSON that stand in the database: each version reads what the other wrote.
//!
//! `migrations/previous/documents` holds those that the version before wrote, each with the members that it could not do
//! without and the objects in which it refuses others. Before a release `UPDATE_PREVIOUS=.` writes it anew.

mod compare;
mod samples;
mod tests;

use serde::de::DeserializeOwned;
use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PasskeyRegistration};

use crate::accounts::model::Details;
use crate::audit::{Event, samples as events, store::kind};
use crate::clients::metadata::Metadata;
use crate::console::payload::{Payload, samples as payloads};
use crate::delivery::model::{Letter, LogoutNotice, SignalNotice};
use crate::portal::production::Evidence;

/// Columns that hold such documents, and nothing else.
pub(super) const COLUMNS: &[&str] = &[
    "audit_events.details",
    "ceremonies.state",
    "clients.metadata",
    "key_trials.clients",
    "outbox.payload",
    "passkeys.credential",
    "production_sites.evidence",
    "production_sites.wish",
    "profiles.claims",
    "staff_passkeys.credential",
    "staff_proposals.payload",
];

/// Files of stores that write or read JSON, with what of it is above. What is written elsewhere and stored by others is the
/// content of `outbox.payload` and the state of `ceremonies`; what is sealed in `appeals` is texts under names that stay.
const STORES: &[(&str, &[&str])] = &[
    ("accounts/factors/passkeys/store.rs", &["passkeys.credential"]),
    ("accounts/store/mod.rs", &["profiles.claims"]),
    ("audit/store.rs", &["audit_events.details"]),
    ("clients/store.rs", &["clients.metadata"]),
    ("console/store/keys.rs", &["staff_passkeys.credential"]),
    ("delivery/store/listed.rs", &["outbox.payload"]),
    ("keys/store/trials.rs", &["key_trials.clients"]),
    ("portal/production/store.rs", &["production_sites.evidence", "production_sites.wish"]),
];

/// Reads a document; otherwise why not.
type Read = dyn Fn(&Value) -> Result<(), String>;

/// What a column holds, or one of several things that it holds.
struct Document {
    /// The column, and what of several things.
    name: String,
    /// As this version writes it: with all that it may hold, and with no more than it must.
    written: Vec<Value>,
    /// Reads one as this version does.
    read: Box<Read>,
}

/// One that is read as that type.
fn of<T: DeserializeOwned>(name: &str, written: impl IntoIterator<Item = Value>) -> Document {
    let read =
        |stored: &Value| serde_json::from_value::<T>(stored.clone()).map(drop).map_err(|error| error.to_string());
    Document { name: name.to_owned(), written: written.into_iter().collect(), read: Box::new(read) }
}

/// Every one of them.
fn known() -> Vec<Document> {
    let (registration, sign_in) = samples::ceremonies();
    let mut known = vec![
        of::<Metadata>("clients.metadata", samples::clients()),
        of::<Metadata>("production_sites.wish", samples::clients()),
        of::<Evidence>("production_sites.evidence", samples::evidence()),
        of::<Details>("profiles.claims", samples::details()),
        of::<Vec<String>>("key_trials.clients", [serde_json::json!(["a-client"])]),
        of::<Letter>("outbox.payload mail", samples::letters()),
        of::<LogoutNotice>("outbox.payload logout", [samples::logout()]),
        of::<SignalNotice>("outbox.payload signals", samples::signals()),
        of::<Passkey>("passkeys.credential", [samples::passkey()]),
        of::<Passkey>("staff_passkeys.credential", [samples::passkey()]),
        of::<PasskeyRegistration>("ceremonies.state registration", [registration]),
        of::<DiscoverableAuthentication>("ceremonies.state sign_in", [sign_in]),
    ];
    for payload in payloads::all() {
        let name = format!("staff_proposals.payload {}", payload.act().as_str());
        known.push(of::<Payload>(&name, [serde_json::to_value(&payload).expect("JSON")]));
    }
    // Kind and details are read together; the kind has a column of its own.
    for event in events::all() {
        let name = format!("audit_events.details {}", kind(&event));
        let sample = serde_json::to_value(&event).expect("JSON");
        match known.iter_mut().find(|document| document.name == name) {
            Some(document) => document.written.push(sample),
            None => known.push(of::<Event>(&name, [sample])),
        }
    }
    known
}
