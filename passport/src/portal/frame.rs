//! What the pages of the portal have in common: its header, the navigation of an organisation, its addresses, forms that
//! come back.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::i18n::Lang;
use shared::page::{Choice, NavItem, Page};

use super::Portal;
use super::model::{MemberId, OrganisationId, Role};
use super::refusal::Refusal;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::web::{Draft, Flaws, draft, paths};

/// The page as one of the portal.
pub fn framed(mut page: Page) -> Page {
    page.site.tagline = Some(page.t("portal-name"));
    page.nav = vec![
        NavItem::new(paths::PORTAL, page.t("portal-organisations"), true),
        NavItem::new(paths::STATUS, page.t("status-title"), false),
        NavItem::new(paths::HOME, page.t("accounts-home"), false),
    ];
    page
}

/// The address of an organisation.
pub fn organisation_path(id: OrganisationId) -> String {
    format!("{}/{id}", paths::PORTAL_ORGANISATIONS)
}

/// The address of a page of an organisation.
pub fn page_path(id: OrganisationId, page: &str) -> String {
    format!("{}/{id}/{page}", paths::PORTAL_ORGANISATIONS)
}

/// The address of a member.
pub fn member_path(id: OrganisationId, member: MemberId) -> String {
    format!("{}/{member}", page_path(id, "members"))
}

/// What a role is called.
pub fn role_name(page: &Page, role: Role) -> String {
    page.t(&format!("portal-role-{}", role.as_str()))
}

/// The roles to choose from.
pub fn roles(page: &Page) -> Vec<Choice> {
    Role::ALL.map(|role| Choice::new(role.as_str(), role_name(page, role))).to_vec()
}

/// A page that asks whether something is to be done that cannot be taken back.
#[derive(Template, WebTemplate)]
#[template(path = "portal/ask.html")]
pub struct AskPage {
    /// The page around it.
    pub page: Page,
    /// What is to be said first.
    pub notice: Option<Notice>,
    /// The pages of the organisation.
    pub side: Vec<NavItem>,
    /// The question.
    pub title: String,
    /// What follows from it.
    pub points: Vec<String>,
    /// What the button says that does it.
    pub button: String,
    /// Whether nothing is lost by it.
    pub is_harmless: bool,
    /// What the way back says.
    pub keep: String,
    /// Where the form goes.
    pub action: String,
    /// Where the way back leads.
    pub back: String,
}

impl AskPage {
    /// The look of the button.
    const fn kind(&self) -> &'static str {
        if self.is_harmless { "primary" } else { "danger" }
    }
}

/// The notice that a redirect asks for by its code.
pub fn notice(page: &Page, code: Option<&str>) -> Option<Notice> {
    let (kind, key) = match code? {
        "created" => ("ok", "portal-notice-created"),
        "renamed" => ("ok", "portal-notice-renamed"),
        "invited" => ("ok", "portal-notice-invited"),
        "withdrawn" => ("ok", "portal-notice-withdrawn"),
        "invitation-over" => ("info", "portal-notice-invitation-over"),
        "role-changed" => ("ok", "portal-notice-role-changed"),
        "removed" => ("ok", "portal-notice-removed"),
        "member-gone" => ("info", "portal-notice-member-gone"),
        "left" => ("ok", "portal-notice-left"),
        "site-registered" => ("ok", "sandbox-notice-registered"),
        "site-changed" => ("ok", "sandbox-notice-changed"),
        "site-removed" => ("ok", "sandbox-notice-removed"),
        "candidates-made" => ("ok", "sandbox-notice-candidates"),
        "secret-made" => ("ok", "sandbox-notice-secret-made"),
        "secret-ended" => ("ok", "sandbox-notice-secret-ended"),
        "secrets-changed" => ("info", "sandbox-notice-secrets-changed"),
        "try-too-often" => ("warn", "portal-notice-try-too-often"),
        "try-over" => ("info", "portal-notice-try-over"),
        "rehearsal-begun" => ("ok", "sandbox-notice-rehearsal-begun"),
        "rehearsal-later" => ("info", "sandbox-notice-rehearsal-later"),
        "signals-set" => ("ok", "sandbox-notice-signals-set"),
        "signals-verify" => ("ok", "sandbox-notice-signals-verify"),
        "signals-changed" => ("info", "sandbox-notice-signals-changed"),
        "wish-sent" => ("ok", "production-notice-sent"),
        "wish-withdrawn" => ("ok", "production-notice-withdrawn"),
        "wish-over" => ("info", "production-notice-over"),
        "no-secret" => ("info", "production-notice-no-secret"),
        "sandbox-away" => ("warn", "sandbox-away"),
        "site-gone" => ("info", "sandbox-notice-gone"),
        "joined" => ("ok", "portal-notice-joined"),
        "member-already" => ("info", "portal-notice-member-already"),
        "last-owner" => ("warn", "portal-last-owner"),
        code => return Notice::of_code(page, Some(code)),
    };
    Some(Notice { kind, text: page.t(key) })
}

