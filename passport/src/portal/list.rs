//! 我的机构: the organisations that somebody acts for.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::Page;

use super::frame::{notice, organisation_path, role_name};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::web::paths;

#[derive(Template, WebTemplate)]
#[template(path = "portal/list.html")]
struct ListPage {
    page: Page,
    notice: Option<Notice>,
    organisations: Vec<View>,
}

/// An organisation in the list.
struct View {
    href: String,
    name: String,
    role: String,
}

/// `GET /portal`
pub async fn show(
    State(portal): State<Portal>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let session = portal.accounts.signed_in(&mut visit, paths::PORTAL)?;
    let page = portal.greeted(visit.page, &session).await?;
    let found = portal.read(session.account, |account, tx| store::memberships(tx, account).boxed()).await?;
    let organisations = found.into_iter().map(|member| View {
        href: organisation_path(member.organisation.id),
        role: role_name(&page, member.role),
        name: member.organisation.name,
    });
    let organisations = organisations.collect();
    Ok(ListPage { notice: notice(&page, query.notice.as_deref()), organisations, page }.into_response())
}
