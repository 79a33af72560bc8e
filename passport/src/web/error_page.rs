//! Pages for what cannot be answered as asked: each says what happened and has one button that works.
//!
//! A handler that has no page to show returns a [`Fault`]; [`draw`], laid around the routes of browsers, makes the
//! page of it. What never reaches a handler (no such page, too large, too slow) comes from the HTTP kit through
//! [`FailurePages`].

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode, Uri};
use shared::db::DbError;
use shared::http::{Asked, Failure, FailurePages, PlainPages};
use shared::page::{Link, Page, address};

use super::form::FormRejection;
use super::{Pages, paths};

/// Seconds after which a browser may try again.
const RETRY_SECONDS: &str = "5";

/// Why a page cannot be shown, as far as the person is concerned. Its cause is logged where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No such page.
    NotFound,
    /// The address takes only what a form sends.
    NotOpenable,
    /// The body is over the limit.
    TooLarge,
    /// The host is not ours.
    WrongHost,
    /// A form that no page of ours sends.
    BrokenForm,
    /// A body that is no form: no browser sends it, so its words are those of [`Self::BrokenForm`].
    NoForm,
    /// A form sent by a page of another site.
    ForeignForm,
    /// The database does not answer.
    Unavailable,
    /// More people want this than fit just now.
    Busy,
    /// Something of ours broke.
    Broken,
}

impl Fault {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotOpenable => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::BrokenForm => StatusCode::BAD_REQUEST,
            Self::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::Unavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "web-fault-not-found",
            Self::NotOpenable => "web-fault-not-openable",
            Self::TooLarge => "web-fault-too-large",
            Self::WrongHost => "web-fault-wrong-host",
            Self::BrokenForm | Self::NoForm => "web-fault-broken-form",
            Self::ForeignForm => "web-fault-foreign-form",
            Self::Unavailable => "web-fault-unavailable",
            Self::Busy => "web-fault-busy",
            Self::Broken => "web-fault-broken",
        }
    }

    /// Whether the same address may answer a moment later.
    const fn passes(self) -> bool {
        matches!(self, Self::Unavailable | Self::Busy | Self::Broken)
    }

    /// The page of the fault, for the request to that address of the passport.
    pub fn page(self, page: Page, uri: &Uri) -> Response {
        self.drawn(page, uri, true)
    }

    /// The same; `status`: whether there is a page beside it that says how it stands.
    fn drawn(self, page: Page, uri: &Uri, status: bool) -> Response {
        let home = Link::new(paths::HOME, page.t("web-go-home"));
        let (way, other) = if self.passes() {
            // Without the database there is no home to go to, but a page that says how it stands.
            let other = match self {
                Self::Unavailable => status.then(|| Link::new(paths::STATUS, page.t("common-status-more"))),
                _ => Some(home),
            };
            (Link::new(address::same(uri), page.t("web-try-again")), other)
        } else {
            (home, None)
        };
        let title = page.t(&format!("{}-title", self.key()));
        let lead = page.t(&format!("{}-lead", self.key()));
        let told = Explanation { tone: Tone::Trouble, title, lead, steps: Vec::new(), way, other };
        let mut response = explain(page, self.status(), told);
        self.complete(&mut response);
        response
    }

    fn complete(self, response: &mut Response) {
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
    }
}

impl From<FormRejection> for Fault {
    fn from(rejection: FormRejection) -> Self {
        match rejection {
            FormRejection::TooLarge => Self::TooLarge,
            FormRejection::Foreign => Self::ForeignForm,
            FormRejection::ContentType => Self::NoForm,
            _ => Self::BrokenForm,
        }
    }
}

impl From<&DbError> for Fault {
    fn from(error: &DbError) -> Self {
        if error.is_unavailable() { Self::Unavailable } else { Self::Broken }
    }
}

