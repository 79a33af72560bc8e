//! The addresses of the authorization endpoint.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::Response;
use http::request::Parts;
use shared::clock::Timestamp;
use shared::http::{Caller, ClientAddr, RequestId};
use shared::i18n::Lang;
use tower_cookies::Cookies;
use url::Url;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::failure::{Failure, TOO_MANY};
use super::super::refusals;
use super::super::rules::Rule;
use super::super::scope::EXAM;
use super::decision::{self, Asking, Decision};
use super::deliver::{Carrying, conclude};
use super::interaction::{Began, Step};
use super::pending::{self, Pending};
use super::problem;
use super::proof::{self, Proven};
use super::request::AuthorizationRequest;
use super::respond::see_other;
use crate::accounts::sessions::cookie;
use crate::clients::logos::endpoint as logos;
use crate::limits::{Quotas, Spent, quota};
use crate::web::form::is_form;
use crate::web::{Destination, Fault, ReturnTo, paths, return_to};

/// `GET /authorize`
pub async fn get(State(oidc): State<Oidc>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    serve(&oidc, &parts, query, Began::now(oidc.0.clock.now())).await
}

/// `POST /authorize` (OIDC Core §3.1.2.1). From another site it comes without our cookies, which are Lax: it is taken
/// up by a GET, with which they come.
pub async fn post(State(oidc): State<Oidc>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !is_form(&parts.headers) {
        return Fault::NoForm.page(oidc.0.pages.page_of(&parts), &parts.uri);
    }
    let Ok(body) = Bytes::from_request(Request::new(body), &()).await else {
        return Fault::TooLarge.page(oidc.0.pages.page_of(&parts), &parts.uri);
    };
    let Ok(query) = std::str::from_utf8(&body) else {
        return Fault::BrokenForm.page(oidc.0.pages.page_of(&parts), &parts.uri);
    };
    if session_hash(&parts).is_some() || query.len() > pending::LIMIT {
        return serve(&oidc, &parts, query, Began::now(oidc.0.clock.now())).await;
    }
    let pending = Pending { query: query.to_owned(), began_at: oidc.0.clock.now() };
    see_other(&pending::first_path(&pending.seal(&*oidc.0.web.sealer)))
}

/// `GET /authorize/resume`: back from one of our pages.
pub async fn resume(State(oidc): State<Oidc>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match sealed(&oidc, &parts) {
        Some(pending) => serve(&oidc, &parts, &pending.query, pending.began(oidc.0.clock.now())).await,
        None => see_other(paths::HOME),
    }
}

/// `GET /authorize/cancel`: the person changed their mind.
pub async fn cancel(State(oidc): State<Oidc>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Some(pending) = sealed(&oidc, &parts) else { return see_other(paths::HOME) };
    match proof::prove(&oidc, &pending.query, pending.began(oidc.0.clock.now())).await {
        Ok(proven) => {
            if let Ok(request) = &proven.request {
                refusals::note_answer(&oidc, &request.client, &DECLINED, &pending.query);
            }
            let answer = proven.redirect.with_error(&DECLINED, RequestId::of(&parts.extensions).as_str());
            let frame = || (oidc.0.pages.page_of(&parts), parts.uri.clone());
            conclude(&oidc, proven.pushed, answer, carrying(&cookies(&parts), None), frame).await
        }
        Err(unproven) => problem::page(&oidc, oidc.0.pages.page_of(&parts), &parts.uri, *unproven),
    }
}

/// What a client is told when the person would not go on.
pub const DECLINED: ProtocolError = Rule::PersonDeclined.error();

/// The request that the address carries, if it carries one.
fn sealed(oidc: &Oidc, parts: &Parts) -> Option<Pending> {
    let query = parts.uri.query()?.as_bytes();
    let mut requests = form_urlencoded::parse(query).filter(|(name, _)| name == pending::FIELD);
    let (_, text) = requests.next().filter(|_| requests.next().is_none())?;
    Pending::open(&*oidc.0.web.sealer, &text)
}

fn cookies(parts: &Parts) -> Cookies {
    parts.extensions.get().cloned().unwrap_or_default()
}

fn session_hash(parts: &Parts) -> Option<[u8; 32]> {
    cookie::token_hash(parts.extensions.get::<Cookies>()?)
}

fn asking(parts: &Parts) -> Asking {
    let network = Caller::at(ClientAddr::of(&parts.extensions).0).network;
    Asking { token_hash: session_hash(parts), network }
}

fn carrying(cookies: &Cookies, signed_in: Option<bool>) -> Carrying<'_> {
    Carrying { cookies, signed_in }
}

