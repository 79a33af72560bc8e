//! The page that shows a set of codes, once.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::page::{FormErrors, Page};

use super::RecoveryCode;
use super::operation::Kept;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CodesForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    /// The codes, sealed.
    codes: String,
    kept: Option<String>,
    /// `file`, or nothing.
    #[serde(skip_serializing)]
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/recovery_codes.html")]
struct CodesPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    form: CodesForm,
    codes: Vec<String>,
    /// How many of a former set are unused, and end.
    left: i64,
}

/// Where somebody goes who has just added a factor: to their first codes, if they have none; else onwards.
pub(in crate::accounts::factors) fn after(way: &Way, has_codes: bool, notice: &str) -> Response {
    let path = if !has_codes {
        way.link_with(paths::RECOVERY_CODES, "notice", notice)
    } else if way.sealed.is_some() {
        way.path().to_owned()
    } else {
        format!("{}?notice={notice}", paths::SECURITY)
    };
    Redirect::to(&path).into_response()
}

/// GET: a fresh set. It replaces the former one when its owner says that it is kept.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let way = accounts.way(query.way.as_deref());
    let session = accounts.fresh_session(&mut visit, &way.link(paths::RECOVERY_CODES)).await?;
    if !accounts.enrolled(session.account).await?.any() {
        return Ok(Redirect::to(paths::SECURITY).into_response());
    }
    let draft = match accounts.draft::<CodesForm>(&visit, paths::RECOVERY_CODES, &query) {
        // Signing in again took longer than the set was good for: whoever has written it down has to know.
        Some(draft) if is_over(&accounts, &session, &draft.form) => flawed(CodesForm::default(), "factors-codes-over"),
        Some(draft) => draft,
        None => Draft::of(CodesForm::default()),
    };
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    Ok(draw(&accounts, visit, (&session, &way), draft, notice).await?)
}

/// POST: keeps the set, or sends it as a file.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<CodesForm>,
) -> Result<Response, Stop> {
    let way = accounts.way(form.way.as_deref());
    // Finding a printer takes longer than a sign-in is fresh: what was printed stays the set of the page.
    let shown = Draft::of(CodesForm { codes: form.codes.clone(), kept: form.kept.clone(), ..CodesForm::default() });
    let address = way.link(paths::RECOVERY_CODES);
    let waiting = |visit: &Visit| accounts.waiting_at(visit, (paths::RECOVERY_CODES, &address), &shown);
    let session = accounts.fresh_session_or(&mut visit, waiting).await?;
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::RECOVERY_CODES, &Draft::of(form)));
    }
    let codes = accounts.open_codes(session.account, &form.codes);
    let draft = match codes {
        _ if !fresh => Draft::of(form).stale(),
        None => flawed(CodesForm::default(), "factors-codes-over"),
        Some(codes) if form.action == "file" => return Ok(file(&visit.page, &codes)),
        Some(_) if form.kept.is_none() => flawed(form, "factors-codes-not-kept"),
        Some(codes) => match accounts.keep_codes(session.account, codes, visit.caller).await? {
            Kept::Done => {
                accounts.parts().web.drop_draft(&visit.cookies, paths::RECOVERY_CODES);
                return Ok(after(&way, true, "codes-kept"));
            }
            Kept::TooOften { until } => too_often(form, until),
        },
    };
    match accounts.send_back(&visit, &way, paths::RECOVERY_CODES, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, (&session, &way), draft, None).await?),
    }
}

/// Whether it is of a page whose set cannot be kept any more.
fn is_over(accounts: &Accounts, session: &Session, form: &CodesForm) -> bool {
    !form.codes.is_empty() && accounts.open_codes(session.account, &form.codes).is_none()
}

fn flawed(form: CodesForm, key: &'static str) -> Draft<CodesForm> {
    let mut flaws = Flaws::default();
    flaws.push("kept", "factors-codes", key);
    Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
}

fn too_often(form: CodesForm, until: Timestamp) -> Draft<CodesForm> {
    let mut flaws = Flaws::default();
    flaws.push_until("kept", "factors-codes", "factors-too-often", until);
    Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)
}

/// The codes as a text file: to be printed elsewhere, or put where passwords are kept.
fn file(page: &Page, codes: &[RecoveryCode]) -> Response {
    let lines: String = codes.iter().map(|code| code.shown() + "\r\n").collect();
    let text = format!("\u{feff}{}\r\n{}\r\n\r\n{lines}", page.t("factors-codes-file"), page.t("factors-codes-once"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"e-test-recovery-codes.txt\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    (session, way): (&Session, &Way),
    mut draft: Draft<CodesForm>,
    told: Option<Notice>,
) -> Result<Response, Trouble> {
    if accounts.open_codes(session.account, &draft.form.codes).is_none() {
        draft.form.codes = accounts.new_codes(session.account);
    }
    let codes = accounts.open_codes(session.account, &draft.form.codes).unwrap_or_default();
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = CodesPage {
        notice: told.or(notice),
        codes: codes.iter().map(RecoveryCode::shown).collect(),
        left: accounts.factors(session.account).await?.codes_left,
        way: way.view(page.lang),
        action: way.link(paths::RECOVERY_CODES),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
