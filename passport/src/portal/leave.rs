//! Leaving an organisation.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;

use super::Portal;
use super::frame::{AskPage, address, lead, notice, organisation_path};
use super::gate::Admitted;
use super::member::{Changed, Departure, take_out};
use super::model::{Act, OrganisationId};
use super::refusal::Refusal;
use crate::accounts::Visit;
use crate::accounts::visit::FormQuery;
use crate::web::{Button, Posted, paths};

/// The address of the page.
pub fn path(id: OrganisationId) -> String {
    format!("{}/leave", organisation_path(id))
}

/// GET: asks.
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let path = address(&organisation, "leave")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Leave), |_| path.clone()).await?;
    let page = portal.greeted(visit.page, &session).await?;
    let id = member.organisation.id;
    let shown = AskPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, ""),
        title: page.tw("portal-leave-title", [("organisation", member.organisation.name.as_str())]),
        points: ["portal-leave-now", "portal-leave-again", "portal-leave-stays"].map(|key| page.t(key)).to_vec(),
        button: page.t("portal-leave-button"),
        is_harmless: false,
        keep: page.t("portal-leave-keep"),
        action: path,
        back: organisation_path(id),
        page,
    };
    Ok(shown.into_response())
}

/// POST: leaves.
pub async fn submit(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let path = address(&organisation, "leave")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Leave), |_| path.clone()).await?;
    if !posted.fresh {
        return Ok(lead(&path, "again"));
    }
    let args = ((member.organisation.id, member.id, Departure::Left), (session.account, visit.caller));
    Ok(match portal.write(args, |portal, args, tx| take_out(portal, args, tx).boxed()).await? {
        Changed::LastOwner => lead(&path, "last-owner"),
        Changed::Done | Changed::Gone => lead(paths::PORTAL, "left"),
    })
}
