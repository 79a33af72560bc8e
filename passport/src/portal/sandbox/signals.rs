//! What a site is told of accounts: which events, where to, and how it goes.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{FormErrors, NavItem, Page};
use shared::secret::SecretString;

use super::desk::{Delivery, Signals, Stream};
use super::model::{Site, SiteId};
use super::register::told;
use super::remote::SandboxError;
use super::settings::gone;
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::clients::signals::{EventType, Wanted, WrongWish};
use crate::portal::frame::{address, framed, lead, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Draft, Flaws, Posted, moment};

/// What is in front of the name of an event in the form.
const EVENT: &str = "event-";

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/signals.html")]
struct SignalsPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    stream: Option<StreamView>,
    endpoint: String,
    events: Vec<EventView>,
    /// Whether something is sent as `Authorization`.
    has_authorization: bool,
    action: String,
    /// The page of the site.
    back: String,
}

/// An event that can be chosen.
struct EventView {
    field: String,
    code: &'static str,
    says: String,
    chosen: bool,
}

/// How the stream stands, in words.
struct StreamView {
    /// `enabled`, `paused` or `disabled`.
    state: String,
    says: String,
    waiting: i64,
    given_up: i64,
    last: Option<String>,
    /// What the site answered, or what kept it.
    detail: Option<String>,
}

/// The form, and the buttons beside it.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SignalsForm {
    /// Where events go.
    endpoint: String,
    /// What is sent as `Authorization`; empty: as it is. It is kept nowhere but sealed.
    #[serde(skip_serializing)]
    authorization: SecretString,
    /// Whether nothing is.
    no_authorization: Option<String>,
    /// A button: `verify`, or the state that the stream is brought to.
    to: Option<String>,
    /// The events, by the names of their fields.
    #[serde(flatten)]
    events: BTreeMap<String, String>,
}

impl SignalsForm {
    fn of(stream: Option<&Stream>) -> Self {
        let codes: Vec<String> = match stream {
            Some(stream) => stream.events.clone(),
            None => EventType::CHOSEN.iter().map(|event| event.code().to_owned()).collect(),
        };
        Self {
            endpoint: stream.map(|stream| stream.endpoint.clone()).unwrap_or_default(),
            events: codes.into_iter().map(|code| (format!("{EVENT}{code}"), "on".to_owned())).collect(),
            ..Self::default()
        }
    }

    /// Without what else came with the form.
    fn of_events(mut self) -> Self {
        self.events.retain(|name, _| name.starts_with(EVENT));
        self
    }

    fn chooses(&self, event: EventType) -> bool {
        self.events.contains_key(&format!("{EVENT}{}", event.code()))
    }

    /// What is asked of the sandbox, or what is to be mended first: by the rules that it has itself.
    fn read(&self, flaws: &mut Flaws) -> Map<String, Value> {
        let chosen: Vec<String> = EventType::CHOSEN
            .into_iter()
            .filter(|event| self.chooses(*event))
            .map(|event| event.code().to_owned())
            .collect();
        let endpoint = self.endpoint.trim();
        let authorization = match &self.no_authorization {
            Some(_) => Some(SecretString::new(String::new())),
            None => Some(self.authorization.clone()).filter(|value| !value.is_empty()),
        };
        match Wanted::parse(Some(endpoint), Some(&chosen), authorization.clone()) {
            Ok(_) => {}
            Err(WrongWish::Authorization) => {
                flaws.push("authorization", "sandbox-signals-authorization", "sandbox-problem-authorization");
            }
            Err(_) => flaws.push("endpoint", "sandbox-signals-endpoint", "sandbox-problem-https"),
        }
        if chosen.is_empty() {
            flaws.push("events", "sandbox-signals-events", "sandbox-problem-no-event");
        }
        let mut wanted =
            Map::from_iter([("endpoint".to_owned(), endpoint.into()), ("events".to_owned(), chosen.into())]);
        if let Some(value) = authorization {
            wanted.insert("authorization".to_owned(), value.expose().into());
        }
        wanted
    }
}

fn here(organisation: &str, site: &str) -> Result<String, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    address(organisation, &format!("sandbox/{id}/signals"))
}

/// GET: how the stream stands, and the form.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    let draft = portal.draft::<SignalsForm>(&visit, &at, &query);
    draw(&portal, visit, &admitted, (site, draft, query.notice)).await
}

