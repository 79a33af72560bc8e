//! Signing out: the session here, then the one at the passport, then a page that says so.

use askama::Template;
use askama_web::WebTemplate;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;
use shared::page::Page;
use shared::secret::constant_time_eq;

use crate::web::{self, Frame, cookie, paths};

use super::fault::Fault;
use super::return_path::ReturnPath;
use super::service::SignIn;
use super::visitor::Visitor;

/// Asks, with a form that works.
#[derive(Template, WebTemplate)]
#[template(path = "sign_out.html")]
struct ConfirmPage {
    page: Page,
}

/// Says that it is done.
#[derive(Template, WebTemplate)]
#[template(path = "signed_out.html")]
struct SignedOutPage {
    page: Page,
    /// Whether the passport's session ended, too.
    everywhere: bool,
    passport: String,
}

/// What the passport sends back.
#[derive(Default, Deserialize)]
pub struct Returned {
    state: Option<String>,
}

/// The form of 退出. One that was opened in another session leads to a fresh one, by a redirect: Reload and Back onto the
/// answer of a form make the browser ask whether to send it again.
pub async fn submit(State(sign_in): State<SignIn>, frame: Frame, visitor: Visitor, body: Bytes) -> Response {
    let Some(current) = visitor.current() else {
        return match visitor.is_unknown() {
            true => web::unavailable(&frame, paths::HOME),
            false => Redirect::to(paths::SIGNED_OUT).into_response(),
        };
    };
    let sent = form_urlencoded::parse(&body).find(|(name, _)| name == "csrf").map(|(_, value)| value);
    let expected = current.token.form_token();
    if !sent.is_some_and(|sent| constant_time_eq(sent.as_bytes(), expected.as_bytes())) {
        return Redirect::to(paths::SIGN_OUT).into_response();
    }
    match sign_in.end(current, frame.lang, paths::SIGNED_OUT).await {
        Ok(departure) => departure.into_response(),
        Err(Fault::Db(error)) => {
            tracing::warn!(cause = %error, "a session could not be ended");
            web::unavailable(&frame, paths::DESK)
        }
        Err(fault) => fault.respond(&frame, &ReturnPath::desk()),
    }
}

/// A link to sign out, or a form that could not be taken: signing out takes a button.
pub async fn ask(frame: Frame, visitor: Visitor) -> Response {
    match visitor.is_signed_in() {
        true => ConfirmPage { page: visitor.page(&frame) }.into_response(),
        false => Redirect::to(paths::SIGNED_OUT).into_response(),
    }
}

/// 您已退出. Who is signed in, again, is taken home.
pub async fn signed_out(
    State(sign_in): State<SignIn>,
    frame: Frame,
    visitor: Visitor,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Response {
    if visitor.is_signed_in() {
        return Redirect::to(paths::HOME).into_response();
    }
    let state = returned.ok().and_then(|Query(returned)| returned.state);
    let (everywhere, removal) = sign_in.came_back_from_signing_out(state.as_deref(), &headers);
    let passport = frame.web().passport().join(paths::passport::HOME);
    let mut response = SignedOutPage { page: frame.page(), everywhere, passport }.into_response();
    cookie::set(response.headers_mut(), [removal]);
    response
}
