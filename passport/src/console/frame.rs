//! What the pages of the console have in common: its header, notices, names of roles, forms that come back.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::page::{NavItem, Page, SignedIn};

use super::Console;
use super::acts::Act;
use super::model::{Person, Role, Roles};
use super::paths;
use super::visit::StaffVisit;
use crate::accounts::Notice;
use crate::web::{Draft, Flaws, draft};

/// What the address of a page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    /// The notice of the redirect that led here.
    pub notice: Option<String>,
    /// The id of the draft to show.
    pub draft: Option<String>,
}

/// The page as that person sees it.
pub fn framed(mut page: Page, person: &Person) -> Page {
    let rooms = [
        (paths::HOME, "console-home", Act::LookAround),
        (paths::ACCOUNTS, "console-accounts", Act::FindAccount),
        (paths::PROPOSALS, "console-proposals", Act::SeeProposals),
        (paths::APPLICATIONS, "console-applications", Act::SeeApplications),
        (paths::CLIENTS, "console-clients", Act::SeeClients),
        (paths::DELIVERIES, "console-deliveries", Act::SeeDeliveries),
        (paths::STAFF, "console-staff", Act::SeeStaff),
        (paths::AUDIT, "console-audit", Act::SearchAudit),
    ];
    let open = rooms.into_iter().filter(|(.., act)| person.roles.any(act.roles()));
    page.nav = open.map(|(path, key, _)| NavItem::new(path, page.t(key), false)).collect();
    page.signed_in = Some(SignedIn { name: person.name.clone(), sign_out: paths::SIGN_OUT.to_owned() });
    page
}

/// What a role is called.
pub fn role_name(page: &Page, role: Role) -> String {
    page.t(&format!("console-role-{}", role.as_str()))
}

/// What roles are called.
pub fn role_names(page: &Page, roles: &Roles) -> String {
    let names: Vec<_> = roles.iter().map(|role| role_name(page, role)).collect();
    if names.is_empty() { page.t("console-role-none") } else { names.join(&page.t("console-role-and")) }
}

/// What an act is called.
pub fn act_name(page: &Page, act: Act) -> String {
    page.t(&format!("console-act-{}", act.as_str().replace('_', "-")))
}

/// The notice that a redirect asks for by its code; an unknown code shows nothing.
pub fn notice(page: &Page, code: Option<&str>) -> Option<Notice> {
    let (kind, key) = match code? {
        "first" => ("info", "console-notice-first"),
        "signed-out" => ("ok", "console-notice-signed-out"),
        "failed" | "passkey-failed" => ("warn", "console-notice-failed"),
        "ready" => ("ok", "console-notice-ready"),
        "key-added" => ("ok", "console-notice-key-added"),
        "again" => ("warn", "console-notice-again"),
        "read-again" => ("info", "console-notice-read-again"),
        "unknown-name" => ("info", "console-notice-unknown-name"),
        "too-often" => ("warn", "console-notice-too-often"),
        "done" => ("ok", "console-notice-done"),
        "proposed" => ("ok", "console-notice-proposed"),
        "waits" => ("info", "console-notice-waits"),
        "gone" => ("info", "console-notice-gone"),
        "refused" => ("ok", "console-notice-refused"),
        "over" => ("info", "console-notice-over"),
        "own" => ("warn", "console-notice-own"),
        "about-you" => ("warn", "console-notice-about-you"),
        "other-role" => ("warn", "console-notice-other-role"),
        "another" => ("warn", "console-notice-another"),
        "application-done" => ("ok", "console-notice-application-done"),
        "application-over" => ("warn", "console-notice-application-over"),
        "application-breaks" => ("warn", "console-application-breaks"),
        "lapsed" => ("warn", "console-notice-lapsed"),
        _ => return None,
    };
    Some(Notice { kind, text: page.t(key) })
}

/// Leads to a page, which then shows that notice.
pub fn lead(to: &str, notice: &str) -> Response {
    Redirect::to(&format!("{to}?notice={notice}")).into_response()
}

impl Console {
    /// The draft of the form at `address` that a query names, if this browser has it.
    pub(super) fn draft<F: DeserializeOwned>(&self, visit: &StaffVisit, at: &str, said: &Said) -> Option<Draft<F>> {
        self.0.web.draft(&visit.cookies, at, said.draft.as_deref())
    }

    /// Answers a form with its page, which shows what is to be mended; nothing is, where the form was only too old.
    pub(super) fn send_back<F: Serialize>(&self, visit: &StaffVisit, at: &str, (form, flaws): (F, Flaws)) -> Response {
        let draft = match flaws.is_empty() {
            true => Draft::of(form).stale(),
            false => Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws),
        };
        match self.0.web.keep_draft(&visit.cookies, at, &draft) {
            Some(id) => Redirect::to(&format!("{at}?{}={id}", draft::FIELD)).into_response(),
            None => lead(at, "again"),
        }
    }
}
