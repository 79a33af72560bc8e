//! The link of an invitation: what it leads into, and joining.
//!
//! Whoever has the link joins, with whichever account they are signed in: people are invited at their office's address and
//! sign in with their own. It counts once.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{Link, Page};
use shared::secret::sha256;

use super::frame::{lead, organisation_path, role_name};
use super::model::{MemberId, OrganisationId, Proof};
use super::refusal::Refusal;
use super::store::Invitation;
use super::{Portal, store};
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

/// What the link carries, and what its form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Carried {
    t: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/invitation.html")]
struct InvitationPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    organisation: String,
    role: String,
    /// Who invited, if they gave a name.
    by: Option<String>,
    until: String,
    /// The account that would join.
    account: String,
}

/// What became of it.
enum Joined {
    /// The person belongs to it now.
    Yes(OrganisationId),
    /// They did before; the invitation waits on.
    Already(OrganisationId),
    /// It does not count, or not any more.
    Over,
}

/// The address of the page. The token is of our making or of nobody's: anything else leads to the page that says so.
fn here(token: &str) -> String {
    let ours = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    format!("{}?t={}", paths::PORTAL_INVITATION, if ours { token } else { "" })
}

/// GET: what one is invited to, and the button.
pub async fn show(
    State(portal): State<Portal>,
    mut visit: Visit,
    Query(carried): Query<Carried>,
) -> Result<Response, Refusal> {
    draw(&portal, &mut visit, carried.t, false).await
}

async fn draw(portal: &Portal, visit: &mut Visit, token: String, again: bool) -> Result<Response, Refusal> {
    let session = portal.accounts.signed_in(visit, &here(&token))?;
    let now = portal.accounts.parts().clock.now();
    let hash = sha256(token.as_bytes());
    let found = portal.read((hash, now), |(hash, now), tx| store::by_link(tx, hash, now).boxed()).await?;
    let page = portal.greeted(visit.page.clone(), &session).await?;
    let Some(Invitation { organisation, role, by, expires_at, .. }) = found else { return Ok(over(page)) };
    let (name, display) = portal.accounts.names(session.account).await?;
    let shown = InvitationPage {
        notice: again.then(|| Notice { kind: "warn", text: page.t("accounts-notice-again") }),
        token,
        organisation: organisation.name,
        role: role_name(&page, role),
        by,
        until: moment::not_before(page.lang, expires_at, now),
        account: display.or(name).unwrap_or_default(),
        page,
    };
    Ok(shown.into_response())
}

/// POST: joins.
pub async fn submit(
    State(portal): State<Portal>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<Carried>,
) -> Result<Response, Refusal> {
    if !fresh {
        return draw(&portal, &mut visit, form.t, true).await;
    }
    let session = portal.accounts.signed_in(&mut visit, &here(&form.t))?;
    portal.prove(&session, Proof::SecondFactor, || here(&form.t)).await?;
    let args = (sha256(form.t.as_bytes()), (session.account, visit.caller));
    match portal.write(args, |portal, args, tx| join(portal, args, tx).boxed()).await? {
        Joined::Yes(id) => Ok(lead(&organisation_path(id), "joined")),
        Joined::Already(id) => Ok(lead(&organisation_path(id), "member-already")),
        Joined::Over => Ok(over(portal.greeted(visit.page, &session).await?)),
    }
}

async fn join(
    portal: Portal,
    (hash, (account, from)): ([u8; 32], (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Joined, DbError> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    let Some(Invitation { id, organisation, role, .. }) = store::by_link(tx, hash, now).await? else {
        return Ok(Joined::Over);
    };
    store::hold(tx, organisation.id).await?;
    if store::membership(tx, account, organisation.id).await?.is_some() {
        return Ok(Joined::Already(organisation.id));
    }
    if !store::spend(tx, hash, now).await? {
        return Ok(Joined::Over);
    }
    let member = MemberId::new(now, &*parts.entropy);
    store::join(tx, (member, organisation.id), (account, role), now).await?;
    let event = Event::MemberJoined {
        organisation: organisation.id.to_string(),
        account: account.to_string(),
        role: role.as_str().into(),
        invitation: id.to_string(),
    };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Joined::Yes(organisation.id))
}

fn over(page: Page) -> Response {
    let told = Explanation {
        tone: Tone::Information,
        title: page.t("portal-invitation-over-title"),
        lead: page.t("portal-invitation-over-lead"),
        steps: Vec::new(),
        way: Link::new(paths::PORTAL.to_owned(), page.t("portal-organisations")),
        other: None,
    };
    explain(page, StatusCode::GONE, told)
}
