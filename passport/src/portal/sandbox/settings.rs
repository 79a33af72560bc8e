//! The page on which a site's settings are filled in, and changing them.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{Choice, FormErrors, NavItem, Page};

use super::form::SiteForm;
use super::model::{Kind, Site, SiteId};
use super::register::told;
use super::site::lead_with;
use super::store;
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, answered, framed, lead, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Draft, Flaws, Posted};

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/settings.html")]
struct SettingsPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    title: String,
    lead: String,
    button: String,
    /// Whether what most sites leave alone is to be seen.
    more: bool,
    form: SiteForm,
    kinds: Vec<Choice>,
    action: String,
    back: String,
}

/// A form as it is to be shown.
pub(super) struct Shown {
    pub(super) draft: Draft<SiteForm>,
    /// Where it is sent.
    pub(super) at: String,
    /// The site that is changed.
    pub(super) site: Option<Site>,
}

/// The page of the form.
pub(super) async fn draw(
    portal: &Portal,
    visit: Visit,
    Admitted { session, member }: &Admitted,
    Shown { draft, at, site }: Shown,
) -> Result<Response, Refusal> {
    let Frame { status, headers, page, errors, notice, .. } = portal.accounts.frame(visit, session, &draft).await?;
    let (page, id) = (framed(page), member.organisation.id);
    let (list, new) = (page_path(id, "sandbox"), site.is_none());
    let shown = SettingsPage {
        side: portal.side(&page, id, "sandbox"),
        kinds: Kind::ALL.map(|kind| Choice::new(kind.as_str(), kind_name(&page, kind))).to_vec(),
        back: site.as_ref().map_or_else(|| list.clone(), |site| format!("{list}/{}", site.id)),
        title: page.t(if new { "sandbox-register" } else { "sandbox-change" }),
        button: page.t(if new { "sandbox-register-button" } else { "sandbox-change-button" }),
        lead: site.map_or_else(|| page.t("sandbox-register-lead"), |site| site.name),
        action: at,
        more: draft.form.has_more() || !errors.is_empty(),
        form: draft.form,
        errors,
        notice,
        page,
    };
    Ok((status, headers, shown).into_response())
}

/// What a kind of site is called.
pub(super) fn kind_name(page: &Page, kind: Kind) -> String {
    page.t(&format!("sandbox-kind-{}", kind.as_str()))
}

/// GET: the form, filled with what is registered.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let (at, page) = addresses(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else {
        return gone(&organisation);
    };
    let draft = match portal.draft(&visit, &at, &query) {
        Some(draft) => draft,
        None => match portal.registered(&site).await? {
            Ok(registered) => Draft::of(SiteForm::of(&registered)),
            // The page of the site says what is the matter.
            Err(_) => return Ok(Redirect::to(&page).into_response()),
        },
    };
    draw(&portal, visit, &admitted, Shown { draft, at, site: Some(site) }).await
}

/// POST: registers the site anew.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SiteForm>,
) -> Result<Response, Refusal> {
    let (at, page) = addresses(&organisation, &site)?;
    let waiting = |visit: &Visit| portal.waiting(visit, &at, &Draft::of(form.clone()));
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at, lang), &Draft::of(form)));
    }
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else {
        return gone(&organisation);
    };
    let mut flaws = Flaws::default();
    if let Some(document) = form.read(&mut flaws).filter(|_| fresh) {
        let token = portal.token(&site)?;
        match portal.sandbox()?.replace(site.managed(&token), &document).await {
            Ok(secret) => {
                let by = (admitted.session.account, visit.caller);
                let args = ((site, form.name.trim().to_owned()), by);
                portal.write(args, |portal, args, tx| change(portal, args, tx).boxed()).await?;
                portal.accounts.parts().web.drop_draft(&visit.cookies, &at);
                return Ok(lead_with(&portal, &visit, (&page, "site-changed"), secret.as_ref()));
            }
            Err(error) => flaws.push("name", "", told(&error)),
        }
    }
    let draft = answered(form, flaws);
    match portal.kept(&visit, &at, &draft) {
        Some(back) => Ok(back),
        None => draw(&portal, visit, &admitted, Shown { draft, at, site: Some(site) }).await,
    }
}

/// The addresses of a site's settings and of its page.
fn addresses(organisation: &str, site: &str) -> Result<(String, String), Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    let page = address(organisation, &format!("sandbox/{id}"))?;
    Ok((format!("{page}/settings"), page))
}

/// Leads to the list, where it is said that there is no such site.
pub(super) fn gone(organisation: &str) -> Result<Response, Refusal> {
    Ok(lead(&address(organisation, "sandbox")?, "site-gone"))
}

async fn change(
    portal: Portal,
    ((site, name), (account, from)): ((Site, String), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    store::rename(tx, site.id, &name).await?;
    let organisation: OrganisationId = site.organisation;
    let event = Event::SandboxSiteChanged { organisation: organisation.to_string(), site: site.id.to_string() };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