/// The address of a page of the organisation that a request names. Only an id leads anywhere: addresses go into cookies and
/// redirects.
///
/// # Errors
/// It is no id.
pub fn address(organisation: &str, page: &str) -> Result<String, Refusal> {
    let id = organisation.parse().map_err(|_| Refusal::Unknown)?;
    Ok(if page.is_empty() { organisation_path(id) } else { page_path(id, page) })
}

/// A form that comes back: with what is to be mended, or to be sent once more where it was only too old.
pub fn answered<F>(form: F, flaws: Flaws) -> Draft<F> {
    if flaws.is_empty() {
        Draft::of(form).stale()
    } else {
        Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
    }
}

impl Portal {
    /// The pages of an organisation, with the one of that name marked; none: its overview.
    pub(super) fn side(&self, page: &Page, id: OrganisationId, current: &str) -> Vec<NavItem> {
        [
            ("", "portal-overview", "document"),
            ("sandbox", "sandbox-title", "laptop"),
            ("production", "production-title", "sign-in"),
            ("members", "portal-members", "person-plus"),
            ("history", "portal-history", "clock"),
        ]
        .into_iter()
        .filter(|(name, ..)| !matches!(*name, "sandbox" | "production") || self.sandbox.is_some())
        .map(|(name, key, icon)| {
            let path = if name.is_empty() { organisation_path(id) } else { page_path(id, name) };
            NavItem::new(path, page.t(key), name == current).with_icon(icon)
        })
        .collect()
    }

    /// The draft of the form at `address` that a query names, if this browser has it.
    pub(super) fn draft<F: DeserializeOwned>(
        &self,
        visit: &Visit,
        address: &str,
        query: &FormQuery,
    ) -> Option<Draft<F>> {
        self.accounts.draft(visit, address, query)
    }

    /// The address at which what was typed waits.
    pub(super) fn waiting<F: Serialize>(&self, visit: &Visit, address: &str, draft: &Draft<F>) -> String {
        self.accounts.waiting_at(visit, (address, address), draft)
    }

    /// Answers a form with its page, which shows what is to be mended; nothing is, where the form was only too old.
    pub(super) fn send_back<F: Serialize>(&self, visit: &Visit, address: &str, (form, flaws): (F, Flaws)) -> Response {
        Redirect::to(&self.waiting(visit, address, &answered(form, flaws))).into_response()
    }

    /// The same for a form that may be larger than what a browser keeps: then there is no such answer, and its page has to
    /// be drawn at once.
    pub(super) fn kept<F: Serialize>(&self, visit: &Visit, address: &str, draft: &Draft<F>) -> Option<Response> {
        let id = self.accounts.parts().web.keep_draft(&visit.cookies, address, draft)?;
        Some(Redirect::to(&format!("{address}?{}={id}", draft::FIELD)).into_response())
    }

    /// The same in another language.
    pub(super) fn in_language<F: Serialize>(
        &self,
        visit: &Visit,
        (address, lang): (&str, Lang),
        draft: &Draft<F>,
    ) -> Response {
        let address = self.waiting(visit, address, draft);
        let joint = if address.contains('?') { '&' } else { '?' };
        Redirect::to(&format!("{address}{joint}lang={}", lang.tag())).into_response()
    }

    /// Forgets what was typed into the form at `address`, and leads on.
    pub(super) fn done(&self, visit: &Visit, address: &str, to: &str, notice: &str) -> Response {
        self.accounts.parts().web.drop_draft(&visit.cookies, address);
        lead(to, notice)
    }
}

/// Leads to a page, which then shows that notice.
pub fn lead(to: &str, notice: &str) -> Response {
    Redirect::to(&format!("{to}?notice={notice}")).into_response()
}