/// The bare answer, marked for [`draw`].
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        self.complete(&mut response);
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware for the routes of browsers: makes the page of each [`Fault`] that comes out of them.
pub async fn draw(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let page = pages.page_of(&parts);
    let uri = parts.uri.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions().get::<Fault>() {
        Some(fault) => fault.drawn(page, &uri, pages.has_status()),
        None => response,
    }
}

impl FailurePages for Pages {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        if !asked.wants_page() {
            return PlainPages.page(failure, asked);
        }
        let fault = match failure {
            Failure::NotFound => Fault::NotFound,
            Failure::MethodNotAllowed => Fault::NotOpenable,
            Failure::TooLarge => Fault::TooLarge,
            Failure::WrongHost => Fault::WrongHost,
            Failure::TimedOut => Fault::Busy,
            Failure::Panicked => Fault::Broken,
        };
        fault.drawn(self.page_asked(asked), &asked.uri, self.has_status())
    }
}

/// How a page of an explanation looks at first sight: who did what they came for must not think that it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What was asked for is done.
    Done,
    /// There is nothing to do, or nothing to do yet.
    Information,
    /// Something went another way than it should.
    Trouble,
}

impl Tone {
    /// What the style sheet calls it.
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Information => "info",
            Self::Trouble => "warn",
        }
    }

    /// The symbol in the mark.
    const fn symbol(self) -> &'static str {
        match self {
            Self::Done => "check",
            Self::Information => "info",
            Self::Trouble => "warning",
        }
    }
}

/// What a person is told when things go another way than they thought, and where it goes on from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Good news, no news, or bad.
    pub tone: Tone,
    /// The heading.
    pub title: String,
    /// What happened, and that nothing is lost.
    pub lead: String,
    /// What to do, in order; may be empty.
    pub steps: Vec<String>,
    /// The one button.
    pub way: Link,
    /// A quieter second one.
    pub other: Option<Link>,
}

#[derive(Template, WebTemplate)]
#[template(path = "web/explanation.html")]
struct ExplanationPage {
    page: Page,
    told: Explanation,
}

/// The page of an explanation.
pub fn explain(page: Page, status: StatusCode, told: Explanation) -> Response {
    (status, ExplanationPage { page, told }).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::i18n::Lang;

    use super::*;
    use crate::web::texts;

    const ALL: [Fault; 10] = [
        Fault::NotFound,
        Fault::NotOpenable,
        Fault::TooLarge,
        Fault::WrongHost,
        Fault::BrokenForm,
        Fault::NoForm,
        Fault::ForeignForm,
        Fault::Unavailable,
        Fault::Busy,
        Fault::Broken,
    ];

    #[tokio::test]
    async fn the_console_leads_to_no_page_that_it_does_not_have() {
        let passport = Pages::new(Arc::new(texts::catalogue()), None);
        let uri = Uri::from_static("/accounts");
        let told = async |pages: Pages| {
            let page = Fault::Unavailable.drawn(pages.page(Lang::En, &uri), &uri, pages.has_status());
            let body = axum::body::to_bytes(page.into_body(), usize::MAX).await.expect("a page");
            String::from_utf8_lossy(&body).contains("href=\"/status\"")
        };
        assert!(told(passport.clone()).await, "the passport has one");
        assert!(!told(passport.of_console()).await);
    }

    #[test]
    fn every_fault_has_a_page_in_both_languages() {
        let pages = Pages::new(Arc::new(texts::catalogue()), None);
        let uri = Uri::from_static("/sign-in?continue=x");
        for lang in Lang::ALL {
            for fault in ALL {
                assert_eq!(fault.page(pages.page(lang, &uri), &uri).status(), fault.status());
            }
        }
    }

    #[test]
    fn a_passing_fault_says_when_to_come_back() {
        assert!(Fault::Busy.into_response().headers().contains_key(RETRY_AFTER));
        assert!(!Fault::NotFound.into_response().headers().contains_key(RETRY_AFTER));
    }
}
