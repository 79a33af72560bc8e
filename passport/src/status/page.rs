//! The page of the status, and the document. Neither asks the database for anything: both are answered when it is away.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use shared::clock::Timestamp;
use shared::page::{Announcement, Page};
use shared::status::{Part, State as PartState};

use super::Status;
use crate::oidc::document::Document;
use crate::web::{PageContext, moment};

/// For how long anybody may keep the document: a site asks every few seconds.
const CACHE: &str = "public, max-age=5";

/// A part, in words.
struct Line {
    name: String,
    state: String,
    /// The look of its tag.
    kind: &'static str,
}

/// 服务状态
#[derive(Template, WebTemplate)]
#[template(path = "status/page.html")]
pub struct StatusPage {
    page: Page,
    /// How everything stands, in one sentence.
    lead: String,
    lines: Vec<Line>,
    notices: Vec<Announcement>,
    /// When it was looked at; nothing before the first look.
    at: Option<String>,
}

/// `GET /status`
pub async fn show(State(status): State<Status>, PageContext(mut page): PageContext) -> StatusPage {
    let (report, now) = (status.report(), status.0.parts.clock.now());
    // What stands at the top elsewhere is told in full here.
    page.announcements.clear();
    StatusPage {
        lead: page.t(lead(report.worst())),
        lines: report.parts.iter().map(|(part, state)| line(&page, *part, *state)).collect(),
        notices: report.notices.iter().filter(|notice| notice.is_shown(now)).map(|one| one.told(&page, now)).collect(),
        at: (report.at != Timestamp::default()).then(|| moment::clock(report.at)),
        page,
    }
}

/// `GET /status.json`
pub async fn document(State(status): State<Status>, asked: HeaderMap) -> Response {
    Document::new(status.report().to_json()).respond(&asked, CACHE)
}

const fn lead(worst: PartState) -> &'static str {
    match worst {
        PartState::Ok => "status-lead-ok",
        PartState::Unknown => "status-lead-unknown",
        PartState::Degraded => "status-lead-degraded",
        PartState::Maintenance => "status-lead-maintenance",
        PartState::Down => "status-lead-down",
    }
}

fn line(page: &Page, part: Part, state: PartState) -> Line {
    let (key, kind) = match state {
        PartState::Ok => ("status-state-ok", "ok"),
        PartState::Unknown => ("status-state-unknown", "quiet"),
        PartState::Degraded => ("status-state-degraded", "warn"),
        PartState::Maintenance => ("status-state-maintenance", "warn"),
        PartState::Down => ("status-state-down", "error"),
    };
    let name = match part {
        Part::SignIn => "status-part-sign-in",
        Part::Registration => "status-part-registration",
        Part::Tokens => "status-part-tokens",
        Part::Mail => "status-part-mail",
        Part::Sms => "status-part-sms",
        Part::Database => "status-part-database",
        Part::Keys => "status-part-keys",
    };
    Line { name: page.t(name), state: page.t(key), kind }
}
