//! Words that stand in the database: states, kinds and reasons, of which code knows a few. Nodes of two versions share them
//! while they are exchanged, so a word is read a release before it is written, and a release after.
//!
//! `migrations/previous/words` lists those of the version before, in brackets what it only read. Before a release
//! `UPDATE_PREVIOUS=.` writes it anew. What stands there as JSON is in [`documents`].

mod documents;
mod tests;

use std::collections::BTreeSet;

use shared::i18n::Lang;
use shared::status::{Kind, Part};

use crate::accounts::assurance::{Acr, Shown};
use crate::accounts::guardian::model::{Ended, State, Why};
use crate::accounts::model::{ContactKind, IdType};
use crate::accounts::sessions::Stay;
use crate::accounts::{AccountId, EndReason, Province};
use crate::audit;
use crate::clients::signals::{EventType, StreamState};
use crate::console;
use crate::delivery::model::Reason;
use crate::keys::{Alg, Sign};
use crate::oidc::rules::Rule;
use crate::portal::{Role, production};

/// What becomes of a word that the code does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// The row cannot be read.
    Refused,
    /// It is passed over, or told as it is.
    Passed,
}

use Unknown::{Passed, Refused};

/// Columns with the same words.
struct Words {
    columns: &'static [&'static str],
    words: Vec<String>,
    /// Those of them that are read, and not written yet or not any more.
    only_read: &'static [&'static str],
    unknown: Unknown,
}

fn of<W: Into<String>>(
    columns: &'static [&'static str],
    unknown: Unknown,
    words: impl IntoIterator<Item = W>,
) -> Words {
    Words { columns, words: words.into_iter().map(Into::into).collect(), only_read: &[], unknown }
}

