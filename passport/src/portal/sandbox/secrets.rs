//! The secrets of a site, exchanged by those who run it: a new one beside the old, which ends when it is not used any more,
//! or at once when somebody else has it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::{NavItem, Page};

use super::credentials::Credentials;
use super::desk::{Secret, Secrets};
use super::place::Place;
use super::register::told;
use super::remote::SandboxError;
use super::site::lead_with;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::audit::Event;
use crate::portal::frame::{lead, notice};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Posted, moment};

const PAGE: (&str, Act) = ("secrets", Act::RunSites);

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
            (None, Some(id)) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Some(Wish::End(id.clone()))
            }
            _ => None,
        }
    }
}

/// GET: which there are, and when each was used.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let known = portal.sandbox()?.secrets(here.managed()).await;
    let fresh = portal.draft::<Credentials>(&visit, &here.at, &query).and_then(|draft| draft.form.secret());
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let trouble = known.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let Secrets { secrets, most } = known.unwrap_or_default();
    let now = portal.accounts.parts().clock.now();
    let others = secrets.len() > 1;
    let shown = SecretsPage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, here.organisation(), "sandbox"),
        fresh,
        has_room: secrets.len() < most,
        secrets: secrets.into_iter().map(|secret| view(&page, secret, (others, now))).collect(),
        back: here.back(),
        action: here.at,
        name: here.site.name,
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
    Path(place): Path<Place>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<SecretsForm>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let Some(wish) = form.wish().filter(|_| fresh) else { return Ok(lead(&here.at, "again")) };
    let sandbox = portal.sandbox()?;
    let done = match &wish {
        Wish::Make(overlap) => sandbox.make_secret(here.managed(), *overlap).await.map(Some),
        Wish::End(secret) => sandbox.end_secret(here.managed(), secret).await.map(|()| None),
    };
    match done {
        Ok(Some(secret)) => {
            let made = |organisation, site| Event::SandboxSecretMade { organisation, site };
            portal.record(&here, visit.caller, made).await?;
            Ok(lead_with(&portal, &visit, (&here.at, "secret-made"), Some(&secret)))
        }
        Ok(None) => {
            let ended = |organisation, site| Event::SandboxSecretEnded { organisation, site };
            portal.record(&here, visit.caller, ended).await?;
            Ok(lead(&here.at, "secret-ended"))
        }
        // Somebody else was faster: the page shows what is so now.
        Err(SandboxError::Refused(_)) => Ok(lead(&here.at, "secrets-changed")),
        Err(error) => {
            told(&error);
            Ok(lead(&here.at, "sandbox-away"))
        }
    }
}
