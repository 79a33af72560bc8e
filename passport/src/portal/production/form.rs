//! The form of an application, which is that of a site in the sandbox, and its page.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::page::{Choice, FormErrors, Link, NavItem, Page};

use super::evidence::{self, EvidenceView, Shows};
use super::model::Evidence;
use crate::accounts::visit::Frame;
use crate::accounts::{Notice, Visit};
use crate::clients::Metadata;
use crate::portal::Portal;
use crate::portal::frame::{framed, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::findings::{self, FindingView};
use crate::portal::sandbox::form::SiteForm;
use crate::portal::sandbox::{document, kinds};
use crate::web::{Draft, Flaws};

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct WishForm {
    /// The version of the application that it was filled in for.
    pub(super) version: String,
    /// What is asked for.
    #[serde(flatten)]
    pub(super) site: SiteForm,
}

impl WishForm {
    /// One to begin with, from what is registered (RFC 7591 §2). Addresses on a developer's own machine stay behind.
    pub(super) fn begun(mut site: SiteForm) -> Self {
        let stays = |line: &&str| !line.trim_start().starts_with("http:");
        for lines in [&mut site.redirect_uris, &mut site.post_logout_redirect_uris] {
            *lines = lines.lines().filter(stays).collect::<Vec<_>>().join("\n");
        }
        Self { version: "0".to_owned(), site }
    }

    /// The one that asks for that.
    pub(super) fn of(version: i64, wish: &Metadata) -> Self {
        let fields = serde_json::to_value(wish).unwrap_or_default();
        Self { version: version.to_string(), site: SiteForm::of(&document::of(&fields)) }
    }

    /// What is asked for, and of which version of the application; otherwise what is to be mended.
    pub(super) fn read(&self, flaws: &mut Flaws) -> Option<(i64, Metadata)> {
        let wish = self.site.wish(flaws)?;
        Some((self.version.parse().unwrap_or(-1), wish))
    }
}

/// A form as it is to be shown.
pub(super) struct Shown {
    pub(super) draft: Draft<WishForm>,
    /// Where it is sent.
    pub(super) at: String,
    /// Where the way back leads.
    pub(super) back: String,
    /// What the site has shown in the sandbox.
    pub(super) evidence: Evidence,
    /// Whether it is the first application.
    pub(super) first: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/production/apply.html")]
struct ApplyPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    first: bool,
    evidence: Vec<EvidenceView>,
    findings: Vec<FindingView>,
    more: bool,
    version: String,
    form: SiteForm,
    kinds: Vec<Choice>,
    action: String,
    back: String,
}

/// What the site can show, however much of the form is still to be filled in.
fn shows(site: &SiteForm) -> Shows {
    Shows { signs: site.signs(), hears: site.hears() }
}

/// The page of the form.
pub(super) async fn draw(
    portal: &Portal,
    visit: Visit,
    Admitted { session, member }: &Admitted,
    Shown { draft, at, back, evidence, first }: Shown,
) -> Result<Response, Refusal> {
    let Frame { status, headers, page, errors, notice, now } = portal.accounts.frame(visit, session, &draft).await?;
    let (page, WishForm { version, site }) = (framed(page), draft.form);
    let client = site.client();
    let shown = ApplyPage {
        side: portal.side(&page, member.organisation.id, if first { "sandbox" } else { "production" }),
        evidence: evidence::view(&page, shows(&site), &evidence, now),
        findings: client.as_ref().map(|client| findings::of_client(&page, client)).unwrap_or_default(),
        kinds: kinds(&page),
        more: site.has_more() || !errors.is_empty(),
        action: at,
        form: site,
        errors,
        notice,
        version,
        first,
        back,
        page,
    };
    Ok((status, headers, shown).into_response())
}

/// The page on which it is said that one owner is not enough.
#[derive(Template, WebTemplate)]
#[template(path = "portal/production/owners.html")]
struct OwnersPage {
    page: Page,
    side: Vec<NavItem>,
    invite: Link,
    back: String,
}

/// That page, with the way to where another owner is invited.
pub(super) async fn one_owner(
    portal: &Portal,
    visit: Visit,
    Admitted { session, member }: &Admitted,
    back: String,
) -> Result<Response, Refusal> {
    let page = portal.greeted(visit.page, session).await?;
    let id = member.organisation.id;
    let shown = OwnersPage {
        side: portal.side(&page, id, "production"),
        invite: Link::new(page_path(id, "members"), page.t("production-owners-invite")),
        back,
        page,
    };
    Ok(shown.into_response())
}

/// What a field is called.
pub fn label(page: &Page, field: &str) -> String {
    page.t(match field {
        "client_name" => "sandbox-name",
        "application_type" => "production-field-application",
        "token_endpoint_auth_method" => "production-field-method",
        "redirect_uris" => "sandbox-redirect-uris",
        "post_logout_redirect_uris" => "sandbox-post-logout",
        "backchannel_logout_uri" => "sandbox-logout",
        "backchannel_logout_session_required" => "production-field-logout-session",
        "frontchannel_logout_uri" => "sandbox-front-channel",
        "frontchannel_logout_session_required" => "production-field-front-session",
        "jwks_uri" => "sandbox-jwks-uri",
        "jwks" => "sandbox-jwks",
        "client_uri" => "sandbox-client-uri",
        "logo_uri" => "sandbox-logo-uri",
        "policy_uri" => "sandbox-policy-uri",
        "tos_uri" => "sandbox-tos-uri",
        "contacts" => "sandbox-contacts",
        "initiate_login_uri" => "sandbox-initiate-login-uri",
        "grant_types" => "production-field-grants",
        _ => "sandbox-scope",
    })
}
