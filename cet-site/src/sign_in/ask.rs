//! Asks before signing in, where it was not the person who wanted to: another site led here, or a link in a message that is
//! read in a browser. One page, one button; the button says where it goes on.
//!
//! The page has an address of its own, so that it can be read in the other language, loaded again and come back to, and
//! the press is a form that carries what only this browser knows: no other page can press it.

use askama::Template;
use askama_web::WebTemplate;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use form_urlencoded::Serializer;
use http::HeaderMap;
use shared::page::Page;
use shared::secret::constant_time_eq;

use crate::web::{Frame, cookie, paths};

use super::back_channel::form;
use super::callback::Parameters;
use super::cause;
use super::fault::Fault;
use super::return_path::ReturnPath;
use super::service::SignIn;
use super::visitor::Visitor;

/// Longer hints are left out rather than carried.
const LONGEST_HINT: usize = 254;

/// What was asked for, whoever asked: where to go afterwards, and who is meant.
pub(super) struct Wanted {
    pub(super) return_to: ReturnPath,
    pub(super) hint: Option<String>,
}

impl Wanted {
    /// Where to go alone.
    pub(super) fn going_to(return_to: ReturnPath) -> Self {
        Self { return_to, hint: None }
    }

    /// The same with a hint, unless it is too long.
    pub(super) fn with_hint(self, hint: Option<&str>) -> Self {
        Self { hint: hint.filter(|h| !h.is_empty() && h.len() <= LONGEST_HINT).map(str::to_owned), ..self }
    }

    fn read(sign_in: &SignIn, parameters: &Parameters) -> Self {
        let return_to = ReturnPath::parse(parameters.get("return_to"), sign_in.base_url());
        Self::going_to(return_to).with_hint(parameters.get("login_hint"))
    }

    /// Off to the page that asks.
    pub(super) fn ask(&self) -> Response {
        let mut query = Serializer::new(String::new());
        query.append_pair("return_to", self.return_to.as_str());
        query.extend_pairs(self.hint.iter().map(|hint| ("login_hint", hint)));
        Redirect::to(&format!("{}?{}", paths::SIGN_IN_ASK, query.finish())).into_response()
    }

    /// Signs in, or asks first where somebody else's page leads here.
    pub(super) async fn begin(self, sign_in: &SignIn, frame: &Frame, headers: &HeaderMap) -> Response {
        if cause::is_foreign(headers, sign_in.leading_origins()) {
            return self.ask();
        }
        self.press(sign_in, frame, headers).await
    }

    /// Signs in: the person wants it.
    async fn press(self, sign_in: &SignIn, frame: &Frame, headers: &HeaderMap) -> Response {
        match sign_in.begin(headers, frame.lang, self.return_to.clone(), self.hint, false).await {
            Ok(departure) => departure.into_response(),
            Err(fault) => fault.respond(frame, &self.return_to),
        }
    }
}

/// The question.
#[derive(Template, WebTemplate)]
#[template(path = "sign_in_ask.html")]
struct AskPage {
    page: Page,
    wanted: Wanted,
    token: String,
}

/// Asks, whoever opens it.
pub async fn show(
    State(sign_in): State<SignIn>,
    frame: Frame,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = match Parameters::parse(query.unwrap_or_default().as_bytes()) {
        Ok(parameters) => Wanted::read(&sign_in, &parameters),
        Err(fault) => return fault.respond(&frame, &ReturnPath::desk()),
    };
    let (token, cookie) = sign_in.proof_of_press(&headers);
    let mut response = AskPage { page: visitor.page(&frame), wanted, token }.into_response();
    cookie::set(response.headers_mut(), cookie);
    response
}

/// The press. A browser that keeps no cookies could never sign in, and is told. Where what this browser knows did not come
/// along, since it was closed meanwhile, the browser's own word for the page will do, or else the page is shown again.
pub async fn submit(State(sign_in): State<SignIn>, frame: Frame, headers: HeaderMap, body: Bytes) -> Response {
    let parameters = match form(&headers, &body) {
        Ok(parameters) => parameters,
        Err(rule) => return Fault::Malformed(rule).respond(&frame, &ReturnPath::desk()),
    };
    let wanted = Wanted::read(&sign_in, &parameters);
    let known = sign_in.held_proof_of_press(&headers).zip(parameters.get("token"));
    if known.is_some_and(|(held, sent)| constant_time_eq(held.as_bytes(), sent.as_bytes())) {
        return wanted.press(&sign_in, &frame, &headers).await;
    }
    if cookie::all(&headers).next().is_none() {
        return Fault::CookiesRefused.respond(&frame, &wanted.return_to);
    }
    wanted.begin(&sign_in, &frame, &headers).await
}
