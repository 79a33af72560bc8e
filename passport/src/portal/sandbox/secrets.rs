//! The secrets of a site, exchanged by those who run it: a new one beside the old, which ends when it is not used any more,
//! or at once when somebody else has it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{NavItem, Page};

use super::credentials::Credentials;
use super::desk::{Secret, Secrets};
use super::model::{Site, SiteId};
use super::register::told;
use super::remote::SandboxError;
use super::settings::gone;
use super::site::lead_with;
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, lead, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Posted, moment};

/// How long the old secret counts beside a new one, in seconds: time to change over every node of a site.
const OVERLAP: u64 = 7 * 24 * 60 * 60;

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/secrets.html")]
struct SecretsPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    /// The one that was just made.
    fresh: Option<String>,
    secrets: Vec<SecretView>,
    /// Whether another one can be made beside them.
    has_room: bool,
    action: String,
    /// The page of the site.
    back: String,
}

/// A secret, as far as it may be shown.
struct SecretView {
    id: String,
    made: String,
    used: Option<String>,
    ends: Option<String>,
    /// Whether it can be ended: another one remains.
    can_end: bool,
}

/// The buttons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SecretsForm {
    /// `beside` the old one, or `instead` of it.
    make: Option<String>,
    /// The one to end.
    end: Option<String>,
}

/// What is to be done.
enum Wish {
    Make(u64),
    End(String),
}

impl SecretsForm {
    fn wish(&self) -> Option<Wish> {
        match (self.make.as_deref(), &self.end) {
            (Some("beside"), None) => Some(Wish::Make(OVERLAP)),
            (Some("instead"), None) => Some(Wish::Make(0)),
            // It goes into an address.
            (None, Some(id)) if id.bytes().all(|b| b.is_ascii_alphanumeric()) => Some(Wish::End(id.clone())),
            _ => None,
        }
    }
}

fn here(organisation: &str, site: &str) -> Result<String, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    address(organisation, &format!("sandbox/{id}/secrets"))
}

/// GET: which there are, and when each was used.
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
    let known = portal.sandbox()?.secrets(site.managed(&token)).await;
    let fresh = portal.draft::<Credentials>(&visit, &at, &query).and_then(|draft| draft.form.secret());
    let page = portal.greeted(visit.page, &session).await?;
    let trouble = known.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let Secrets { secrets, most } = known.unwrap_or_default();
    let now = portal.accounts.parts().clock.now();
    let others = secrets.len() > 1;
    let shown = SecretsPage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, id, "sandbox"),
        fresh,
        has_room: secrets.len() < most,
        secrets: secrets.into_iter().map(|secret| view(&page, secret, (others, now))).collect(),
        back: format!("{}/{}", page_path(id, "sandbox"), site.id),
        action: at,
        name: site.name,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, secret: Secret, (can_end, now): (bool, Timestamp)) -> SecretView {
    let past = |seconds: i64| moment::past(page.lang, Timestamp::from_seconds(seconds), now);
    SecretView {
        made: past(secret.created_at),
        used: secret.last_used_at.map(past),
        ends: (secret.expires_at > 0)
            .then(|| moment::until(page.lang, Timestamp::from_seconds(secret.expires_at), now)),
        id: secret.id,
        can_end,
    }
}

/// POST: has one made or ended.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<SecretsForm>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let Some(wish) = form.wish().filter(|_| fresh) else { return Ok(lead(&at, "again")) };
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    let token = portal.token(&site)?;
    let sandbox = portal.sandbox()?;
    let by = (admitted.session.account, visit.caller);
    let done = match &wish {
        Wish::Make(overlap) => sandbox.make_secret(site.managed(&token), *overlap).await.map(Some),
        Wish::End(secret) => sandbox.end_secret(site.managed(&token), secret).await.map(|()| None),
    };
    match done {
        Ok(secret) => {
            let made = secret.is_some();
            portal.write(((site, made), by), |portal, args, tx| note(portal, args, tx).boxed()).await?;
            let code = if made { "secret-made" } else { "secret-ended" };
            Ok(lead_with(&portal, &visit, (&at, code), secret.as_ref()))
        }
        // Somebody else was faster: the page shows what is so now.
        Err(SandboxError::Refused(_)) => Ok(lead(&at, "secrets-changed")),
        Err(error) => {
            told(&error);
            Ok(lead(&at, "sandbox-away"))
        }
    }
}

async fn note(
    portal: Portal,
    ((site, made), (account, from)): ((Site, bool), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let (organisation, site) = (site.organisation.to_string(), site.id.to_string());
    let event = if made {
        Event::SandboxSecretMade { organisation, site }
    } else {
        Event::SandboxSecretEnded { organisation, site }
    };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
