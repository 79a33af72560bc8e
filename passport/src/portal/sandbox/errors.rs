//! What was refused to a site: by which rule, how often, when, why, and what to do. Its requests cannot be seen by whoever
//! sent them otherwise: they learn no more than a code.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use shared::clock::Timestamp;
use shared::page::{NavItem, Page};

use super::desk::{ByRule, Refused};
use super::place::Place;
use super::register::told;
use crate::accounts::{Notice, Visit};
use crate::oidc::rules::dictionary::{Piece, pieces};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::moment;

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

/// A rule that was broken.
struct RuleView {
    rule: String,
    /// Where the sandbox tells more about it.
    href: Option<String>,
    proven: bool,
    times: i64,
    cause: String,
    mend: String,
    section: Option<String>,
    first: String,
    last: String,
    /// The days on which it happened, and how often.
    days: Vec<(String, i64)>,
    example: String,
}

impl RuleView {
    fn cause(&self) -> Vec<Piece<'_>> {
        pieces(&self.cause)
    }

    fn mend(&self) -> Vec<Piece<'_>> {
        pieces(&self.mend)
    }
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
        rules: refusals.into_iter().map(|rule| view(&page, rule, now)).collect(),
        back: here.back(),
        name: here.site.name,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, told: ByRule, now: Timestamp) -> RuleView {
    let when = |text: &str| {
        let at = text.parse::<Timestamp>();
        at.map_or_else(|_| text.to_owned(), |at| moment::past(page.lang, at, now))
    };
    RuleView {
        first: when(&told.first_at),
        last: when(&told.last_at),
        cause: told.cause.text(page.lang).unwrap_or_else(|| page.t("sandbox-errors-unknown")),
        mend: told.mend.text(page.lang).unwrap_or_default(),
        days: told.days.into_iter().filter(|on| on.times > 0).map(|on| (on.day, on.times)).collect(),
        href: told.page,
        rule: told.rule,
        proven: told.proven,
        times: told.times,
        section: told.section,
        example: told.example,
    }
}
