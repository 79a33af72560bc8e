//! A site for candidates: how far its application got, what the reviewer wrote, and what is in force.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::page::{NavItem, Page};

use super::evidence::{self, EvidenceView};
use super::form::label;
use super::model::{Production, ProductionId, State as Stage};
use super::store;
use super::wish::{Difference, differences};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::clients::Client;
use crate::portal::frame::{address, lead, notice};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::moment;

/// A field, as it is and as it is to be.
pub struct FieldView {
    /// What it is called.
    pub label: String,
    /// What it is, line by line.
    pub from: Vec<String>,
    /// What it is to be.
    pub to: Vec<String>,
}

/// Fields with their labels.
pub fn fields(page: &Page, differences: Vec<Difference>) -> Vec<FieldView> {
    let one = |Difference { field, from, to }| FieldView { label: label(page, field), from, to };
    differences.into_iter().map(one).collect()
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/production/site.html")]
struct SitePage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    kind: &'static str,
    state: String,
    /// What follows from it.
    lead: String,
    sent: String,
    /// The place in the queue, from 1, while it waits.
    place: Option<String>,
    words: Option<String>,
    /// What an open application would change; everything, the first time.
    wished: Vec<FieldView>,
    is_change: bool,
    evidence: Vec<EvidenceView>,
    client_id: Option<String>,
    issuer: String,
    in_force: Vec<FieldView>,
    change: Option<String>,
    secrets: Option<String>,
    withdraw: Option<String>,
    /// How it is doing, once it is in force.
    health: Option<String>,
}

/// Addresses of a site, and its id.
pub(super) struct At {
    pub(super) site: String,
    pub(super) id: ProductionId,
}

/// The page of a site. Only an id leads anywhere.
pub(super) fn at(organisation: &str, site: &str) -> Result<At, Refusal> {
    let id = site.parse::<ProductionId>().map_err(|_| Refusal::Unknown)?;
    Ok(At { site: address(organisation, &format!("production/{id}"))?, id })
}

/// Said of a site that the staff suspended.
pub(super) fn suspended(page: &Page, client: Option<&Client>, now: Timestamp) -> Option<Notice> {
    let since = moment::past(page.lang, client?.suspended_at?, now);
    Some(Notice { kind: "warn", text: page.tw("production-suspended", [("time", since.as_str())]) })
}

/// Leads to the list, where it is said that there is no such site.
pub(super) fn gone(organisation: &str) -> Result<Response, Refusal> {
    Ok(lead(&address(organisation, "production")?, "site-gone"))
}

/// `GET /portal/organisations/{organisation}/production/{production}`
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let At { site: at, id } = at(&organisation, &site)?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| at.clone()).await?;
    let Some(site) = portal.production(member.organisation.id, id).await? else { return gone(&organisation) };
    let (client, place) = (portal.in_force(&site).await?, portal.place(&site).await?);
    let page = portal.greeted(visit.page, &session).await?;
    let now = portal.accounts.parts().clock.now();
    let may = member.role.may(Act::Apply);
    let current = client.as_ref().map(|client| &client.metadata);
    let code = site.state.as_str();
    let asked = |site: &Production| site.state != Stage::Approved;
    let kept = client.as_ref().is_some_and(Client::uses_secret) && member.role.may(Act::KeepSecrets);
    let wished = Client::new(site.wish.clone(), Vec::new()).ok();
    let shown = SitePage {
        notice: notice(&page, query.notice.as_deref()).or_else(|| suspended(&page, client.as_ref(), now)),
        side: portal.side(&page, member.organisation.id, "production"),
        name: site.name().to_owned(),
        kind: site.state.kind(),
        state: page.t(&format!("production-state-{code}")),
        lead: page.t(&format!("production-lead-{code}")),
        sent: moment::past(page.lang, site.sent_at, now),
        place: place.map(|place| place.to_string()),
        wished: if asked(&site) { fields(&page, differences(current, &site.wish)) } else { Vec::new() },
        is_change: current.is_some(),
        evidence: wished.map(|wished| evidence::view(&page, (&wished).into(), &site.evidence, now)).unwrap_or_default(),
        in_force: current.map(|current| fields(&page, differences(None, current))).unwrap_or_default(),
        client_id: client.as_ref().map(|client| client.id.to_string()),
        issuer: portal.accounts.parts().web.origin.to_string(),
        change: may.then(|| format!("{at}/change")),
        secrets: kept.then(|| format!("{at}/secrets")),
        health: client.is_some().then(|| format!("{at}/health")),
        withdraw: (may && site.state.is_open()).then(|| format!("{at}/withdraw")),
        words: site.words,
        page,
    };
    Ok(shown.into_response())
}

impl Portal {
    /// A site of that organisation.
    pub(super) async fn production(
        &self,
        organisation: OrganisationId,
        id: ProductionId,
    ) -> Result<Option<Production>, Refusal> {
        let args = (organisation, id);
        let found = self.read(args, |(organisation, id), tx| store::find(tx, organisation, id).boxed());
        Ok(found.await?)
    }

    /// The client of a site, once there is one.
    pub(super) async fn in_force(&self, site: &Production) -> Result<Option<Client>, Refusal> {
        if site.approved_at.is_none() {
            return Ok(None);
        }
        let found =
            self.read(site.client.clone(), |id, tx| async move { crate::clients::store::find(tx, &id).await }.boxed());
        Ok(found.await?)
    }

    /// The place of a waiting application in the queue, from 1.
    async fn place(&self, site: &Production) -> Result<Option<i64>, Refusal> {
        if site.state != Stage::Sent {
            return Ok(None);
        }
        let before = self.read(site.sent_at, |at, tx| store::before(tx, at).boxed()).await?;
        Ok(Some(before + 1))
    }
}
