//! The desk: how the simulator stands, and buttons for everything that can be changed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use shared::page::{Choice, FormErrors, Page};
use url::Url;

use super::faults::{Place, Set, Switches};
use super::keys::Step;
use super::logout::{TellError, Telling, Told};
use super::sign_in::{CandidateView, FaultGroup, candidates, form, groups, ticked};
use super::{Simulator, routes};
use crate::oidc::authorize::respond::see_other;
use crate::oidc::params::Params;
use crate::web::Fault as PageFault;

/// A step of the exchange of keys, as a button.
struct StepView {
    name: &'static str,
    label: String,
    can: bool,
}

/// A key, as it is shown.
struct KeyLine {
    kid: String,
    alg: &'static str,
    words: String,
}

/// What a site was told, as it is shown.
struct ToldView {
    client: String,
    uri: String,
    faults: String,
    answer: String,
    correct: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "simulator/desk.html")]
struct DeskPage {
    page: Page,
    errors: FormErrors,
    action: &'static str,
    issuer: String,
    groups: Vec<FaultGroup>,
    on: Vec<&'static str>,
    keys: Vec<KeyLine>,
    steps: Vec<StepView>,
    candidates: Vec<CandidateView>,
    clients: Vec<Choice>,
    logout_faults: Vec<Choice>,
    told: Vec<ToldView>,
    notice: Option<String>,
}

/// `GET /`
pub(super) async fn home() -> Response {
    see_other(routes::DESK)
}

/// `GET /simulator`
pub(super) async fn show(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let page = simulator.0.pages.page_of(&parts);
    let ring = match simulator.ring().await {
        Ok(ring) => ring,
        Err(_) => return PageFault::Broken.page(page, &parts.uri),
    };
    let on = simulator.switches().on;
    let step = |step: Step| StepView {
        name: step.name(),
        label: page.t(&format!("simulator-step-{}", step.name())),
        can: ring.may(step),
    };
    let keys = ring.view().into_iter().map(|key| KeyLine {
        words: page.t(&format!("simulator-key-{}", key.state)),
        kid: key.kid,
        alg: key.alg,
    });
    let said = parts.uri.query().unwrap_or_default();
    let said = form_urlencoded::parse(said.as_bytes()).find(|(name, _)| name == "notice").map(|(_, code)| code);
    let known = ["done", "not-now", "not-told"];
    let notice = known.into_iter().find(|code| said.as_deref() == Some(*code));
    let told = simulator.memory().told.iter().map(|told| view(&page, told)).collect();
    let drawn = DeskPage {
        errors: FormErrors::default(),
        action: routes::DESK_FORM,
        issuer: simulator.0.issuer.to_string(),
        groups: groups(&page, &on, |place| place != Place::Logout),
        on: on.iter().map(|fault| fault.name()).collect(),
        keys: keys.collect(),
        steps: Step::ALL.map(step).into(),
        candidates: candidates(&simulator, &page, ""),
        clients: simulator.clients_to_tell(),
        logout_faults: logout_faults(&page),
        told,
        notice: notice.map(|code| page.t(&format!("simulator-notice-{code}"))),
        page,
    };
    drawn.into_response()
}

fn view(page: &Page, told: &Told) -> ToldView {
    let answer = match (told.status, &told.failure) {
        (Some(status), _) => status.to_string(),
        (None, Some(failure)) => failure.clone(),
        (None, None) => page.t("simulator-told-nothing"),
    };
    ToldView {
        client: told.client_id.clone(),
        uri: told.uri.clone(),
        faults: told.faults.join(", "),
        correct: told.correct,
        answer,
    }
}

fn logout_faults(page: &Page) -> Vec<Choice> {
    let groups = groups(page, &Set::new(), |place| place == Place::Logout);
    groups.into_iter().flat_map(|group| group.faults).map(|fault| Choice::new(fault.name, fault.words)).collect()
}

impl Simulator {
    /// Those that can be told: of the files, or that somebody has signed in at.
    fn clients_to_tell(&self) -> Vec<Choice> {
        let mut ids = self.0.clients.ids();
        ids.extend(self.memory().clients());
        ids.sort();
        ids.dedup();
        ids.iter().map(|id| Choice::new(id.as_str(), id.as_str())).collect()
    }

    /// Tells a client of the latest sign-in there, of that candidate if one is named.
    pub(super) async fn tell_of_latest(
        &self,
        (client, candidate): (&str, Option<&str>),
        uri: Option<Url>,
        faults: &Set,
    ) -> Result<Told, TellError> {
        let about = self.memory().latest_at(client, candidate);
        let about = about.ok_or(TellError::Nobody)?;
        self.tell_client(Telling { client, uri, about, faults }).await
    }
}

/// `POST /simulator/desk`
pub(super) async fn submit(State(simulator): State<Simulator>, request: Request) -> Response {
    let (_, params) = match form(&simulator, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let done = match params.get("do").unwrap_or_default() {
        "faults" => {
            simulator.switch(Switches::new(ticked(&params), None));
            "done"
        }
        "reset-faults" => {
            simulator.switch(Switches::default());
            "done"
        }
        "tell" => tell(&simulator, &params).await,
        "reset" => {
            simulator.memory().forget();
            "done"
        }
        step => match Step::named(step) {
            Some(step) if simulator.exchange(step).await.unwrap_or_default() => "done",
            _ => "not-now",
        },
    };
    see_other(&format!("{}?notice={done}", routes::DESK))
}

async fn tell(simulator: &Simulator, params: &Params) -> &'static str {
    let client = params.get("client").unwrap_or_default();
    let uri = params.get("uri").and_then(|text| Url::parse(text).ok());
    let faults = super::faults::read(params.get("logout-fault")).unwrap_or_default();
    match simulator.tell_of_latest((client, None), uri, &faults).await {
        Ok(_) => "done",
        Err(error) => {
            tracing::debug!(%error, "a site is not told");
            "not-told"
        }
    }
}
