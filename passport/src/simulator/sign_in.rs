//! The page on which one chooses whom to sign in as and what is to go wrong, and the page that keeps a candidate from a
//! site as a passport would. Both work without script, and their elements have ids that stay: test drivers press them.

use askama::Template;
use askama_web::WebTemplate;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use shared::clock::Timestamp;
use shared::page::{Choice, FormErrors, Page};
use toml::{Table, Value};

use super::authorize::{Proven, going_to, token};
use super::candidates::{Candidate, TYPED};
use super::faults::{Fault, Place, Set};
use super::{Simulator, routes};
use crate::accounts::assurance::Acr;
use crate::accounts::model::Province;
use crate::accounts::stand_ins::State as StandIn;
use crate::oidc::authorize::interaction::{Began, Step};
use crate::oidc::authorize::pending::Pending;
use crate::oidc::authorize::request::AuthorizationRequest;
use crate::oidc::authorize::respond::see_other;
use crate::oidc::direct;
use crate::oidc::params::Params;
use crate::web::form::{is_foreign, is_form};
use crate::web::{Fault as PageFault, paths, return_to};

/// A request that waits for somebody to press a button.
pub(super) struct Waits {
    /// The request.
    pub(super) request: AuthorizationRequest,
    /// As it came.
    pub(super) query: String,
    /// When it came.
    pub(super) began_at: Timestamp,
    /// What is to go wrong with it.
    pub(super) chosen: Set,
}

/// A candidate, as the page shows them.
pub(super) struct CandidateView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) told: Vec<String>,
    pub(super) chosen: bool,
}

/// Faults of one place.
pub(super) struct FaultGroup {
    pub(super) title: String,
    pub(super) faults: Vec<FaultView>,
}

/// A fault, as pages show it.
pub(super) struct FaultView {
    pub(super) name: &'static str,
    pub(super) words: String,
    pub(super) must: String,
    pub(super) section: &'static str,
    pub(super) on: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "simulator/sign_in.html")]
struct SignInPage {
    page: Page,
    errors: FormErrors,
    action: &'static str,
    sealed: String,
    client: String,
    host: String,
    candidates: Vec<CandidateView>,
    typed: Typed,
    provinces: Vec<Choice>,
    contexts: Vec<Choice>,
    groups: Vec<FaultGroup>,
    standing: Vec<&'static str>,
}

#[derive(Template, WebTemplate)]
#[template(path = "simulator/block.html")]
struct BlockPage {
    page: Page,
    action: &'static str,
    sealed: String,
    client: String,
    host: String,
    title: String,
    lead: String,
    go_on: Option<String>,
    chosen: Vec<&'static str>,
}

/// What was typed of a candidate who is nobody's.
#[derive(Debug, Default, Clone)]
pub(super) struct Typed {
    sub: String,
    name: String,
    email: String,
    email_verified: bool,
    phone: String,
    phone_verified: bool,
    id_verified: bool,
    province: String,
    acr: String,
}

impl Typed {
    fn of(params: &Params) -> Self {
        let text = |name| params.get(name).unwrap_or_default().trim().to_owned();
        let ticked = |name| params.get(name).is_some();
        Self {
            sub: text("sub"),
            name: text("name"),
            email: text("email"),
            email_verified: ticked("email_verified"),
            phone: text("phone_number"),
            phone_verified: ticked("phone_number_verified"),
            id_verified: ticked("id_verified"),
            province: text("exam_province"),
            acr: text("acr"),
        }
    }

    /// The same as in a file, so that the same rules hold.
    fn table(&self) -> Table {
        let mut table = Table::new();
        let texts = [
            ("id", TYPED),
            ("sub", &self.sub),
            ("name", &self.name),
            ("email", &self.email),
            ("phone_number", &self.phone),
            ("exam_province", &self.province),
            ("acr", &self.acr),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            table.insert(name.to_owned(), Value::String(text.to_owned()));
        }
        for (name, truth) in [
            ("email_verified", self.email_verified),
            ("phone_number_verified", self.phone_verified),
            ("id_verified", self.id_verified),
        ] {
            table.insert(name.to_owned(), Value::Boolean(truth));
        }
        table
    }
}

