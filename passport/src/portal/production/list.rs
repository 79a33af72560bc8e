//! The sites of an organisation for candidates.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::{NavItem, Page};

use super::model::Production;
use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::portal::frame::{address, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::moment;

#[derive(Template, WebTemplate)]
#[template(path = "portal/production/list.html")]
struct ListPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    sites: Vec<SiteView>,
    /// Where an application begins.
    sandbox: String,
}

struct SiteView {
    name: String,
    href: String,
    kind: &'static str,
    state: String,
    since: String,
}

/// `GET /portal/organisations/{organisation}/production`
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "production")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| at.clone()).await?;
    let id = member.organisation.id;
    let page = portal.greeted(visit.page, &session).await?;
    let sites = portal.read(id, |id, tx| store::of_organisation(tx, id).boxed()).await?;
    let now = portal.accounts.parts().clock.now();
    let view = |site: Production| SiteView {
        name: site.name().to_owned(),
        href: format!("{at}/{}", site.id),
        kind: site.state.kind(),
        state: page.t(&format!("production-state-{}", site.state.as_str())),
        since: moment::past(page.lang, site.decided_at.unwrap_or(site.sent_at).max(site.sent_at), now),
    };
    let shown = ListPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, "production"),
        sites: sites.into_iter().map(view).collect(),
        sandbox: page_path(id, "sandbox"),
        page,
    };
    Ok(shown.into_response())
}
