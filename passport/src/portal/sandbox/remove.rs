//! Taking a site out of the sandbox.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::model::Site;
use super::place::Place;
use super::register::told;
use super::remote::SandboxError;
use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{AskPage, lead, notice, page_path};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Button, Posted};

const PAGE: (&str, Act) = ("remove", Act::RunSites);

/// GET: asks.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let shown = AskPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, here.organisation(), "sandbox"),
        title: page.tw("sandbox-remove-title", [("site", here.site.name.as_str())]),
        points: ["sandbox-remove-now", "sandbox-remove-new"].map(|key| page.t(key)).to_vec(),
        button: page.t("sandbox-remove-button"),
        is_harmless: false,
        keep: page.t("sandbox-remove-keep"),
        back: here.back(),
        action: here.at,
        page,
    };
    Ok(shown.into_response())
}

/// POST: has the sandbox forget it, and forgets it here. A second time the result is the same.
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
    match portal.sandbox()?.remove(here.managed()).await {
        Ok(()) | Err(SandboxError::Gone) => {}
        Err(error) => {
            told(&error);
            return Ok(lead(&here.at, "sandbox-away"));
        }
    }
    let list = page_path(here.organisation(), "sandbox");
    let args = (here.site, (here.admitted.session.account, visit.caller));
    portal.write(args, |portal, args, tx| forget(portal, args, tx).boxed()).await?;
    Ok(lead(&list, "site-removed"))
}

async fn forget(
    portal: Portal,
    (site, (account, from)): (Site, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    if !store::remove(tx, site.id).await? {
        return Ok(());
    }
    let event = Event::SandboxSiteRemoved { organisation: site.organisation.to_string(), site: site.id.to_string() };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
