//! What ends a handler of the portal before its own answer.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::frame::organisation_path;
use super::model::{Organisation, Role};
use crate::accounts::{Stop, Trouble};
use crate::web::error_page::{Explanation, Fault, Tone, explain};

/// Why there is no answer.
pub enum Refusal {
    /// Something is to be done first, or nothing can be done.
    Stop(Stop),
    /// There is no such thing for this person.
    Unknown,
    /// Another page answers: the one of a role that does not reach, or the list in which something is no more.
    Answered(Box<Response>),
}

impl Refusal {
    /// The page that says which role it takes.
    pub fn forbidden(page: Page, organisation: &Organisation, needs: Role) -> Self {
        let role = page.t(&format!("portal-role-{}", needs.as_str()));
        let told = Explanation {
            tone: Tone::Information,
            title: page.t("portal-forbidden-title"),
            lead: page.tw("portal-forbidden-lead", [("role", role.as_str())]),
            steps: Vec::new(),
            way: Link::new(organisation_path(organisation.id), page.t("portal-forbidden-back")),
            other: None,
        };
        Self::Answered(Box::new(explain(page, StatusCode::FORBIDDEN, told)))
    }
}

impl<E: Into<Trouble>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Stop(Stop::Trouble(error.into()))
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Stop(stop) => stop.into_response(),
            Self::Unknown => Fault::NotFound.into_response(),
            Self::Answered(page) => *page,
        }
    }
}
