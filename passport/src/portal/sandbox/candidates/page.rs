//! In the portal: the stand-ins of an organisation, and having them made anew.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{NavItem, Page};

use super::{Candidate, Made, store};
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, lead, notice, page_path};
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::register::told;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Button, KeyUse, Posted, moment};

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/candidates.html")]
struct CandidatesPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    /// The set, if there is one.
    set: Option<SetView>,
    action: String,
    back: String,
}

struct SetView {
    password: String,
    made: String,
    candidates: Vec<CandidateView>,
}

struct CandidateView {
    /// What its state is called, and what a site meets.
    state: String,
    meets: String,
    login: String,
    app: Option<String>,
}

/// GET: the list.
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "sandbox/candidates")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    portal.sandbox()?;
    let id = admitted.member.organisation.id;
    let found = portal.read(id, |id, tx| store::find(tx, id).boxed()).await?;
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let away = query.notice.as_deref() == Some("sandbox-away");
    let trouble = away.then(|| Notice { kind: "warn", text: page.t("sandbox-away") });
    let now = portal.accounts.parts().clock.now();
    let set = found.and_then(|(sealed, made_at)| {
        let made = portal.opened(id, &sealed)?;
        Some(SetView {
            password: made.password,
            made: moment::past(page.lang, made_at, now),
            candidates: made.candidates.into_iter().map(|one| view(&page, one)).collect(),
        })
    });
    let shown = CandidatesPage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, id, "sandbox"),
        back: page_path(id, "sandbox"),
        action: at,
        set,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, one: Candidate) -> CandidateView {
    CandidateView {
        state: page.t(&format!("sandbox-state-{}", one.state)),
        meets: page.t(&format!("sandbox-state-{}-meets", one.state)),
        login: one.login,
        app: one.totp_secret,
    }
}

/// POST: has the sandbox make them anew. Whoever is signed in as one of the former set is signed out.
pub async fn submit(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "sandbox/candidates")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let sandbox = portal.sandbox()?;
    if !posted.fresh {
        return Ok(lead(&at, "again"));
    }
    let id = admitted.member.organisation.id;
    let made = match sandbox.make_candidates(&set_of(id)).await {
        Ok(made) => made,
        Err(error) => {
            told(&error);
            return Ok(lead(&at, "sandbox-away"));
        }
    };
    // A few texts: nothing in it can fail to be written.
    let bytes = serde_json::to_vec(&made).unwrap_or_default();
    let sealer = &portal.accounts.parts().sealer;
    let sealed = sealer.seal_for(KeyUse::SandboxCandidates, &bytes, id.to_string().as_bytes());
    let args = ((id, sealed), (admitted.session.account, visit.caller));
    portal.write(args, |portal, args, tx| remember(portal, args, tx).boxed()).await?;
    Ok(lead(&at, "candidates-made"))
}

/// The name of an organisation's set: of its id the part that is random.
fn set_of(organisation: OrganisationId) -> String {
    let text = organisation.to_string();
    text.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect()
}

impl Portal {
    fn opened(&self, organisation: OrganisationId, sealed: &[u8]) -> Option<Made> {
        let sealer = &self.accounts.parts().sealer;
        let bytes = sealer.open_for(KeyUse::SandboxCandidates, sealed, organisation.to_string().as_bytes())?;
        serde_json::from_slice(&bytes).ok()
    }
}

async fn remember(
    portal: Portal,
    ((organisation, sealed), (account, from)): ((OrganisationId, Vec<u8>), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let parts = portal.accounts.parts();
    store::put(tx, organisation, sealed, parts.clock.now()).await?;
    let event = Event::SandboxCandidatesMade { organisation: organisation.to_string() };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
