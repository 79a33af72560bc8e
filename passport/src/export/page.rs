//! The page that says what is in the copy, and the button that makes it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use shared::clock::Timestamp;
use shared::page::{FormErrors, Page};

use super::file::{File, Source};
use crate::accounts::copy::{Copied, Copy};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Notice, Session, Stop, Trouble, Visit, Way, activity};
use crate::oidc::Oidc;
use crate::oidc::consent::sites;
use crate::web::{Button, Draft, Flaws, Posted, paths};

#[derive(Template, WebTemplate)]
#[template(path = "export/page.html")]
struct ExportPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
}

/// GET: what is in it.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.fresh_session(&mut visit, paths::EXPORT).await?;
    let draft = accounts.draft(&visit, paths::EXPORT, &query).unwrap_or_default();
    Ok(draw(&accounts, visit, &session, draft).await?)
}

/// POST: the file.
pub async fn submit(
    State(accounts): State<Accounts>,
    State(oidc): State<Oidc>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Stop> {
    let session = accounts.fresh_session(&mut visit, paths::EXPORT).await?;
    let draft = if fresh {
        match accounts.copy(session.account, visit.caller).await? {
            Some(Copy::Made(copied)) => return Ok(file(&accounts, &oidc, &visit.page, &copied).await?),
            Some(Copy::Guarded { until }) => refused(StatusCode::UNPROCESSABLE_ENTITY, "export-guarded", until),
            Some(Copy::TooMany { until }) => refused(StatusCode::TOO_MANY_REQUESTS, "export-often", until),
            None => return Err(Stop::First(paths::HOME.to_owned())),
        }
    } else {
        Draft::of(Button {}).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::EXPORT, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, &session, draft).await?),
    }
}

fn refused(status: StatusCode, key: &'static str, until: Timestamp) -> Draft<Button> {
    let mut flaws = Flaws::default();
    flaws.push_until("copy", "export-title", key, until);
    Draft::of(Button {}).refused(status, flaws)
}

async fn file(accounts: &Accounts, oidc: &Oidc, page: &Page, copied: &Copied) -> Result<Response, Trouble> {
    let parts = accounts.parts();
    let source = Source {
        page,
        issuer: &parts.web.origin,
        now: parts.clock.now(),
        sites: sites::let_in(oidc, copied.account.id).await?,
        history: activity::history(accounts, page, copied.account.id).await?,
        copied,
    };
    // Texts and numbers alone: nothing in it can fail to be written.
    let text = serde_json::to_string_pretty(&File::of(source)).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"e-test-passport-data.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

async fn draw(accounts: &Accounts, visit: Visit, session: &Session, draft: Draft<Button>) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    Ok((status, headers, ExportPage { page, errors, notice }).into_response())
}
