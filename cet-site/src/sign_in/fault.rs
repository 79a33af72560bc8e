//! Every way a sign-in can fail, each with a page that says what happened and has one button that works.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use shared::db::DbError;
use shared::page::Page;

use crate::web::{self, Frame};

use super::passport::PassportError;
use super::return_path::ReturnPath;

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
    /// The passport did not answer, or its answer did not hold.
    #[error(transparent)]
    Passport(#[from] PassportError),
    /// The site's own database is away or broken.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Fault {
    /// The middle of the keys of its texts.
    fn kind(&self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Lost => "lost",
            Self::CookiesRefused => "cookies",
            Self::WrongIssuer => "issuer",
            Self::Malformed(_) => "malformed",
            Self::Refused(_) | Self::Passport(PassportError::CodeRefused | PassportError::Refused(_)) => "refused",
            Self::Passport(PassportError::Clock(_)) => "clock",
            Self::Passport(PassportError::Token(_)) => "token",
            Self::Passport(PassportError::Unreachable(_)) | Self::Db(_) => "unreachable",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Cancelled => StatusCode::OK,
            Self::Passport(PassportError::Unreachable(_)) | Self::Db(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
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
        let request = page.request_id.as_str();
        if self.is_ours() {
            tracing::warn!(request, kind = self.kind(), cause = %self, "a sign-in failed");
        } else {
            tracing::info!(request, kind = self.kind(), cause = %self, "a sign-in ended");
        }
        if matches!(self, Self::Db(_)) {
            return web::unavailable(frame, &return_to.sign_in());
        }
        let (status, kind, code) = (self.status(), self.kind(), self.code());
        let mut response = (status, FaultPage { page, kind, code, again: return_to.sign_in() }).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// What happened, and signing in again.
#[derive(Template, WebTemplate)]
#[template(path = "sign_in_fault.html")]
struct FaultPage {
    page: Page,
    kind: &'static str,
    code: Option<String>,
    again: String,
}

impl FaultPage {
    fn text(&self, part: &str) -> String {
        self.page.t(&format!("signin-fault-{}-{part}", self.kind))
    }
}