async fn draw(
    portal: &Portal,
    visit: Visit,
    Admitted { session, member }: &Admitted,
    (site, draft, code): (Site, Option<Draft<SignalsForm>>, Option<String>),
) -> Result<Response, Refusal> {
    let token = portal.token(&site)?;
    let known = portal.sandbox()?.signals(site.managed(&token)).await;
    let trouble = known.as_ref().err().map(told);
    let Signals { stream } = known.unwrap_or_default();
    let draft = draft.unwrap_or_else(|| Draft::of(SignalsForm::of(stream.as_ref())));
    let framing = portal.accounts.frame(visit, session, &draft).await?;
    let Frame { status, headers, page, errors, notice: again, .. } = framing;
    let (page, id) = (framed(page), member.organisation.id);
    let event = |event: EventType| EventView {
        field: format!("{EVENT}{}", event.code()),
        code: event.code(),
        says: page.t(&format!("sandbox-event-{}", event.code())),
        chosen: draft.form.chooses(event),
    };
    let list = page_path(id, "sandbox");
    let now = portal.accounts.parts().clock.now();
    let shown = SignalsPage {
        notice: trouble
            .map(|key| Notice { kind: "warn", text: page.t(key) })
            .or(again)
            .or_else(|| notice(&page, code.as_deref())),
        side: portal.side(&page, id, "sandbox"),
        events: EventType::CHOSEN.map(event).into(),
        has_authorization: stream.as_ref().is_some_and(|stream| stream.authorization),
        stream: stream.map(|stream| view(&page, stream, now)),
        endpoint: draft.form.endpoint.clone(),
        action: format!("{list}/{}/signals", site.id),
        back: format!("{list}/{}", site.id),
        name: site.name,
        errors,
        page,
    };
    Ok((status, headers, shown).into_response())
}

fn view(page: &Page, stream: Stream, now: Timestamp) -> StreamView {
    let when = |text: &str| {
        let at = text.parse::<Timestamp>();
        at.map_or_else(|_| text.to_owned(), |at| moment::past(page.lang, at, now))
    };
    let since = when(&stream.since);
    let key = match stream.state.as_str() {
        "enabled" => "sandbox-signals-enabled",
        "paused" => "sandbox-signals-paused",
        _ => "sandbox-signals-disabled",
    };
    let last = stream.last_delivery.map(|delivery| {
        let Delivery { state, attempts, status, error, written_at, finished_at } = delivery;
        let at = when(finished_at.as_deref().unwrap_or(&written_at));
        let said = match state.as_str() {
            "taken" => page.tw("sandbox-signals-taken", [("time", at.as_str())]),
            "given_up" => page.tw("sandbox-signals-given-up", [("time", at.as_str())]),
            _ => page.tw("sandbox-signals-waits", [("attempts", attempts)]),
        };
        (said, status.or(error))
    });
    let (last, detail) = last.map_or((None, None), |(said, detail)| (Some(said), detail));
    StreamView {
        says: page.tw(key, [("time", since.as_str())]),
        waiting: stream.waiting,
        given_up: stream.given_up,
        state: stream.state,
        last,
        detail,
    }
}

/// POST: changes what is agreed on, brings the stream to a state, or has a verification event sent.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SignalsForm>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let form = form.of_events();
    let waiting = |visit: &Visit| portal.waiting(visit, &at, &Draft::of(form.clone()));
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at, lang), &Draft::of(form)));
    }
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    if !fresh {
        return Ok(portal.send_back(&visit, &at, (form, Flaws::default())));
    }
    let token = portal.token(&site)?;
    let (sandbox, managed) = (portal.sandbox()?, site.managed(&token));
    let (done, code) = match form.to.as_deref() {
        Some("verify") => (sandbox.verify_signals(managed).await, "signals-verify"),
        Some(state @ ("enabled" | "paused" | "disabled")) => {
            let to = Map::from_iter([("state".to_owned(), state.into())]);
            (sandbox.set_signals(managed, &to).await, "signals-set")
        }
        Some(_) => return Ok(lead(&at, "again")),
        None => {
            let mut flaws = Flaws::default();
            let wanted = form.read(&mut flaws);
            if !flaws.is_empty() {
                return Ok(portal.send_back(&visit, &at, (form, flaws)));
            }
            (sandbox.set_signals(managed, &wanted).await, "signals-set")
        }
    };
    match done {
        Ok(()) => {
            if code == "signals-set" {
                let by = (admitted.session.account, visit.caller);
                portal.write((site, by), |portal, args, tx| note(portal, args, tx).boxed()).await?;
            }
            Ok(portal.done(&visit, &at, &at, code))
        }
        // The stream is in another state by now: the page shows which.
        Err(SandboxError::Refused(_)) => Ok(lead(&at, "signals-changed")),
        Err(error) => {
            let mut flaws = Flaws::default();
            flaws.push("endpoint", "", told(&error));
            Ok(portal.send_back(&visit, &at, (form, flaws)))
        }
    }
}

async fn note(
    portal: Portal,
    (site, (account, from)): (Site, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let event = Event::SandboxSignalsSet { organisation: site.organisation.to_string(), site: site.id.to_string() };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
