//! Every way a sign-in can fail, each with a page that says what happened and has one button that works.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use shared::db::DbError;
use shared::page::Page;

use crate::web::{self, Frame, paths};

use super::passport::PassportError;
use super::return_path::ReturnPath;
use super::visitor::Visitor;

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The person pressed cancel (`access_denied`).
    #[error("cancelled by the person")]
    Cancelled,
    /// The attempt took longer than it may.
    #[error("the attempt is over")]
    Expired,
    /// The state belongs to no attempt of this browser, and starting anew by itself did not help.
    #[error("no attempt of this browser has that state")]
    Lost,
    /// Cookies do not come back.
    #[error("the browser keeps no cookies")]
    CookiesRefused,
    /// The answer names another issuer (RFC 9207 §2.4).
    #[error("the answer names another issuer")]
    WrongIssuer,
    /// The request lacks a parameter or repeats one.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// The passport answered the authorization request with an error (OpenID Connect Core §3.1.2.6).
    #[error("the passport refused the authorization: {0}")]
    Refused(String),
    /// The passport ended its session while one of this site was to begin by it.
    #[error("the passport ended the session meanwhile")]
    Ended,
    /// The passport did not answer, or its answer did not hold.
    #[error(transparent)]
    Passport(#[from] PassportError),
    /// The site's own database is away or broken.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Fault {
    fn kind(&self) -> Kind {
        match self {
            Self::Cancelled => Kind::Cancelled,
            Self::Expired => Kind::Expired,
            Self::Lost => Kind::Lost,
            Self::CookiesRefused => Kind::Cookies,
            Self::WrongIssuer => Kind::Issuer,
            Self::Malformed(_) => Kind::Malformed,
            Self::Ended | Self::Refused(_) | Self::Passport(PassportError::CodeRefused | PassportError::Refused(_)) => {
                Kind::Refused
            }
            Self::Passport(PassportError::Clock(_)) => Kind::Clock,
            Self::Passport(PassportError::Token(_)) => Kind::Token,
            Self::Passport(PassportError::Unreachable(_)) | Self::Db(_) => Kind::Unreachable,
        }
    }

    /// The standard's name of the error, for the developer's fold-out.
    fn code(&self) -> Option<String> {
        match self {
            Self::Refused(code) | Self::Passport(PassportError::Refused(code)) => Some(code.clone()),
            Self::Passport(PassportError::CodeRefused) => Some("invalid_grant".to_owned()),
            _ => None,
        }
    }

    /// Whether somebody should look into it; the others are people's own doing or the weather of the web.
    fn is_ours(&self) -> bool {
        matches!(self, Self::Passport(_) | Self::Db(_) | Self::Refused(_) | Self::WrongIssuer)
    }

    /// The page. Logs the cause, once.
    pub(super) fn respond(self, frame: &Frame, return_to: &ReturnPath) -> Response {
        let page = frame.page();
        let (request, kind) = (page.request_id.as_str(), self.kind());
        if self.is_ours() {
            tracing::warn!(request, kind = kind.name(), cause = %self, "a sign-in failed");
        } else {
            tracing::info!(request, kind = kind.name(), cause = %self, "a sign-in ended");
        }
        if matches!(self, Self::Db(_)) {
            return web::unavailable(frame, &return_to.sign_in());
        }
        draw(page, kind, self.code(), return_to)
    }
}

/// What the page of a fault says: several causes are one and the same to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Cancelled,
    Expired,
    Lost,
    Cookies,
    Issuer,
    Malformed,
    Refused,
    Clock,
    Token,
    Unreachable,
}

impl Kind {
    /// Its name in an address, and the middle of the keys of its texts.
    fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Lost => "lost",
            Self::Cookies => "cookies",
            Self::Issuer => "issuer",
            Self::Malformed => "malformed",
            Self::Refused => "refused",
            Self::Clock => "clock",
            Self::Token => "token",
            Self::Unreachable => "unreachable",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Cancelled => StatusCode::OK,
            Self::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// What the address of a page shown again says.
#[derive(Deserialize)]
pub struct Told {
    kind: Kind,
    return_to: Option<String>,
    reference: Option<String>,
    code: Option<String>,
}

/// Shows the page of a fault once more, in the language that is asked for. Anyone can make its address: it shows
/// nothing but our own sentences, and names that look like those of the standard.
pub async fn show_again(frame: Frame, visitor: Visitor, told: Result<Query<Told>, QueryRejection>) -> Response {
    let Ok(Query(Told { kind, return_to, reference, code })) = told else {
        return Redirect::to(&ReturnPath::desk().sign_in()).into_response();
    };
    let return_to = ReturnPath::parse(return_to.as_deref(), frame.web().base_url());
    if visitor.is_signed_in() {
        return Redirect::to(return_to.as_str()).into_response();
    }
    let mut page = frame.page();
    // The log knows what happened by the reference of the first page, not by that of this one.
    let looks_like_ours =
        |text: &String| text.len() == page.request_id.len() && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if let Some(first) = reference.filter(looks_like_ours) {
        page.request_id = first;
    }
    draw(page, kind, code.filter(|code| is_standard_name(code)), &return_to)
}

fn draw(mut page: Page, kind: Kind, code: Option<String>, return_to: &ReturnPath) -> Response {
    page.other_lang_url = in_the_other_language(&page, kind, code.as_deref(), return_to);
    let mut response = (kind.status(), FaultPage { page, kind, code, again: return_to.sign_in() }).into_response();
    if kind == Kind::Unreachable {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// The address of the same page in the other language. It is not that of the passport's answer, which would be taken
/// for an answer once more, and a new sign-in begun.
fn in_the_other_language(page: &Page, kind: Kind, code: Option<&str>, return_to: &ReturnPath) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("kind", kind.name()).append_pair("return_to", return_to.as_str());
    query.append_pair("reference", &page.request_id);
    if let Some(code) = code {
        query.append_pair("code", code);
    }
    query.append_pair("lang", page.lang.other().tag());
    format!("{}?{}", paths::FAILED, query.finish())
}

/// Whether a text looks like the name of an error in the standard, and not like a sentence from a stranger.
pub(super) fn is_standard_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// What happened, and signing in again.
#[derive(Template, WebTemplate)]
#[template(path = "sign_in_fault.html")]
struct FaultPage {
    page: Page,
    kind: Kind,
    code: Option<String>,
    again: String,
}

impl FaultPage {
    fn text(&self, part: &str) -> String {
        self.page.t(&format!("signin-fault-{}-{part}", self.kind.name()))
    }
}
