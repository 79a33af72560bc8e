//! Taking an application back.

use axum::extract::{Path, State};
use axum::response::Response;

use super::site::{At, at};
use crate::accounts::Visit;
use crate::portal::frame::lead;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Button, Posted};

/// POST: takes it back. What is in force stays so.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Refusal> {
    let At { site: page, id, .. } = at(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::Apply), |_| page.clone()).await?;
    if !fresh {
        return Ok(lead(&page, "again"));
    }
    let by = (admitted.session.account, visit.caller);
    let taken = portal.withdraw_wish((admitted.member.organisation.id, id), by).await?;
    Ok(lead(&page, if taken { "wish-withdrawn" } else { "wish-over" }))
}