async fn serve(oidc: &Oidc, parts: &Parts, query: &str, began: Began) -> Response {
    let Proven { redirect, request, pushed } = match proof::prove(oidc, query, began).await {
        Ok(proven) => proven,
        Err(unproven) => return problem::page(oidc, oidc.0.pages.page_of(parts), &parts.uri, *unproven),
    };
    let reference = RequestId::of(&parts.extensions);
    let cookies = cookies(parts);
    let send = |answer, signed_in| {
        let frame = || (oidc.0.pages.page_of(parts), parts.uri.clone());
        conclude(oidc, pushed, answer, carrying(&cookies, signed_in), frame)
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => return send(redirect.with_error(&error, reference.as_str()), None).await,
    };
    let refuse = |error: &ProtocolError| {
        refusals::note_answer(oidc, &request.client, error, query);
        redirect.with_error(error, reference.as_str())
    };
    let asking = asking(parts);
    // Before the database is asked. It is codes that are counted: whoever has no session uses up nothing.
    if asking.token_hash.is_some() && may_have_code(oidc, &request, Quotas::check).is_err() {
        return send(refuse(&TOO_MANY), None).await;
    }
    match decision::decide(oidc, &request, began, asking).await {
        Ok(Decision::Code(code)) => match may_have_code(oidc, &request, Quotas::take) {
            Ok(()) => send(redirect.with_code(code), Some(true)).await,
            Err(_) => send(refuse(&TOO_MANY), Some(true)).await,
        },
        Ok(Decision::Step { step: Step::Refuse(error), signed_in }) => send(refuse(&error), signed_in).await,
        Ok(Decision::Step { step, .. }) => {
            let pending = Pending { query: query.to_owned(), began_at: began.at };
            let language = request.language.filter(|_| !began.resumed || pending::is_first(&parts.uri));
            Way::of(&request).to(oidc, &step, &pending, language)
        }
        // Nobody can answer now, so the person is asked to try again instead of being sent away.
        Err(error) => problem::fault(oidc.0.pages.page_of(parts), &parts.uri, &Failure::Db(error)),
    }
}

/// Whether the client has a code left, by that way of asking.
fn may_have_code(
    oidc: &Oidc,
    request: &AuthorizationRequest,
    ask: impl Fn(&Quotas, &str, quota::Kind, Timestamp) -> Result<(), Spent>,
) -> Result<(), Spent> {
    ask(&oidc.0.quotas, request.client.id.as_str(), quota::Kind::Codes, oidc.0.clock.now())
}

/// What our own pages should know of the way that they interrupt.
struct Way {
    destination: Destination,
    form_target: Option<String>,
    needs_province: bool,
    login_hint: Option<String>,
    acr: Option<String>,
    create: bool,
}

impl Way {
    fn of(request: &AuthorizationRequest) -> Self {
        let client = &request.client;
        Self {
            destination: Destination {
                name_zh: client.name.zh.clone(),
                name_en: client.name.en.clone(),
                host: client.host.clone(),
                accent: client.accent.clone(),
                logo: client.logo.as_deref().map(logos::path),
                policy: client.policy_uri.as_ref().and_then(short),
                terms: client.tos_uri.as_ref().and_then(short),
            },
            form_target: request.redirect.form_target(),
            needs_province: request.scope.has(EXAM),
            login_hint: request.login_hint.clone(),
            acr: request.acr.as_ref().map(|demand| demand.least().uri().to_owned()),
            create: request.prompt.create,
        }
    }

    /// To the page of the step. The language that the site asks for is for the first page alone: from there on the
    /// person's own choice counts, and it may be another.
    fn to(self, oidc: &Oidc, step: &Step, pending: &Pending, language: Option<Lang>) -> Response {
        let request = pending.seal(&*oidc.0.web.sealer);
        let mut location = match step {
            Step::AskConsent => pending::consent_path(&request),
            step => {
                let page = match step {
                    Step::AskToStay => paths::CLOSURE_TAKE_BACK,
                    Step::AskToAgree => paths::AGREEMENTS,
                    Step::AskGuardian => paths::GUARDIAN,
                    Step::AskProvince => paths::PROVINCE,
                    Step::AskFactor => paths::FACTOR_NEEDED,
                    _ if self.create => paths::REGISTER,
                    _ => paths::SIGN_IN,
                };
                let way = ReturnTo {
                    path: pending::resume_path(&request),
                    started_at: pending.began_at,
                    destination: Some(self.destination),
                    needs_province: self.needs_province,
                    login_hint: self.login_hint,
                    cancel: Some(pending::cancel_path(&request)),
                    create: self.create,
                    acr: self.acr,
                    form_target: self.form_target,
                };
                return_to::link(page, Some(&oidc.0.web.return_to().seal(&way)))
            }
        };
        if let Some(language) = language {
            location.push_str("&lang=");
            location.push_str(language.tag());
        }
        see_other(&location)
    }
}

/// An address of a site's that our pages link to. It travels in an address of ours, beside the request: a very long one
/// is left to the consent page.
fn short(address: &Url) -> Option<String> {
    Some(address.to_string()).filter(|text| text.len() <= 200)
}
