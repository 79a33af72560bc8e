//! 变更记录: what was done with an organisation, when and by whom, out of the audit record.

use std::collections::HashMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::page::{NavItem, Page};

use super::frame::{address, page_path, role_name};
use super::gate::Admitted;
use super::model::{Act, OrganisationId, Role};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::Visit;
use crate::audit::store::{Mark, Noted};
use crate::audit::{Event, RETENTION};
use crate::web::moment;

/// Lines on a page.
const LINES: usize = 30;

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HistoryQuery {
    /// The mark that the page begins behind.
    before: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/history.html")]
struct HistoryPage {
    page: Page,
    side: Vec<NavItem>,
    lines: Vec<Line>,
    older: Option<String>,
}

/// One thing that was done.
struct Line {
    at: String,
    by: String,
    what: String,
}

/// `GET /portal/organisations/{organisation}/history`
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, Refusal> {
    let path = address(&organisation, "history")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| path).await?;
    let id = member.organisation.id;
    let before = query.before.as_deref().and_then(Mark::read);
    let (noted, older) = portal.noted(id, before).await?;
    let page = portal.greeted(visit.page, &session).await?;
    let names = portal.people(id).await?;
    let now = portal.accounts.parts().clock.now();
    let lines = noted.iter().filter_map(|one| {
        let what = sentence(&page, one.event.as_ref()?, &names)?;
        Some(Line {
            at: moment::past(page.lang, one.mark.at, now),
            by: person(&page, one.actor_account(), &names),
            what,
        })
    });
    let shown = HistoryPage {
        lines: lines.collect(),
        side: portal.side(&page, id, "history"),
        older: older.map(|mark| format!("{}?before={}", page_path(id, "history"), mark.write())),
        page,
    };
    Ok(shown.into_response())
}

impl Portal {
    /// So many lines behind a mark, and the mark that the next ones begin behind, if there are any.
    async fn noted(&self, id: OrganisationId, before: Option<Mark>) -> Result<(Vec<Noted>, Option<Mark>), Refusal> {
        let since = self.accounts.parts().clock.now() - RETENTION;
        // One more than is shown tells whether another page follows.
        let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
        let args = (id.to_string(), before, since, most);
        let read = self.read(args, |(id, before, since, most), tx| {
            async move { crate::audit::store::of_organisation(tx, (&id, since), before, most).await }.boxed()
        });
        let mut noted = read.await?;
        let older = (noted.len() > LINES).then(|| noted[LINES - 1].mark);
        noted.truncate(LINES);
        Ok((noted, older))
    }

    /// The members, as the others know them.
    async fn people(&self, id: OrganisationId) -> Result<HashMap<String, String>, Refusal> {
        let members = self.read(id, |id, tx| store::members(tx, id).boxed()).await?;
        let named = members.into_iter().filter_map(|one| Some((one.account.to_string(), one.name.or(one.email)?)));
        Ok(named.collect())
    }
}

/// Who somebody is; of those who left no name is told.
fn person(page: &Page, account: Option<&str>, names: &HashMap<String, String>) -> String {
    match account.map(|account| names.get(account)) {
        Some(Some(name)) => name.clone(),
        Some(None) => page.t("portal-history-former"),
        None => page.t("portal-history-staff"),
    }
}

/// What was done, in words; `None` if it is nothing of an organisation's.
fn sentence(page: &Page, event: &Event, names: &HashMap<String, String>) -> Option<String> {
    let role = |code: &str| Role::parse(code).map_or_else(String::new, |role| role_name(page, role));
    let of = |account: &str| person(page, Some(account), names);
    Some(match event {
        Event::OrganisationCreated { .. } => page.t("portal-did-created"),
        Event::OrganisationRenamed { .. } => page.t("portal-did-renamed"),
        Event::MemberInvited { role: code, .. } => page.tw("portal-did-invited", [("role", role(code).as_str())]),
        Event::InvitationWithdrawn { .. } => page.t("portal-did-withdrawn"),
        Event::MemberJoined { role: code, .. } => page.tw("portal-did-joined", [("role", role(code).as_str())]),
        Event::MemberRoleChanged { account, from, to, .. } => {
            let (who, from, to) = (of(account), role(from), role(to));
            page.tw("portal-did-role", [("member", who.as_str()), ("from", from.as_str()), ("to", to.as_str())])
        }
        Event::MemberLeft { how, .. } if how == "left" => page.t("portal-did-left"),
        Event::MemberLeft { account, .. } => page.tw("portal-did-removed", [("member", of(account).as_str())]),
        Event::SandboxSiteRegistered { .. } => page.t("portal-did-site-registered"),
        Event::SandboxSiteChanged { .. } => page.t("portal-did-site-changed"),
        Event::SandboxSiteRemoved { .. } => page.t("portal-did-site-removed"),
        Event::SandboxSecretMade { .. } => page.t("portal-did-secret-made"),
        Event::SandboxSecretEnded { .. } => page.t("portal-did-secret-ended"),
        Event::SandboxSignalsSet { .. } => page.t("portal-did-signals-set"),
        Event::SandboxRotationRehearsed { .. } => page.t("portal-did-rehearsed"),
        Event::SandboxCandidatesMade { .. } => page.t("portal-did-candidates-made"),
        Event::ApplicationSent { .. } => page.t("production-did-sent"),
        Event::ApplicationDecided { how, .. } => page.t(match how.as_ref() {
            "approved" => "production-did-approved",
            "refused" => "production-did-refused",
            "asked" => "production-did-asked",
            _ => "production-did-withdrawn",
        }),
        Event::ProductionSecretMade { .. } => page.t("production-did-secret-made"),
        Event::ProductionSecretEnded { .. } => page.t("production-did-secret-ended"),
        _ => return None,
    })
}
