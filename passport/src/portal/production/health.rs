//! How a site for candidates is doing: what was refused to it, and what became of what it was sent.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::{NavItem, Page};

use super::site::{At, at, gone};
use crate::accounts::{Notice, Visit};
use crate::clients::Client;
use crate::delivery::Channel;
use crate::delivery::store::{Counts, Last, last, of_channel};
use crate::oidc::refusals::report::Report;
use crate::oidc::signals::report::delivery;
use crate::portal::delivered::Delivered;
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::refused::RuleView;
use crate::portal::{Act, Portal};
use crate::web::paths;

/// Of how many days, this one among them.
const DAYS: u32 = 7;

/// A way by which a site is sent something.
struct ChannelView {
    name: String,
    delivered: Delivered,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/production/health.html")]
struct HealthPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    /// Whether there is a client at all.
    in_force: bool,
    channels: Vec<ChannelView>,
    since: String,
    rules: Vec<RuleView>,
    /// Where it stands whether the passport itself is well.
    status: &'static str,
    /// The page of the site.
    back: String,
}

/// What there is to tell of a client.
struct Health {
    report: Report,
    channels: Vec<(&'static str, Counts, Option<Last>)>,
}

/// `GET /portal/organisations/{organisation}/production/{production}/health`
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
) -> Result<Response, Refusal> {
    let At { site: back, id } = at(&organisation, &site)?;
    let here = format!("{back}/health");
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| here.clone()).await?;
    let Some(site) = portal.production(member.organisation.id, id).await? else { return gone(&organisation) };
    let client = portal.in_force(&site).await?;
    let now = portal.accounts.parts().clock.now();
    let known = match &client {
        Some(client) => Some(portal.health(client, now).await?),
        None => None,
    };
    let page = portal.greeted(visit.page, &session).await?;
    let (report, channels) = known.map_or((None, Vec::new()), |Health { report, channels }| (Some(report), channels));
    let told = report.map(|report| report.told(portal.accounts.parts().web.origin.as_ref())).unwrap_or_default();
    let view = |(key, counts, last): (&str, Counts, Option<Last>)| ChannelView {
        name: page.t(key),
        delivered: Delivered::of(&page, (counts.waiting, counts.failed), last.as_ref().map(delivery), now),
    };
    let shown = HealthPage {
        notice: super::site::suspended(&page, client.as_ref(), now),
        side: portal.side(&page, member.organisation.id, "production"),
        name: site.name().to_owned(),
        in_force: client.is_some(),
        channels: channels.into_iter().map(view).collect(),
        since: told.since,
        rules: told.refusals.into_iter().map(|rule| RuleView::of(&page, rule, now)).collect(),
        status: paths::STATUS,
        back,
        page,
    };
    Ok(shown.into_response())
}

impl Portal {
    async fn health(&self, client: &Client, now: Timestamp) -> Result<Health, Refusal> {
        let id = client.id.to_string();
        let report = Report::read(&self.accounts.parts().db, &id, (DAYS, now)).await?;
        let stream = self.clients.signals(&id).await?;
        let mut asked = Vec::new();
        if client.backchannel_logout_uri.is_some() {
            asked.push(("production-health-logout", Channel::Logout(id.clone())));
        }
        if stream.is_some() {
            asked.push(("sandbox-signals", Channel::Signals(id)));
        }
        let channels = self.read(asked, |asked, tx| channels(asked, tx).boxed()).await?;
        Ok(Health { report, channels })
    }
}

async fn channels(
    asked: Vec<(&'static str, Channel)>,
    tx: &mut Tx,
) -> Result<Vec<(&'static str, Counts, Option<Last>)>, DbError> {
    let mut told = Vec::new();
    for (key, channel) in asked {
        told.push((key, of_channel(tx, &channel).await?, last(tx, &channel).await?));
    }
    Ok(told)
}
