//! How an appeal stands, for who has its link: what happened, what comes next and until when, and what they can do.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::{FormErrors, Link, Page};

use super::link::{LinkTo, secret};
use super::model::{Appeal, AppealId, Words};
use super::state::State as Stands;
use crate::accounts::view::Notice;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit, link_page};
use crate::web::error_page::Tone;
use crate::web::{Draft, Posted, draft, moment, paths};

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CaseQuery {
    pub(super) t: String,
    /// `withdraw`: it is asked whether the appeal is to be taken back.
    ask: String,
    #[serde(flatten)]
    form: FormQuery,
}

impl CaseQuery {
    /// The notice of the redirect that led here.
    pub(super) fn notice(&self, page: &Page) -> Option<Notice> {
        Notice::of_code(page, self.form.notice.as_deref())
    }
}

/// The button that takes the appeal back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CaseForm {
    t: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal_case.html")]
struct CasePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    token: String,
    /// The page itself.
    here: String,
    number: String,
    /// What comes next.
    lead: String,
    steps: Vec<StepView>,
    /// Why it was refused.
    reason: Option<String>,
    /// Whether the photo is missing.
    photo: bool,
    /// The link that binds the document.
    document: Option<String>,
    /// Where it is asked whether the appeal is to be taken back, while it can be.
    withdraw: Option<String>,
    /// Whether it is asked once more if they mean to take it back.
    asks: bool,
}

/// One line of what happened.
struct StepView {
    text: String,
    at: String,
}

/// The page of an appeal.
pub(super) fn case_link(accounts: &Accounts, id: AppealId, notice: Option<&str>) -> String {
    let token = secret(&*accounts.parts().sealer, LinkTo::Case, id);
    let notice = notice.map(|code| format!("&notice={code}")).unwrap_or_default();
    format!("{}?t={token}{notice}", paths::APPEAL_CASE)
}

/// GET: how it stands.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<CaseQuery>,
) -> Result<Response, Trouble> {
    let Some(appeal) = accounts.appeal_of_link(&query.t).await? else { return Ok(unknown(visit.page)) };
    let draft = accounts.draft(&visit, paths::APPEAL_CASE, &query.form).unwrap_or_else(|| Draft::of(()));
    let notice = query.notice(&visit.page);
    Ok(draw(&accounts, visit.page, &appeal, (draft, notice, query.ask == "withdraw")))
}

/// POST: takes the appeal back.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<CaseForm>,
) -> Result<Response, Trouble> {
    let Some(appeal) = accounts.appeal_of_link(&form.t).await? else { return Ok(unknown(visit.page)) };
    let notice = match fresh {
        false => "again",
        true if accounts.withdraw_appeal(appeal.id, visit.caller).await? => "appeal-withdrawn",
        true => "appeal-moved",
    };
    Ok(Redirect::to(&case_link(&accounts, appeal.id, Some(notice))).into_response())
}

/// A link that was not copied whole.
pub(super) fn unknown(page: Page) -> Response {
    let way = Link::new(paths::APPEAL, page.t("appeals-title"));
    link_page::told(page, (Tone::Information, StatusCode::NOT_FOUND), "appeals-unknown", way)
}

/// Back to the page, with what is wrong with a photo.
pub(super) fn refuse_photo(accounts: &Accounts, visit: Visit, appeal: &Appeal, draft: Draft<()>) -> Response {
    match accounts.parts().web.keep_draft(&visit.cookies, paths::APPEAL_CASE, &draft) {
        Some(id) => {
            let link = case_link(accounts, appeal.id, None);
            Redirect::to(&format!("{link}&{}={id}", draft::FIELD)).into_response()
        }
        None => draw(accounts, visit.page, appeal, (draft, None, false)),
    }
}

fn draw(
    accounts: &Accounts,
    page: Page,
    appeal: &Appeal,
    (draft, notice, asks): (Draft<()>, Option<Notice>, bool),
) -> Response {
    let now = accounts.parts().clock.now();
    // A photo that came in meanwhile leaves nothing to mend.
    let draft = if appeal.times.submitted.is_some() { Draft::of(()) } else { draft };
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&page, now);
    let shown = view(accounts, page.with_errors(&errors), appeal);
    let asks = asks && shown.withdraw.is_some();
    (status, headers, CasePage { errors, notice, asks, ..shown }).into_response()
}

fn view(accounts: &Accounts, page: Page, appeal: &Appeal) -> CasePage {
    let now = accounts.parts().clock.now();
    let sealer = &*accounts.parts().sealer;
    let won = matches!(appeal.state, Stands::Granted { .. });
    let document = won.then(|| format!("{}?t={}", paths::APPEAL_DOCUMENT, secret(sealer, LinkTo::Document, appeal.id)));
    CasePage {
        errors: FormErrors::default(),
        notice: None,
        token: secret(sealer, LinkTo::Case, appeal.id),
        here: case_link(accounts, appeal.id, None),
        number: appeal.number.to_string(),
        lead: lead(&page, appeal, now),
        steps: steps(&page, appeal, now),
        reason: appeal.file.as_ref().and_then(|file| file.reason.as_ref()).map(Words::as_str).map(str::to_owned),
        photo: matches!(appeal.state, Stands::Begun { .. }),
        document,
        withdraw: appeal.state.may_withdraw().then(|| format!("{}&ask=withdraw", case_link(accounts, appeal.id, None))),
        asks: false,
        page,
    }
}

/// How it stands, what comes next, and until when.
fn lead(page: &Page, appeal: &Appeal, now: Timestamp) -> String {
    let until = appeal.state.until().map(|until| moment::not_before(page.lang, until, now)).unwrap_or_default();
    // Nobody else is told that the holder objected: it is the staff's to weigh.
    page.tw(&format!("appeals-lead-{}", appeal.state.code()), [("time", until.as_str())])
}

/// What happened so far, oldest first.
fn steps(page: &Page, appeal: &Appeal, now: Timestamp) -> Vec<StepView> {
    let times = appeal.times;
    let end = match appeal.state {
        Stands::Refused => "refused",
        Stands::Withdrawn => "withdrawn",
        Stands::Expired if times.submitted.is_none() => "expired",
        _ => "granted",
    };
    let all = [
        ("begun", Some(times.begun)),
        ("submitted", times.submitted),
        ("hearing", times.heard),
        ("deciding", times.closed),
        (end, times.decided),
        ("bound", times.bound),
    ];
    let happened = all.into_iter().filter_map(|(code, at)| Some((code, at?)));
    happened
        .map(|(code, at)| StepView {
            text: page.t(&format!("appeals-step-{code}")),
            at: moment::past(page.lang, at, now),
        })
        .collect()
}
