//! An organisation at a glance.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::{NavItem, Page};

use super::frame::{address, notice, organisation_path, page_path, role_name};
use super::gate::Admitted;
use super::model::{Act, Role};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::web::moment;

#[derive(Template, WebTemplate)]
#[template(path = "portal/organisation.html")]
struct OrganisationPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    /// What the person is in it.
    role: String,
    since: String,
    members: usize,
    owners: usize,
    /// Where its name is changed, for who may.
    rename: Option<String>,
    people: String,
    leave: String,
}

/// `GET /portal/organisations/{organisation}`
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let path = address(&organisation, "")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| path).await?;
    let id = member.organisation.id;
    let page = portal.greeted(visit.page, &session).await?;
    let members = portal.read(id, |id, tx| store::members(tx, id).boxed()).await?;
    let now = portal.accounts.parts().clock.now();
    let shown = OrganisationPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, ""),
        role: role_name(&page, member.role),
        since: moment::day(page.lang, member.organisation.created_at, now),
        owners: members.iter().filter(|member| member.role == Role::Owner).count(),
        members: members.len(),
        rename: member.role.may(Act::Rename).then(|| page_path(id, "name")),
        people: page_path(id, "members"),
        leave: format!("{}/leave", organisation_path(id)),
        name: member.organisation.name,
        page,
    };
    Ok(shown.into_response())
}
