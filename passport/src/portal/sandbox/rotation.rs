//! A change of the sandbox's signing key, rehearsed for one site: whoever runs it sees whether the site follows, before that
//! happens to candidates.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{NavItem, Page};

use super::desk::{Rehearsal, Rehearsed};
use super::model::{Site, SiteId};
use super::register::told;
use super::remote::SandboxError;
use super::settings::gone;
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, lead, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Button, Posted, moment};

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

fn here(organisation: &str, site: &str) -> Result<String, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    address(organisation, &format!("sandbox/{id}/rotation"))
}

/// GET: the last one and its outcome, and the button that begins the next.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let id = member.organisation.id;
    let Some(site) = portal.site(id, &site).await? else { return gone(&organisation) };
    let token = portal.token(&site)?;
    let known = portal.sandbox()?.rehearsal(site.managed(&token)).await;
    let page = portal.greeted(visit.page, &session).await?;
    let trouble = known.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let Rehearsed { rehearsal } = known.unwrap_or_default();
    let now = portal.accounts.parts().clock.now();
    let shown = RotationPage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, id, "sandbox"),
        last: rehearsal.map(|rehearsal| view(&page, rehearsal, now)),
        back: format!("{}/{}", page_path(id, "sandbox"), site.id),
        action: at,
        name: site.name,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, rehearsal: Rehearsal, now: Timestamp) -> RehearsalView {
    let Rehearsal { alg, kid, since, until, outcome, given } = rehearsal;
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
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    if !posted.fresh {
        return Ok(lead(&at, "again"));
    }
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    let token = portal.token(&site)?;
    match portal.sandbox()?.rehearse(site.managed(&token)).await {
        Ok(()) => {
            let args = (site, (admitted.session.account, visit.caller));
            portal.write(args, |portal, args, tx| note(portal, args, tx).boxed()).await?;
            Ok(lead(&at, "rehearsal-begun"))
        }
        Err(SandboxError::Refused(_)) => Ok(lead(&at, "rehearsal-later")),
        Err(error) => {
            told(&error);
            Ok(lead(&at, "sandbox-away"))
        }
    }
}

async fn note(
    portal: Portal,
    (site, (account, from)): (Site, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let (organisation, site) = (site.organisation.to_string(), site.id.to_string());
    let event = Event::SandboxRotationRehearsed { organisation, site };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