/// Words that stand in source as texts, or in its statements.
fn quoted<const N: usize>(source: &str, words: [&'static str; N]) -> [&'static str; N] {
    for word in words {
        assert!(source.contains(&format!("\"{word}\"")) || source.contains(&format!("'{word}'")), "no {word} there");
    }
    words
}

/// Every one of them.
fn known() -> Vec<Words> {
    [keys(), accounts(), requests(), rest()].into_iter().flatten().collect()
}

fn keys() -> Vec<Words> {
    vec![
        of(
            &["signing_keys.alg", "former_keys.alg", "key_pins.alg", "token_keys.alg"],
            Refused,
            Alg::ALL.map(Alg::as_str),
        ),
        of(
            &["signing_keys.state"],
            Refused,
            quoted(include_str!("../keys/store/mod.rs"), ["staged", "active", "retiring"]),
        ),
        of(&["former_keys.state"], Refused, quoted(include_str!("../keys/store/former.rs"), ["archived", "destroyed"])),
        of(
            &["data_keys.purpose", "former_data_keys.purpose"],
            Refused,
            quoted(include_str!("../keys/model.rs"), ["seal", "mac"]),
        ),
        of(
            &["lookup_keys.state"],
            Refused,
            quoted(include_str!("../keys/store/lookups.rs"), ["filling", "complete", "settled"]),
        ),
        of(
            &["key_trials.ending"],
            Refused,
            quoted(
                include_str!("../keys/trial/model.rs"),
                ["clean", "not_clean", "stopped", "compromised", "overtaken"],
            ),
        ),
        of(&["key_evidence.sign"], Passed, Sign::ALL.map(Sign::as_str)),
    ]
}

fn accounts() -> Vec<Words> {
    let somebody = "01890000-0000-7000-8000-000000000000".parse::<AccountId>().expect("an id");
    let reasons = EndReason::all(somebody).map(EndReason::code);
    let provinces = ["accounts.province", "sessions.province", "grants.province", "half_sign_ins.province"].as_slice();
    let methods: BTreeSet<&str> = Shown::ALL.iter().flat_map(|shown| shown.amr()).copied().collect();
    vec![
        of(&["accounts.locale", "number_claims.lang"], Refused, Lang::ALL.map(Lang::tag)),
        of(provinces, Passed, Province::ALL.map(Province::code)),
        of(&["identities.kind"], Refused, IdType::all().map(IdType::code)),
        of(
            &["agreements.document"],
            Passed,
            quoted(include_str!("../accounts/register/operation.rs"), ["agreement", "privacy"]),
        ),
        of(&["sessions.acr", "grants.acr"], Passed, Acr::ALL.map(Acr::uri)),
        of(&["sessions.amr", "grants.amr"], Passed, methods),
        of(&["sessions.shown"], Passed, Shown::ALL.map(Shown::code)),
        of(&["sessions.end_reason", "sessions.ended_by"], Passed, reasons),
        of(&["sessions.stay", "half_sign_ins.stay"], Passed, Stay::ALL.map(Stay::code)),
        of(&["guardians.state"], Refused, State::CODES),
        of(&["guardians.why"], Refused, Why::ALL.map(Why::code)),
        of(&["guardians.ended"], Passed, Ended::ALL.map(Ended::code)),
        of(&["contact_changes.kind"], Refused, ContactKind::ALL.map(ContactKind::code)),
        of(
            &["ceremonies.purpose"],
            Passed,
            quoted(
                include_str!("../accounts/factors/passkeys/store.rs"),
                ["registration", "sign_in", "staff_registration", "staff_sign_in"],
            ),
        ),
    ]
}

/// What people ask for, and staff decides.
fn requests() -> Vec<Words> {
    let states = ["begun", "submitted", "hearing", "deciding", "granted", "bound", "refused", "withdrawn", "expired"];
    vec![
        of(
            &["proofs.purpose"],
            Refused,
            quoted(include_str!("../accounts/proof/model.rs"), ["contact", "change", "recovery", "appeal"]),
        ),
        of(
            &["proofs.end_reason"],
            Passed,
            quoted(include_str!("../accounts/proof/model.rs"), ["replaced", "refused", "expired"]),
        ),
        of(
            &["recoveries.end_reason"],
            Passed,
            [
                &quoted(include_str!("../accounts/recovery/reset.rs"), ["done", "replaced"])[..],
                &quoted(include_str!("../accounts/recovery/operation.rs"), ["cancelled"]),
                &quoted(include_str!("../accounts/recovery/number.rs"), ["claimed"]),
                &quoted(include_str!("../accounts/alarm/shut.rs"), ["shut"]),
                &quoted(include_str!("../backup/store/settle.rs"), ["restored"]),
            ]
            .concat(),
        ),
        of(
            &["number_claims.outcome"],
            Passed,
            quoted(include_str!("../accounts/contact/claim.rs"), ["kept", "moot", "detached"]),
        ),
        of(&["appeals.state"], Refused, quoted(include_str!("../accounts/appeals/store.rs"), states)),
        of(&["staff.roles"], Passed, console::model::Role::ALL.map(console::model::Role::as_str)),
        of(&["staff.state"], Refused, console::model::State::ALL.map(console::model::State::as_str)),
        of(&["staff_proposals.act"], Refused, console::payload::samples::all().iter().map(|one| one.act().as_str())),
        of(&["staff_proposals.state"], Refused, console::model::Stage::ALL.map(console::model::Stage::as_str)),
        of(&["staff_reads.reason"], Passed, console::model::Reason::ALL.map(console::model::Reason::as_str)),
        of(&["production_sites.state"], Refused, production::State::ALL.map(production::State::as_str)),
        of(&["organisation_members.role", "organisation_invitations.role"], Refused, Role::ALL.map(Role::as_str)),
    ]
}

fn rest() -> Vec<Words> {
    let events: BTreeSet<String> = audit::samples::all().iter().map(audit::store::kind).collect();
    let store = include_str!("../delivery/store/mod.rs");
    vec![
        of(&["audit_events.kind"], Passed, events),
        of(
            &["outbox.channel"],
            Passed,
            quoted(include_str!("../delivery/model.rs"), ["mail", "sms", "logout", "signals"]),
        ),
        of(&["outbox.state"], Passed, quoted(store, ["waiting", "sent", "failed", "withheld"])),
        of(&["outbox.reason", "unreachable.reason"], Passed, Reason::ALL.map(Reason::code)),
        of(&["client_signals.state"], Refused, StreamState::ALL.map(StreamState::as_str)),
        of(&["client_signals.events"], Passed, EventType::CHOSEN.map(EventType::code)),
        of(
            &["client_logos.media_type"],
            Passed,
            quoted(include_str!("../clients/logos/picture.rs"), ["image/png", "image/jpeg", "image/webp"]),
        ),
        of(&["refusals.rule"], Passed, Rule::ALL.iter().map(|rule| rule.name())),
        of(&["client_requests.kind"], Passed, quoted(include_str!("../limits/quota/mod.rs"), ["codes", "calls"])),
        of(
            &["jobs.name"],
            Passed,
            quoted(include_str!("../cli/jobs.rs"), ["audit-seal", "clean-up", "logos", "public-sessions"]),
        ),
        of(&["status_notices.kind"], Refused, Kind::ALL.iter().map(|kind| kind.as_str())),
        of(&["status_notices.parts"], Passed, Part::ALL.iter().map(|part| part.as_str())),
    ]
}

/// Columns of text that hold neither such words nor [`documents`]: ids and names, what people and sites wrote, addresses.
const NONE: &[&str] = &[
    "about",
    "account_id",
    "actor",
    "appeal_id",
    "asked_from",
    "backup_id",
    "case_number",
    "grants.claims",
    "client_id",
    "code_challenge",
    "contact",
    "decided_by",
    "declined",
    "device",
    "email",
    "endpoint",
    "refusals.example",
    "first_network",
    "first_staff",
    "hash",
    "holder",
    "holder_id",
    "id",
    "invited_by",
    "jti",
    "kid",
    "last_error",
    "last_network",
    "logo_uri",
    "master_key_id",
    "message_id",
    "mobile",
    "name",
    "network",
    "new_contact",
    "node",
    "nonce",
    "number",
    "object",
    "old_contact",
    "organisation_id",
    "parameters",
    "password_hash",
    "problem",
    "proof_id",
    "proposed_by",
    "staff_proposals.reason",
    "receipt",
    "redirect_uri",
    "refresh_jkt",
    "sandbox_site_id",
    "production_sites.words",
    "resources",
    "scope",
    "session_id",
    "signed_by",
    "staff_id",
    "token_keys.token",
    "version",
    "via",
    "why",
    "words_en",
    "words_zh",
];
