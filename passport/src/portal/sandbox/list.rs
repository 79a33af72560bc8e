//! The sites of an organisation in the sandbox, and what a program has to know to speak with it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::{NavItem, Page};

use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::oidc::discovery::paths::METADATA;
use crate::portal::frame::{address, notice};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::moment;

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/list.html")]
struct ListPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    sites: Vec<SiteView>,
    /// Where another is registered, for who may.
    register: Option<String>,
    /// Where the stand-ins are, for who may see them.
    candidates: Option<String>,
    issuer: String,
    discovery: String,
}

struct SiteView {
    name: String,
    client_id: String,
    since: String,
    href: String,
}

/// `GET /portal/organisations/{organisation}/sandbox`
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "sandbox")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| at.clone()).await?;
    let sandbox = portal.sandbox()?;
    let id = member.organisation.id;
    let page = portal.greeted(visit.page, &session).await?;
    let sites = portal.read(id, |id, tx| store::of_organisation(tx, id).boxed()).await?;
    let now = portal.accounts.parts().clock.now();
    let view = |site: super::model::Site| SiteView {
        since: moment::day(page.lang, site.registered_at, now),
        href: format!("{at}/{}", site.id),
        name: site.name,
        client_id: site.client_id,
    };
    let shown = ListPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, "sandbox"),
        sites: sites.into_iter().map(view).collect(),
        register: member.role.may(Act::RunSites).then(|| format!("{at}/new")),
        candidates: member.role.may(Act::RunSites).then(|| format!("{at}/candidates")),
        discovery: format!("{}{METADATA}", sandbox.issuer()),
        issuer: sandbox.issuer().to_owned(),
        page,
    };
    Ok(shown.into_response())
}
