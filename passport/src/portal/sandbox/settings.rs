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
use super::model::{Kind, Site};
use super::place::Place;
use super::register::told;
use super::site::lead_with;
use super::store;
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{answered, framed, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Draft, Flaws, Posted};

const PAGE: (&str, Act) = ("settings", Act::RunSites);

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
        kinds: kinds(&page),
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

/// The kinds of sites to choose from.
pub(in crate::portal) fn kinds(page: &Page) -> Vec<Choice> {
    Kind::ALL.map(|kind| Choice::new(kind.as_str(), kind_name(page, kind))).to_vec()
}

/// What a kind of site is called.
pub(super) fn kind_name(page: &Page, kind: Kind) -> String {
    page.t(&format!("sandbox-kind-{}", kind.as_str()))
}

/// GET: the form, filled with what is registered.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let draft = match portal.draft(&visit, &here.at, &query) {
        Some(draft) => draft,
        None => match portal.sandbox()?.read(here.managed()).await {
            Ok(registered) => Draft::of(SiteForm::of(&registered)),
            // The page of the site says what is the matter.
            Err(_) => return Ok(Redirect::to(&here.back()).into_response()),
        },
    };
    draw(&portal, visit, &here.admitted, Shown { draft, at: here.at, site: Some(here.site) }).await
}

/// POST: registers the site anew.
pub async fn submit(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SiteForm>,
) -> Result<Response, Refusal> {
    let waiting = |visit: &Visit, at: &str| portal.waiting(visit, at, &Draft::of(form.clone()));
    let here = portal.at_site_with(&mut visit, &place, PAGE, waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&here.at, lang), &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    if let Some(document) = form.read(&mut flaws).filter(|_| fresh) {
        match portal.sandbox()?.replace(here.managed(), &document).await {
            Ok(secret) => {
                let page = here.back();
                let by = (here.admitted.session.account, visit.caller);
                let args = ((here.site, form.name.trim().to_owned()), by);
                portal.write(args, |portal, args, tx| change(portal, args, tx).boxed()).await?;
                portal.accounts.parts().web.drop_draft(&visit.cookies, &here.at);
                return Ok(lead_with(&portal, &visit, (&page, "site-changed"), secret.as_ref()));
            }
            Err(error) => flaws.push("name", "", told(&error)),
        }
    }
    let draft = answered(form, flaws);
    match portal.kept(&visit, &here.at, &draft) {
        Some(back) => Ok(back),
        None => draw(&portal, visit, &here.admitted, Shown { draft, at: here.at, site: Some(here.site) }).await,
    }
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
