//! What a site is told of accounts: which events, where to, and how it goes.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::clock::Timestamp;
use shared::page::{FormErrors, NavItem, Page};
use shared::secret::SecretString;

use super::desk::{Signals, Stream};
use super::place::{AtSite, Place};
use super::register::told;
use super::remote::SandboxError;
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Notice, Visit};
use crate::audit::Event;
use crate::clients::signals::{EventType, Wanted, WrongWish};
use crate::portal::delivered::Delivered;
use crate::portal::frame::{framed, lead, notice};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Draft, Flaws, Posted, moment};

const PAGE: (&str, Act) = ("signals", Act::RunSites);

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
    delivered: Delivered,
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
            Some(stream) => stream.agreed.events.clone(),
            None => EventType::CHOSEN.iter().map(|event| event.code().to_owned()).collect(),
        };
        Self {
            endpoint: stream.map(|stream| stream.agreed.endpoint.clone()).unwrap_or_default(),
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

/// GET: how the stream stands, and the form.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let draft = portal.draft::<SignalsForm>(&visit, &here.at, &query);
    draw(&portal, visit, here, (draft, query.notice)).await
}

async fn draw(
    portal: &Portal,
    visit: Visit,
    here: AtSite,
    (draft, code): (Option<Draft<SignalsForm>>, Option<String>),
) -> Result<Response, Refusal> {
    let known = portal.sandbox()?.signals(here.managed()).await;
    let trouble = known.as_ref().err().map(told);
    let Signals { stream, .. } = known.unwrap_or_default();
    let draft = draft.unwrap_or_else(|| Draft::of(SignalsForm::of(stream.as_ref())));
    let framing = portal.accounts.frame(visit, &here.admitted.session, &draft).await?;
    let Frame { status, headers, page, errors, notice: again, .. } = framing;
    let page = framed(page);
    let event = |event: EventType| EventView {
        field: format!("{EVENT}{}", event.code()),
        code: event.code(),
        says: page.t(&format!("sandbox-event-{}", event.code())),
        chosen: draft.form.chooses(event),
    };
    let now = portal.accounts.parts().clock.now();
    let shown = SignalsPage {
        notice: trouble
            .map(|key| Notice { kind: "warn", text: page.t(key) })
            .or(again)
            .or_else(|| notice(&page, code.as_deref())),
        side: portal.side(&page, here.organisation(), "sandbox"),
        events: EventType::CHOSEN.map(event).into(),
        has_authorization: stream.as_ref().is_some_and(|stream| stream.agreed.authorization),
        stream: stream.map(|stream| view(&page, stream, now)),
        endpoint: draft.form.endpoint.clone(),
        back: here.back(),
        action: here.at,
        name: here.site.name,
        errors,
        page,
    };
    Ok((status, headers, shown).into_response())
}

fn view(page: &Page, Stream { agreed, waiting, given_up, last_delivery }: Stream, now: Timestamp) -> StreamView {
    let since = moment::past_of(page.lang, &agreed.since, now);
    let key = match agreed.state.as_str() {
        "enabled" => "sandbox-signals-enabled",
        "paused" => "sandbox-signals-paused",
        _ => "sandbox-signals-disabled",
    };
    let delivered = Delivered::of(page, (waiting, given_up), last_delivery, now);
    StreamView { says: page.tw(key, [("time", since.as_str())]), delivered, state: agreed.state }
}

/// POST: changes what is agreed on, brings the stream to a state, or has a verification event sent.
pub async fn submit(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SignalsForm>,
) -> Result<Response, Refusal> {
    let form = form.of_events();
    let waiting = |visit: &Visit, at: &str| portal.waiting(visit, at, &Draft::of(form.clone()));
    let here = portal.at_site_with(&mut visit, &place, PAGE, waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&here.at, lang), &Draft::of(form)));
    }
    if !fresh {
        return Ok(portal.send_back(&visit, &here.at, (form, Flaws::default())));
    }
    let (sandbox, managed) = (portal.sandbox()?, here.managed());
    let (done, code) = match form.to.as_deref() {
        Some("verify") => (sandbox.verify_signals(managed).await, "signals-verify"),
        Some(state @ ("enabled" | "paused" | "disabled")) => {
            let to = Map::from_iter([("state".to_owned(), state.into())]);
            (sandbox.set_signals(managed, &to).await, "signals-set")
        }
        Some(_) => return Ok(lead(&here.at, "again")),
        None => {
            let mut flaws = Flaws::default();
            let wanted = form.read(&mut flaws);
            if !flaws.is_empty() {
                return Ok(portal.send_back(&visit, &here.at, (form, flaws)));
            }
            (sandbox.set_signals(managed, &wanted).await, "signals-set")
        }
    };
    match done {
        Ok(()) => {
            if code == "signals-set" {
                let set = |organisation, site| Event::SandboxSignalsSet { organisation, site };
                portal.record(&here, visit.caller, set).await?;
            }
            Ok(portal.done(&visit, &here.at, &here.at, code))
        }
        // The stream is in another state by now: the page shows which.
        Err(SandboxError::Refused(_)) => Ok(lead(&here.at, "signals-changed")),
        Err(error) => {
            let mut flaws = Flaws::default();
            flaws.push("endpoint", "", told(&error));
            Ok(portal.send_back(&visit, &here.at, (form, flaws)))
        }
    }
}