/// The page that asks whom to sign in as.
pub(super) fn ask(simulator: &Simulator, parts: &Parts, waits: &Waits) -> Response {
    draw(simulator, parts, waits, (Typed::default(), None))
}

fn draw(
    simulator: &Simulator,
    parts: &Parts,
    waits: &Waits,
    (typed, wrong): (Typed, Option<(&'static str, String)>),
) -> Response {
    let page = simulator.0.pages.page_of(parts);
    let (client, host) = going_to(&waits.request.client, &waits.request.redirect);
    let hint = waits.request.login_hint.as_deref().unwrap_or_default();
    let mut errors = FormErrors::default();
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    if let Some((field, problem)) = wrong {
        errors.push(field, "", page.tw("simulator-wrong", [("problem", problem.as_str())]));
    }
    let mut candidates = candidates(simulator, &page, hint);
    if !errors.is_empty() {
        // What was typed is chosen.
        candidates.iter_mut().for_each(|candidate| candidate.chosen = false);
    }
    let drawn = SignInPage {
        action: routes::SIGN_IN,
        sealed: seal(simulator, waits),
        candidates,
        provinces: Province::ALL.map(|one| Choice::new(one.code(), one.name(page.lang))).to_vec(),
        contexts: Acr::ALL.map(|acr| Choice::new(acr.uri(), acr.uri())).to_vec(),
        groups: groups(&page, &waits.chosen, Place::is_of_a_sign_in),
        standing: simulator.switches().on.iter().map(|fault| fault.name()).collect(),
        page: page.with_errors(&errors),
        errors,
        client,
        host,
        typed,
    };
    let mut response = (status, drawn).into_response();
    return_to::allow_forms(&mut response, waits.request.redirect.form_target().as_deref());
    response
}

/// The page that says what stands between the candidate and the site.
pub(super) fn block(simulator: &Simulator, parts: &Parts, waits: &Waits, step: Step) -> Response {
    let why = match step {
        Step::AskToStay => "leaving",
        Step::AskGuardian => "guardian",
        _ => "factor",
    };
    stop(simulator, parts, waits, why)
}

fn stop(simulator: &Simulator, parts: &Parts, waits: &Waits, why: &str) -> Response {
    let page = simulator.0.pages.page_of(parts);
    let (client, host) = going_to(&waits.request.client, &waits.request.redirect);
    // Nothing here unlocks an account, or gives it another factor.
    let can_go_on = matches!(why, "leaving" | "guardian");
    let drawn = BlockPage {
        action: routes::SIGN_IN,
        sealed: seal(simulator, waits),
        title: page.t(&format!("simulator-block-{why}-title")),
        lead: page.t(&format!("simulator-block-{why}-lead")),
        go_on: can_go_on.then(|| page.t(&format!("simulator-block-{why}-go"))),
        chosen: waits.chosen.iter().map(|fault| fault.name()).collect(),
        page,
        client,
        host,
    };
    let mut response = drawn.into_response();
    return_to::allow_forms(&mut response, waits.request.redirect.form_target().as_deref());
    response
}

fn seal(simulator: &Simulator, waits: &Waits) -> String {
    Pending { query: waits.query.clone(), began_at: waits.began_at }.seal(&*simulator.0.sealer)
}

/// The candidates that there are. The one that the site means is chosen, or the first.
pub(super) fn candidates(simulator: &Simulator, page: &Page, hint: &str) -> Vec<CandidateView> {
    let all: Vec<Candidate> = simulator.candidates().into_iter().filter(|one| one.id != TYPED).collect();
    let chosen = all.iter().position(|one| one.id == hint).unwrap_or_default();
    let view = |(at, one): (usize, &Candidate)| {
        let built_in = StandIn::ALL.into_iter().find(|state| state.as_str() == one.id);
        let title = match (built_in, &one.claims.display_name) {
            (Some(state), _) => page.t(&format!("simulator-candidate-{}", state.as_str())),
            (None, Some(name)) => name.clone(),
            (None, None) => one.id.clone(),
        };
        let contacts = [one.claims.email.clone(), one.claims.phone.clone()];
        let faults = one.faults.iter().map(|fault| fault.name().to_owned());
        let told = contacts.into_iter().flatten().chain([one.shown.acr().uri().to_owned()]).chain(faults);
        CandidateView { id: one.id.clone(), title, told: told.collect(), chosen: at == chosen }
    };
    all.iter().enumerate().map(view).collect()
}

/// The faults of those places, with the words of the page.
pub(super) fn groups(page: &Page, on: &Set, wanted: impl Fn(Place) -> bool) -> Vec<FaultGroup> {
    let view = |fault: &Fault| FaultView {
        name: fault.name(),
        words: page.t(&format!("simulator-fault-{}", fault.name())),
        must: page.t(&format!("simulator-must-{}", fault.must().name())),
        section: fault.section(),
        on: on.contains(fault),
    };
    let group = |place: Place| FaultGroup {
        title: page.t(&format!("simulator-place-{}", place.name())),
        faults: Fault::ALL.iter().filter(|fault| fault.place() == place).map(view).collect(),
    };
    Place::ALL.into_iter().filter(|place| wanted(*place)).map(group).collect()
}

/// The faults that are ticked in a form.
pub(super) fn ticked(params: &Params) -> Set {
    let names = params.iter().filter_map(|(name, _)| name.strip_prefix("fault-"));
    names.filter_map(Fault::named).collect()
}

/// The form of a page of ours, if it is one.
pub(super) async fn form(simulator: &Simulator, request: Request) -> Result<(Parts, Params), Response> {
    let (parts, body) = request.into_parts();
    let fault = |fault: PageFault| fault.page(simulator.0.pages.page_of(&parts), &parts.uri);
    if !is_form(&parts.headers) {
        return Err(fault(PageFault::NoForm));
    }
    if is_foreign(&parts.headers, &simulator.0.web.origin) {
        return Err(fault(PageFault::ForeignForm));
    }
    let Ok(body) = Bytes::from_request(Request::new(body), &()).await else { return Err(fault(PageFault::TooLarge)) };
    match direct::form(&parts.headers, &body) {
        Ok(params) => Ok((parts, params)),
        Err(_) => Err(fault(PageFault::BrokenForm)),
    }
}

/// `POST /simulator/sign-in`
pub(super) async fn submit(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, params) = match form(&simulator, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let sealed = params.get("request").and_then(|text| Pending::open(&*simulator.0.sealer, text));
    let Some(pending) = sealed else {
        // Of another run, or of nobody: there is nothing to go on with.
        return PageFault::BrokenForm.page(simulator.0.pages.page_of(&parts), &parts.uri);
    };
    let request = match simulator.prove(&pending.query) {
        Ok(Proven { request: Ok(request), .. }) => request,
        Ok(Proven { .. }) => return see_other(paths::HOME),
        Err(unproven) => return simulator.problem(&parts, *unproven),
    };
    let began_at = pending.began_at;
    let waits = Waits { request, query: pending.query, began_at, chosen: ticked(&params) };
    match params.get("decision") {
        Some("decline") => return simulator.decline(&parts, &waits).await,
        Some("settle") => {
            if let Some(token) = token(&parts) {
                simulator.memory().settle(&token);
            }
        }
        _ => {
            let candidate = match chosen(&simulator, &params) {
                Ok(candidate) => candidate,
                Err(wrong) => return draw(&simulator, &parts, &waits, (Typed::of(&params), Some(wrong))),
            };
            if candidate.is_locked() {
                return stop(&simulator, &parts, &waits, "locked");
            }
            simulator.sign_in(&parts, candidate, &waits.request);
        }
    }
    let began = Began::resumed(began_at, simulator.now());
    simulator.serve(&parts, &waits.query, began, waits.chosen).await
}

/// The candidate that was chosen or typed; else the field, and what is wrong.
fn chosen(simulator: &Simulator, params: &Params) -> Result<Candidate, (&'static str, String)> {
    let id = params.get("candidate").unwrap_or_default();
    if id != TYPED {
        let found = simulator.memory().candidate(id);
        return found.ok_or_else(|| ("candidate", format!("{id:?}")));
    }
    let candidate = Candidate::read(Typed::of(params).table()).map_err(|error| ("sub", error.to_string()))?;
    simulator.memory().put_candidate(candidate.clone());
    Ok(candidate)
}
