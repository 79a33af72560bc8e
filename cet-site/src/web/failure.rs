//! Pages for requests that no handler could answer, and for a database that is away.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use shared::http::{Asked, Failure, FailurePages};
use shared::page::{Page, address};

use super::{Frame, Web};

/// What happened, and one way on.
#[derive(Template, WebTemplate)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Page,
    /// The middle of the keys of its texts.
    kind: &'static str,
    /// Where its button leads.
    href: String,
}

impl FailurePage {
    fn text(&self, part: &str) -> String {
        self.page.t(&format!("site-failure-{}-{part}", self.kind))
    }
}

/// The pages of failures in the site's frame.
pub struct Failures(pub Web);

impl FailurePages for Failures {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::ACCEPT_LANGUAGE, &asked.accept_language), (header::COOKIE, &asked.cookie)] {
            if let Some(value) = value {
                headers.insert(name, value.clone());
            }
        }
        let (kind, href) = match failure {
            Failure::NotFound => ("missing", "/".to_owned()),
            Failure::MethodNotAllowed => ("method", "/".to_owned()),
            Failure::TooLarge => ("large", "/".to_owned()),
            // Never a link built from what was asked for: the address of the site is ours.
            Failure::WrongHost => ("host", self.0.base_url().join("/")),
            // Its button says to try again: that is the same address, which is asked for by GET.
            Failure::TimedOut => ("busy", address::same(&asked.uri)),
            Failure::Panicked => ("broken", "/".to_owned()),
        };
        let page = Frame::of(&self.0, &asked.uri, &headers, asked.id).page();
        (failure.status(), FailurePage { page, kind, href }).into_response()
    }
}

/// 503: the database is away. The button asks for `retry` again.
#[must_use]
pub fn unavailable(frame: &Frame, retry: &str) -> Response {
    let page = FailurePage { page: frame.page(), kind: "busy", href: retry.to_owned() };
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, HeaderValue::from_static("5"))], page).into_response()
}
