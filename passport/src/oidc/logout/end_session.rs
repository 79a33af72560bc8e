//! The end session endpoint (OIDC RP-Initiated Logout §2).
//!
//! A session ends without a question only if the site shows by an ID token that it means this very session of the person
//! who is signed in; otherwise any page could sign people out (§2, §6). An ID token of another session of the same person
//! is a reason to ask: it comes from another browser, or from before.
//!
//! `logout_hint` is read by nobody: it is not signed, so it could spare nobody the question.

use askama::Template;
use askama_web::WebTemplate;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::db::DbError;
use shared::i18n::Lang;
use shared::page::Page;

use super::super::Oidc;
use super::super::authorize::problem;
use super::super::authorize::respond::see_other;
use super::super::discovery::paths as provider;
use super::super::failure::Failure;
use super::super::subject::Subjects;
use super::super::visit::Visit;
use super::request::{self, LogoutRequest};
use crate::accounts::sessions::{self, EndReason, Session, Stay, cookie};
use crate::web::form::{FormRejection, is_form};
use crate::web::seal::{KeyUse, open_text, seal_text};
use crate::web::signed_out::SignedOut;
use crate::web::{Fault, Posted, paths, return_to};

const PURPOSE: KeyUse = KeyUse::Logout;

/// The query parameter and form field that carries a sealed [`Afterwards`].
const FIELD: &str = "logout";

/// The longest form that fits into an address.
const LIMIT: usize = 8192;

/// What has to be known when the person has answered.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Afterwards {
    back: Option<String>,
    site_zh: Option<String>,
    site_en: Option<String>,
}

impl Afterwards {
    fn seal(&self, oidc: &Oidc) -> String {
        seal_text(&*oidc.0.web.sealer, PURPOSE, &serde_json::to_vec(self).unwrap_or_default())
    }

    /// What was sealed; for anything else the way ends here.
    fn open(oidc: &Oidc, sealed: &str) -> Self {
        let data = open_text(&*oidc.0.web.sealer, PURPOSE, sealed);
        data.and_then(|data| serde_json::from_slice(&data).ok()).unwrap_or_default()
    }
}

/// What the confirmation page sends.
#[derive(Debug, Deserialize)]
pub struct ConfirmForm {
    /// Sealed [`Afterwards`].
    logout: String,
    /// `leave` or `stay`.
    #[serde(default)]
    decision: String,
}

/// `GET /logout`
pub async fn show(State(oidc): State<Oidc>, visit: Visit) -> Response {
    let query = visit.uri.query().unwrap_or_default().to_owned();
    let request = match request::read(&oidc, query.as_bytes()).await {
        Ok(request) => request,
        Err(unproven) => return problem::page(&oidc, visit.page, &visit.uri, *unproven),
    };
    let session = match current(&oidc, &visit).await {
        Ok(session) => session,
        Err(error) => return visit.fault(&Failure::Db(error)),
    };
    match session {
        // Asking twice is no mistake (§4).
        None => finish(request.back.as_deref(), request.language),
        Some(session) if means(&oidc, &request, &session) => {
            end(&oidc, visit, session, request.back, request.language).await
        }
        Some(_) => {
            if let Some(language) = request.language {
                // Asked in the language of the site, which stays for the pages after this.
                return see_other(&format!("{}?{query}&lang={}", provider::LOGOUT, language.tag()));
            }
            let afterwards = afterwards(request);
            let sealed = afterwards.seal(&oidc);
            ask(visit.page, afterwards, sealed, false)
        }
    }
}

/// `GET /logout/confirm`: the question once more, after a form that could not be taken.
pub async fn show_again(State(oidc): State<Oidc>, visit: Visit) -> Response {
    let query = visit.uri.query().unwrap_or_default().as_bytes();
    let sealed = form_urlencoded::parse(query).find(|(name, _)| name == FIELD).map(|(_, text)| text.into_owned());
    let sealed = sealed.unwrap_or_default();
    let afterwards = Afterwards::open(&oidc, &sealed);
    match current(&oidc, &visit).await {
        Ok(Some(_)) => ask(visit.page, afterwards, sealed, true),
        Ok(None) => finish(afterwards.back.as_deref(), None),
        Err(error) => visit.fault(&Failure::Db(error)),
    }
}

/// `POST /logout`. From another site it comes without our cookies, which are Lax: it is taken up by a GET.
pub async fn post(headers: HeaderMap, visit: Visit, body: Bytes) -> Response {
    if !is_form(&headers) {
        return Fault::NoForm.page(visit.page, &visit.uri);
    }
    match std::str::from_utf8(&body) {
        Ok(query) if query.len() <= LIMIT && fits_into_an_address(query) => {
            see_other(&format!("{}?{query}", provider::LOGOUT))
        }
        _ => Fault::BrokenForm.page(visit.page, &visit.uri),
    }
}

