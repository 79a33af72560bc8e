//! Taking a site out of the sandbox.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::model::{Site, SiteId};
use super::register::told;
use super::remote::SandboxError;
use super::settings::gone;
use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{AskPage, address, lead, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Button, Posted};

fn here(organisation: &str, site: &str) -> Result<String, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    address(organisation, &format!("sandbox/{id}/remove"))
}

/// GET: asks.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    draw(&portal, visit, (&admitted, site), (at, query.notice)).await
}

async fn draw(
    portal: &Portal,
    visit: Visit,
    (admitted, site): (&Admitted, Site),
    (at, code): (String, Option<String>),
) -> Result<Response, Refusal> {
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let id = admitted.member.organisation.id;
    let shown = AskPage {
        notice: notice(&page, code.as_deref()),
        side: portal.side(&page, id, "sandbox"),
        title: page.tw("sandbox-remove-title", [("site", site.name.as_str())]),
        points: ["sandbox-remove-now", "sandbox-remove-new"].map(|key| page.t(key)).to_vec(),
        button: page.t("sandbox-remove-button"),
        is_harmless: false,
        keep: page.t("sandbox-remove-keep"),
        action: at,
        back: format!("{}/{}", page_path(id, "sandbox"), site.id),
        page,
    };
    Ok(shown.into_response())
}

/// POST: has the sandbox forget it, and forgets it here. A second time the result is the same.
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
    match portal.sandbox()?.remove(site.managed(&token)).await {
        Ok(()) | Err(SandboxError::Gone) => {}
        Err(error) => {
            told(&error);
            return Ok(lead(&at, "sandbox-away"));
        }
    }
    let args = (site, (admitted.session.account, visit.caller));
    portal.write(args, |portal, args, tx| forget(portal, args, tx).boxed()).await?;
    Ok(lead(&address(&organisation, "sandbox")?, "site-removed"))
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
