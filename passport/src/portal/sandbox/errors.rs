//! What was refused to a site in the sandbox.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use shared::page::{NavItem, Page};

use super::desk::Refused;
use super::place::Place;
use super::register::told;
use crate::accounts::{Notice, Visit};
use crate::portal::refusal::Refusal;
use crate::portal::refused::RuleView;
use crate::portal::{Act, Portal};

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/errors.html")]
struct ErrorsPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    since: String,
    rules: Vec<RuleView>,
    /// The page of the site.
    back: String,
}

/// `GET /portal/organisations/{organisation}/sandbox/{site}/errors`
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, ("errors", Act::Look)).await?;
    let refused = portal.sandbox()?.refused(here.managed()).await;
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let notice = refused.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let Refused { since, refusals, .. } = refused.unwrap_or_default();
    let now = portal.accounts.parts().clock.now();
    let shown = ErrorsPage {
        notice,
        side: portal.side(&page, here.organisation(), "sandbox"),
        since,
        rules: refusals.into_iter().map(|rule| RuleView::of(&page, rule, now)).collect(),
        back: here.back(),
        name: here.site.name,
        page,
    };
    Ok(shown.into_response())
}