/// An encoded form holds nothing else; a line break would end the header, a `#` the query.
fn fits_into_an_address(form: &str) -> bool {
    form.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
}

/// `POST /logout/confirm`
pub async fn confirm(
    State(oidc): State<Oidc>,
    visit: Visit,
    posted: Result<Posted<ConfirmForm>, FormRejection>,
) -> Response {
    let posted = match posted {
        Ok(posted) => posted,
        Err(rejection) => return Fault::from(rejection).page(visit.page, &visit.uri),
    };
    let afterwards = Afterwards::open(&oidc, &posted.form.logout);
    match posted.form.decision.as_str() {
        "leave" if posted.fresh => match current(&oidc, &visit).await {
            Ok(Some(session)) => end(&oidc, visit, session, afterwards.back, None).await,
            Ok(None) => finish(afterwards.back.as_deref(), None),
            Err(error) => visit.fault(&Failure::Db(error)),
        },
        "stay" => see_other(paths::HOME),
        // Only what we sealed goes into an address again.
        _ => see_other(&format!("{}?{FIELD}={}", provider::LOGOUT_CONFIRM, afterwards.seal(&oidc))),
    }
}

/// Whether the client means this very session of this very person.
fn means(oidc: &Oidc, request: &LogoutRequest, session: &Session) -> bool {
    match (&request.hint, &request.client) {
        (Some(hint), Some(client)) => {
            hint.sid == session.id.to_string() && Subjects::of(oidc, client).means(&hint.sub, session.account)
        }
        _ => false,
    }
}

fn afterwards(request: LogoutRequest) -> Afterwards {
    let (site_zh, site_en) = request.client.map(|client| (client.name.zh.clone(), client.name.en.clone())).unzip();
    Afterwards { back: request.back, site_zh, site_en }
}

async fn current(oidc: &Oidc, visit: &Visit) -> Result<Option<Session>, DbError> {
    let Some(hash) = cookie::token_hash(&visit.cookies) else { return Ok(None) };
    let now = oidc.0.clock.now();
    sessions::store::look_up(&oidc.0.db, &hash, now).await
}

async fn end(oidc: &Oidc, visit: Visit, session: Session, back: Option<String>, language: Option<Lang>) -> Response {
    let accounts = oidc.0.accounts.clone();
    let ending = EndReason::SignedOut.asked_by(visit.caller);
    let ended = oidc
        .0
        .db
        .write::<_, DbError, _>(move |tx| {
            let accounts = accounts.clone();
            async move { accounts.end_session(tx, session.id, ending).await }.boxed()
        })
        .await;
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => return visit.fault(&Failure::Db(error)),
    };
    cookie::clear(&visit.cookies);
    let clients = ended.map(|ended| ended.by_page).unwrap_or_default();
    let mut response = if clients.is_empty() {
        finish(back.as_deref(), language)
    } else {
        // The person is sent back once the other sites have been told (§3).
        let over = SignedOut { session: session.id.to_string(), clients, back, replaced: false };
        see_other(&in_language(over.path(&*oidc.0.web.sealer), '&', language))
    };
    if session.term.stay == Stay::Public {
        cookie::leave_nothing(response.headers_mut());
    }
    response
}

/// To the site, or to a page of ours in the language that the site asked for.
fn finish(back: Option<&str>, language: Option<Lang>) -> Response {
    match back {
        Some(back) => see_other(back),
        None => see_other(&in_language(provider::SIGNED_OUT.to_owned(), '?', language)),
    }
}

fn in_language(mut path: String, separator: char, language: Option<Lang>) -> String {
    if let Some(language) = language {
        path.push(separator);
        path.push_str("lang=");
        path.push_str(language.tag());
    }
    path
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/logout.html")]
struct LogoutPage {
    page: Page,
    action: &'static str,
    sealed: String,
    site: Option<String>,
    again: bool,
}

fn ask(page: Page, afterwards: Afterwards, sealed: String, again: bool) -> Response {
    let view = LogoutPage {
        action: provider::LOGOUT_CONFIRM,
        sealed,
        site: if page.lang == Lang::Zh { afterwards.site_zh } else { afterwards.site_en },
        again,
        page,
    };
    let mut response = view.into_response();
    let back = afterwards.back.as_deref().and_then(return_to::form_target);
    return_to::allow_forms(&mut response, back.as_deref());
    response
}
