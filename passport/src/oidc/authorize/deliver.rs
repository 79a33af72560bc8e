//! The way of an answer through the browser: a redirect, or a form that goes on by itself.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use http::{HeaderValue, Uri, header};
use serde_json::{Map, Value};
use shared::clock::Timestamp;
use shared::http::NAMING_THE_ORIGIN;
use shared::page::Page;
use tower_cookies::Cookies;

use super::super::Oidc;
use super::super::failure::Failure;
use super::super::par::{self, PushedId};
use super::problem;
use super::proof::Unproven;
use super::respond::{Answer, Recipient, TrustedRedirect, see_other};
use super::response_mode::Carrier;
use crate::accounts::sessions::browser_state::BrowserState;
use crate::config::SIGNED_RESPONSE;
use crate::keys::KeysError;
use crate::web::authorization_problem::ProblemKind;
use crate::web::return_to;

/// The `typ` of a signed response.
pub(crate) const TYPE: &str = "JWT";

/// The browser that an answer travels through.
#[derive(Clone, Copy)]
pub struct Carrying<'c> {
    /// Its cookies.
    pub cookies: &'c Cookies,
    /// Whether somebody is signed in there, where that was looked at.
    pub signed_in: Option<bool>,
}

/// Completes an authorization: spends the pushed request that it came of, if it did, and sends the answer.
pub async fn conclude(
    oidc: &Oidc,
    pushed: Option<PushedId>,
    mut answer: Answer<'_>,
    browser: Carrying<'_>,
    frame: impl FnOnce() -> (Page, Uri),
) -> Response {
    if let Some(observer) = answer.redirect.observer() {
        let state = BrowserState::settle(browser.cookies, browser.signed_in);
        answer.parameters.push(("session_state", observer.session_state(&state, &*oidc.0.entropy)));
    }
    let Some(id) = pushed else { return deliver(oidc, answer, frame).await };
    match par::spend(oidc, id, oidc.0.clock.now()).await {
        Ok(true) => deliver(oidc, answer, frame).await,
        Ok(false) => {
            let (page, uri) = frame();
            problem::page(oidc, page, &uri, *Unproven::new(ProblemKind::Request, par::SPENT))
        }
        Err(error) => {
            let (page, uri) = frame();
            problem::fault(page, &uri, &Failure::Db(error))
        }
    }
}

/// Sends an answer to its client. `frame` is what a page needs, should one be.
async fn deliver(oidc: &Oidc, answer: Answer<'_>, frame: impl FnOnce() -> (Page, Uri)) -> Response {
    let Answer { redirect, parameters } = answer;
    let parameters = match signed(oidc, redirect, parameters).await {
        Ok(parameters) => parameters,
        Err(error) => {
            let (page, uri) = frame();
            return problem::fault(page, &uri, &Failure::Keys(error));
        }
    };
    carry(redirect, parameters, || frame().0)
}

/// Lets the browser carry parameters in the way that the client asked for. `page` is the frame of one, should one be.
pub(crate) fn carry(
    redirect: &TrustedRedirect,
    parameters: Vec<(&'static str, String)>,
    page: impl FnOnce() -> Page,
) -> Response {
    match redirect.mode().carrier {
        Carrier::Query => {
            let separator = if redirect.uri().contains('?') { '&' } else { '?' };
            go(redirect, &with_parameters(redirect, separator, &parameters))
        }
        Carrier::Fragment => go(redirect, &with_parameters(redirect, '#', &parameters)),
        Carrier::FormPost => form_post(page(), redirect, parameters),
    }
}

/// A redirect, by which a site of ours learns whether the person pressed a button of ours to get there. No other site's address
/// may look so: it could be one of our sites' that begins a session.
fn go(redirect: &TrustedRedirect, location: &str) -> Response {
    let mut response = see_other(location);
    if redirect.is_to_our_own_site() {
        let naming_us = HeaderValue::from_static(NAMING_THE_ORIGIN);
        response.headers_mut().insert(header::REFERRER_POLICY, naming_us);
    }
    response
}

/// The parameters, in one JWT if the client asked for that (JARM §2.1).
async fn signed(
    oidc: &Oidc,
    redirect: &TrustedRedirect,
    parameters: Vec<(&'static str, String)>,
) -> Result<Vec<(&'static str, String)>, KeysError> {
    let Some(recipient) = redirect.recipient() else { return Ok(parameters) };
    let claims = claims(recipient, parameters, oidc.0.clock.now());
    Ok(vec![("response", oidc.0.keys.sign_for(&recipient.client_id, recipient.alg, TYPE, &claims).await?)])
}

/// What a signed response to that client says.
pub(crate) fn claims(
    recipient: &Recipient,
    parameters: Vec<(&'static str, String)>,
    now: Timestamp,
) -> Map<String, Value> {
    let mut claims: Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    claims.insert("aud".to_owned(), recipient.client_id.clone().into());
    claims.insert("exp".to_owned(), (now + SIGNED_RESPONSE).seconds().into());
    claims
}

fn with_parameters(redirect: &TrustedRedirect, separator: char, parameters: &[(&'static str, String)]) -> String {
    let mut location = String::with_capacity(redirect.uri().len() + 256);
    location.push_str(redirect.uri());
    location.push(separator);
    let start = location.len();
    let mut query = Serializer::for_suffix(location, start);
    query.extend_pairs(parameters);
    query.finish()
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/form_post.html")]
struct FormPostPage<'r> {
    page: Page,
    action: &'r str,
    parameters: Vec<(&'static str, String)>,
}

/// OAuth 2.0 Form Post Response Mode §2. A script sends the form; without one the person does.
fn form_post(page: Page, redirect: &TrustedRedirect, parameters: Vec<(&'static str, String)>) -> Response {
    let mut response = FormPostPage { page, action: redirect.uri(), parameters }.into_response();
    return_to::allow_forms(&mut response, redirect.form_target().as_deref());
    // Nobody pressed anything here: whoever leads a browser to this page could have it send the form to any registered
    // address, an error too.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
