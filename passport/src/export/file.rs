//! The copy as a file: JSON, with the names that standards have for things, and times as RFC 3339 writes them.

use serde::Serialize;
use shared::clock::Timestamp;
use shared::page::Page;

use crate::accounts::activity::Happened;
use crate::accounts::contact::Held;
use crate::accounts::copy::Copied;
use crate::accounts::factors::page::Password;
use crate::accounts::guardian::Guardianship;
use crate::accounts::model::{Details, IdDocument, Name, Province};
use crate::accounts::whence;
use crate::oidc::consent::sites::{Site, destination};

/// The file.
#[derive(Serialize)]
pub(super) struct File<'a> {
    issuer: &'a str,
    made_at: String,
    account: AccountPart<'a>,
    protection: ProtectionPart<'a>,
    guardian: Option<GuardianPart<'a>>,
    agreements: Vec<AgreementPart<'a>>,
    sessions: Vec<SessionPart>,
    sites: Vec<SitePart>,
    activity: Vec<ActivityPart>,
}

#[derive(Serialize)]
struct AccountPart<'a> {
    id: String,
    name: Option<&'a str>,
    email: Option<ContactPart<'a>>,
    phone_number: Option<ContactPart<'a>>,
    identity_document: Option<DocumentPart<'a>>,
    locale: Option<&'static str>,
    province: Option<&'static str>,
    details: &'a Details,
    updated_at: String,
}

#[derive(Serialize)]
struct ContactPart<'a> {
    value: &'a str,
    verified_at: Option<String>,
}

#[derive(Serialize)]
struct DocumentPart<'a> {
    kind: &'static str,
    number: &'a str,
    verified: bool,
}

#[derive(Serialize)]
struct ProtectionPart<'a> {
    password_chosen_at: Option<String>,
    passkeys: Vec<PasskeyPart<'a>>,
    authenticator_since: Option<String>,
    /// There only for who has it: where no policy allows it, nothing tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_since: Option<String>,
    recovery_codes_left: i64,
    trusted_browsers: i64,
}

#[derive(Serialize)]
struct PasskeyPart<'a> {
    name: &'a str,
    created_at: String,
    used_at: Option<String>,
}

/// Who answers for a person under 14.
#[derive(Serialize)]
struct GuardianPart<'a> {
    known_by: &'static str,
    state: &'static str,
    of_age_at: Option<String>,
    name: Option<&'a str>,
    relation: Option<&'static str>,
    contact: Option<&'a str>,
}

#[derive(Serialize)]
struct AgreementPart<'a> {
    document: &'a str,
    version: &'a str,
    accepted_at: String,
}

#[derive(Serialize)]
struct SessionPart {
    began_at: String,
    first_network: Option<String>,
    signed_in_at: String,
    network: Option<String>,
    amr: Vec<String>,
    last_used_at: String,
    last_network: Option<String>,
    device: String,
}

#[derive(Serialize)]
struct SitePart {
    name: String,
    host: String,
    scope: String,
    granted_at: String,
    last_used_at: String,
}

#[derive(Serialize)]
struct ActivityPart {
    at: String,
    what: String,
    from: Vec<String>,
}

/// What the file is made of.
pub(super) struct Source<'a> {
    /// Whose words it is in.
    pub(super) page: &'a Page,
    /// The passport.
    pub(super) issuer: &'a str,
    /// When it is made.
    pub(super) now: Timestamp,
    /// What accounts know.
    pub(super) copied: &'a Copied,
    /// The sites that were let in.
    pub(super) sites: Vec<Site>,
    /// What happened.
    pub(super) history: Vec<Happened>,
}

impl<'a> File<'a> {
    /// The file of a person.
    pub(super) fn of(source: Source<'a>) -> Self {
        let Source { page, issuer, now, copied, sites, history } = source;
        Self {
            issuer,
            made_at: now.to_string(),
            account: account(copied),
            protection: protection(copied),
            guardian: copied.guardian.as_ref().map(guardian),
            agreements: copied
                .agreements
                .iter()
                .map(|accepted| AgreementPart {
                    document: &accepted.document,
                    version: &accepted.version,
                    accepted_at: accepted.accepted_at.to_string(),
                })
                .collect(),
            sessions: copied
                .sessions
                .iter()
                .map(|listed| SessionPart {
                    began_at: listed.created_at.to_string(),
                    first_network: listed.first_network.clone(),
                    signed_in_at: listed.auth_time.to_string(),
                    network: listed.network.clone(),
                    amr: listed.amr.split_whitespace().map(str::to_owned).collect(),
                    last_used_at: listed.last_seen_at.to_string(),
                    last_network: listed.last_network.clone(),
                    device: whence::device(page, listed.device),
                })
                .collect(),
            sites: sites.into_iter().map(|site| site_part(page, &site)).collect(),
            activity: history
                .into_iter()
                .map(|happened| ActivityPart { at: happened.at.to_string(), what: happened.text, from: happened.from })
                .collect(),
        }
    }
}

fn account(copied: &Copied) -> AccountPart<'_> {
    let (account, standing) = (&copied.account, &copied.standing);
    AccountPart {
        id: account.id.to_string(),
        name: account.name.as_ref().map(Name::as_str),
        email: standing.email.as_ref().map(contact),
        phone_number: standing.mobile.as_ref().map(contact),
        identity_document: account.identity.as_ref().map(|identity| document(&identity.document, identity.verified)),
        locale: account.locale.map(|lang| lang.tag()),
        province: account.province.map(Province::code),
        details: &account.details,
        updated_at: account.updated_at.to_string(),
    }
}

fn guardian(found: &Guardianship) -> GuardianPart<'_> {
    let person = found.guardian.as_ref();
    GuardianPart {
        known_by: found.why.code(),
        state: found.state.code(),
        of_age_at: found.of_age_at.map(|at| at.to_string()),
        name: person.map(|person| person.name.as_str()),
        relation: person.map(|person| person.relation.code()),
        contact: person.map(|person| person.contact.as_str()),
    }
}

fn contact(held: &Held) -> ContactPart<'_> {
    ContactPart { value: held.contact.as_str(), verified_at: held.proven_at.map(|at| at.to_string()) }
}

fn document(document: &IdDocument, verified: bool) -> DocumentPart<'_> {
    DocumentPart { kind: document.kind().code(), number: document.number(), verified }
}

fn protection(copied: &Copied) -> ProtectionPart<'_> {
    let protection = &copied.protection;
    ProtectionPart {
        password_chosen_at: match protection.password {
            Password::Chosen(at) => Some(at.to_string()),
            Password::PutAway(_) => None,
        },
        passkeys: protection
            .passkeys
            .iter()
            .map(|passkey| PasskeyPart {
                name: &passkey.name,
                created_at: passkey.created_at.to_string(),
                used_at: passkey.used_at.map(|at| at.to_string()),
            })
            .collect(),
        authenticator_since: protection.authenticator.as_ref().map(|app| app.created_at.to_string()),
        sms_since: protection.sms.map(|step| step.created_at.to_string()),
        recovery_codes_left: protection.codes_left,
        trusted_browsers: protection.trusted,
    }
}

fn site_part(page: &Page, (client, consent): &Site) -> SitePart {
    let site = destination(page.lang, client);
    SitePart {
        name: site.name,
        host: site.host,
        scope: consent.scope.to_string(),
        granted_at: consent.granted_at.to_string(),
        last_used_at: consent.used_at.to_string(),
    }
}
