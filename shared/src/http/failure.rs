//! Answers to requests that no handler could answer.

use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::RequestId;

/// Why no handler answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No such page.
    NotFound,
    /// The page is not asked for in this way.
    MethodNotAllowed,
    /// The body is larger than the limit.
    TooLarge,
    /// The request names a host that is not ours, or none.
    WrongHost,
    /// The handler took longer than it may.
    TimedOut,
    /// The handler broke.
    Panicked,
}

impl Failure {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NotFound => "There is no such page.",
            Self::MethodNotAllowed => "This address does not take requests of this kind.",
            Self::TooLarge => "What was sent is too large.",
            Self::WrongHost => "This server does not answer for that host.",
            Self::TimedOut => "This takes too long just now. Please try again in a moment.",
            Self::Panicked => "Something went wrong here. It has been recorded.",
        }
    }
}

/// What a page of a failure may want to know of the request. Headers are kept as they came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request's id.
    pub id: RequestId,
    /// How it was asked.
    pub method: Method,
    /// What was asked for.
    pub uri: Uri,
    /// `Accept`.
    pub accept: Option<HeaderValue>,
    /// `Accept-Language`.
    pub accept_language: Option<HeaderValue>,
    /// `Cookie`, for the language that a person has chosen.
    pub cookie: Option<HeaderValue>,
}

impl Asked {
    pub(super) fn of<B>(request: &Request<B>, id: RequestId) -> Self {
        let headers: &HeaderMap = request.headers();
        Self {
            id,
            method: request.method().clone(),
            uri: request.uri().clone(),
            accept: headers.get(ACCEPT).cloned(),
            accept_language: headers.get(ACCEPT_LANGUAGE).cloned(),
            cookie: headers.get(COOKIE).cloned(),
        }
    }

    /// Whether a page is wanted, rather than data: a browser asks for `text/html` by name.
    #[must_use]
    pub fn wants_page(&self) -> bool {
        self.accept.as_ref().is_some_and(|accept| accept.as_bytes().windows(9).any(|part| part == b"text/html"))
    }
}

/// Makes the page of a failure. The kit sets the status and `Retry-After` itself.
pub trait FailurePages: Send + Sync {
    /// The page, in the language of the person asking.
    fn page(&self, failure: Failure, asked: &Asked) -> Response;
}

/// One plain sentence, for programs without pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainPages;

impl FailurePages for PlainPages {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        format!("{}\nRequest {}\n", failure.sentence(), asked.id).into_response()
    }
}

/// The complete answer to a failure.
pub(super) fn answer(pages: &dyn FailurePages, failure: Failure, asked: &Asked) -> Response {
    let mut response = pages.page(failure, asked);
    *response.status_mut() = failure.status();
    if failure == Failure::TimedOut {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
