//! The end session endpoint (OIDC RP-Initiated Logout §2). A site that shows an ID token of the very session ends it
//! without a question, as at a passport; the others are asked about.

use askama::Template;
use askama_web::WebTemplate;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use shared::page::Page;
use tower_cookies::Cookies;
use tower_cookies::cookie::Cookie;

use super::super::authorize::{COOKIE, token};
use super::super::faults::Set;
use super::super::memory::SignedIn;
use super::super::sign_in::form;
use super::super::{Simulator, routes};
use super::back_channel::Telling;
use crate::oidc::authorize::proof::Unproven;
use crate::oidc::authorize::respond::see_other;
use crate::oidc::discovery::paths;
use crate::oidc::logout::request::{self, LogoutRequest};
use crate::oidc::params::Params;
use crate::web::authorization_problem::ProblemKind;
use crate::web::form::is_form;
use crate::web::seal::{KeyUse, open_text, seal_text};
use crate::web::{Fault as PageFault, return_to};

#[derive(Template, WebTemplate)]
#[template(path = "simulator/sign_out.html")]
struct SignOutPage {
    page: Page,
    action: &'static str,
    back: String,
    client: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "simulator/signed_out.html")]
struct SignedOutPage {
    page: Page,
    desk: &'static str,
}

/// `GET /logout`
pub(in crate::simulator) async fn show(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let request = match simulator.logout_request(query.as_bytes()).await {
        Ok(request) => request,
        Err(unproven) => return simulator.problem(&parts, *unproven),
    };
    let there = token(&parts).and_then(|token| simulator.memory().signed_in(&token));
    match there {
        None => simulator.finish(request.back.as_deref()),
        Some(there) if simulator.means(&request, &there) => {
            simulator.end_session(&parts, &there).await;
            simulator.finish(request.back.as_deref())
        }
        Some(_) => {
            let sealed =
                seal_text(&*simulator.0.sealer, KeyUse::Logout, request.back.as_deref().unwrap_or("").as_bytes());
            let page = simulator.0.pages.page_of(&parts);
            let client = request.client.map(|client| client.id.to_string());
            let drawn = SignOutPage { action: routes::SIGN_OUT, back: sealed, client, page };
            let mut response = drawn.into_response();
            return_to::allow_forms(&mut response, request.back.as_deref().and_then(return_to::form_target).as_deref());
            response
        }
    }
}

/// `POST /logout`: taken up by a GET, as at a passport.
pub(in crate::simulator) async fn post(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let fault = |fault: PageFault| fault.page(simulator.0.pages.page_of(&parts), &parts.uri);
    if !is_form(&parts.headers) {
        return fault(PageFault::NoForm);
    }
    match Bytes::from_request(Request::new(body), &()).await.ok().and_then(|body| Params::parse(&body).ok()) {
        Some(params) => see_other(&format!("{}?{}", paths::LOGOUT, params.encode())),
        None => fault(PageFault::BrokenForm),
    }
}

/// `POST /simulator/sign-out`
pub(in crate::simulator) async fn confirm(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, params) = match form(&simulator, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let there = token(&parts).and_then(|token| simulator.memory().signed_in(&token));
    if let Some(there) = there {
        simulator.end_session(&parts, &there).await;
    }
    let back = params.get("back").and_then(|text| open_text(&*simulator.0.sealer, KeyUse::Logout, text));
    let back = back.and_then(|back| String::from_utf8(back).ok()).filter(|back| !back.is_empty());
    simulator.finish(back.as_deref())
}

/// `GET /signed-out`
pub(in crate::simulator) async fn signed_out(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    SignedOutPage { page: simulator.0.pages.page_of(&parts), desk: routes::DESK }.into_response()
}

impl Simulator {
    async fn logout_request(&self, query: &[u8]) -> Result<LogoutRequest, Box<Unproven>> {
        let params = Params::parse(query).map_err(|error| Unproven::new(ProblemKind::Request, error))?;
        let hint = match params.get("id_token_hint") {
            Some(text) => self.hint(text).await,
            None => None,
        };
        let client = request::client_id(&params, hint.as_ref())?;
        let client = client.and_then(|id| self.0.clients.named(&id, params.get("post_logout_redirect_uri")));
        request::settle(&params, hint, client)
    }

    /// Whether the client means this very session of this very person.
    fn means(&self, request: &LogoutRequest, there: &SignedIn) -> bool {
        match (&request.hint, &request.client) {
            (Some(hint), Some(client)) => {
                let session = &there.session;
                hint.sid == session.id.to_string() && hint.sub == self.subject(client, session.account)
            }
            _ => false,
        }
    }

    /// Ends the session, and tells the sites that got tokens in it and where they are told.
    async fn end_session(&self, parts: &Parts, there: &SignedIn) {
        let session = &there.session;
        if let Some(token) = token(parts) {
            self.memory().sign_out(&token);
        }
        if let Some(cookies) = parts.extensions.get::<Cookies>() {
            cookies.remove(Cookie::build((COOKIE, "")).path("/").build());
        }
        let clients = self.memory().clients_in(session.id);
        for client in clients {
            let (simulator, about) = (self.clone(), (session.account, session.id));
            // The person does not wait for sites.
            tokio::spawn(async move {
                let faults: Set = simulator.switches().on;
                let telling = Telling { client: &client, uri: None, about, faults: &faults };
                if let Err(error) = simulator.tell_client(telling).await {
                    tracing::debug!(%error, client, "a site is not told");
                }
            });
        }
    }

    fn finish(&self, back: Option<&str>) -> Response {
        see_other(back.unwrap_or(paths::SIGNED_OUT))
    }
}
