//! A change of the sandbox's signing key, rehearsed for one site: whoever runs it sees whether the site follows, before that
//! happens to candidates.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use shared::clock::Timestamp;
use shared::page::{NavItem, Page};

use super::desk::{Rehearsal, Rehearsed};
use super::place::Place;
use super::register::told;
use super::remote::SandboxError;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::audit::Event;
use crate::portal::frame::{lead, notice};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Button, Posted, moment};

const PAGE: (&str, Act) = ("rotation", Act::RunSites);

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/rotation.html")]
struct RotationPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    last: Option<RehearsalView>,
    action: String,
    /// The page of the site.
    back: String,
}

/// A rehearsal, in words.
struct RehearsalView {
    when: String,
    outcome: String,
    /// The colour of that.
    kind: &'static str,
    given: i64,
    alg: String,
    kid: String,
}

/// GET: the last one and its outcome, and the button that begins the next.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let known = portal.sandbox()?.rehearsal(here.managed()).await;
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let trouble = known.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let Rehearsed { rehearsal, .. } = known.unwrap_or_default();
    let now = portal.accounts.parts().clock.now();
    let shown = RotationPage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, here.organisation(), "sandbox"),
        last: rehearsal.map(|rehearsal| view(&page, rehearsal, now)),
        back: here.back(),
        action: here.at,
        name: here.site.name,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, rehearsal: Rehearsal, now: Timestamp) -> RehearsalView {
    let Rehearsal { alg, kid, since, until, outcome, given, .. } = rehearsal;
    let (since, until) = (Timestamp::from_seconds(since), Timestamp::from_seconds(until));
    let when = if now < until {
        page.tw("rotation-until", [("time", moment::until(page.lang, until, now).as_str())])
    } else {
        page.tw("rotation-was", [("time", moment::past(page.lang, since, now).as_str())])
    };
    let (key, kind) = match outcome.as_deref() {
        Some("succeeded") => ("rotation-succeeded", "ok"),
        Some("failed") => ("rotation-failed", "error"),
        _ if given > 0 => ("rotation-given", "info"),
        _ => ("rotation-nothing", "info"),
    };
    RehearsalView { when, outcome: page.t(key), kind, given, alg, kid }
}

/// POST: begins one.
pub async fn submit(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    if !posted.fresh {
        return Ok(lead(&here.at, "again"));
    }
    match portal.sandbox()?.rehearse(here.managed()).await {
        Ok(()) => {
            let begun = |organisation, site| Event::SandboxRotationRehearsed { organisation, site };
            portal.record(&here, visit.caller, begun).await?;
            Ok(lead(&here.at, "rehearsal-begun"))
        }
        Err(SandboxError::Refused(_)) => Ok(lead(&here.at, "rehearsal-later")),
        Err(error) => {
            told(&error);
            Ok(lead(&here.at, "sandbox-away"))
        }
    }
}
