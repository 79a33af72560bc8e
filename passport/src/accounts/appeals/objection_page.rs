//! The page of the link by which the holder of a document is heard.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Link, Page};

use super::case::Objected;
use super::details_page::read_words;
use super::model::Appeal;
use super::state::State as Stands;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit, link_page};
use crate::web::error_page::Tone;
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ObjectionForm {
    t: String,
    words: String,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ObjectionQuery {
    t: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal_objection.html")]
struct ObjectionPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ObjectionForm,
    facts: Vec<(String, String)>,
}

/// GET: what is said, and the form.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<ObjectionQuery>,
) -> Result<Response, Trouble> {
    let draft = accounts
        .draft(&visit, paths::APPEAL_OBJECTION, &query.form)
        .unwrap_or_else(|| Draft::of(ObjectionForm { t: query.t, ..ObjectionForm::default() }));
    draw(&accounts, &visit, draft).await
}

/// POST: objects.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<ObjectionForm>,
) -> Result<Response, Trouble> {
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::APPEAL_OBJECTION, &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    let words = read_words(&mut flaws, "appeals-objection-words", &form.words);
    let draft = match words {
        Some(words) if fresh => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::APPEAL_OBJECTION);
            return Ok(match accounts.object_to_appeal(&form.t, words, visit.caller).await? {
                Objected::Taken => told(visit.page, StatusCode::OK, "taken"),
                Objected::Over => told(visit.page, StatusCode::GONE, "over"),
            });
        }
        Some(_) => Draft::of(form).stale(),
        None => Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws),
    };
    match accounts.send_back(&visit, &Way::home(), paths::APPEAL_OBJECTION, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, draft).await,
    }
}

async fn draw(accounts: &Accounts, visit: &Visit, draft: Draft<ObjectionForm>) -> Result<Response, Trouble> {
    let Some(appeal) = accounts.appeal_to_object_to(&draft.form.t).await? else {
        return Ok(told(visit.page.clone(), StatusCode::GONE, "over"));
    };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let shown = ObjectionPage {
        facts: facts(&page, &appeal),
        notice: Notice::of_draft(&page, &draft),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}

/// What is said to the holder: which document of theirs, and until when they can answer.
fn facts(page: &Page, appeal: &Appeal) -> Vec<(String, String)> {
    let document = appeal.file.as_ref().map(|file| file.document.masked()).unwrap_or_default();
    let mut facts = vec![(page.t("accounts-id-number"), document)];
    if let Some(heard) = appeal.times.heard {
        facts.push((page.t("appeals-objection-asked"), moment::exact(heard)));
    }
    if let Stands::Hearing { until, .. } = appeal.state {
        facts.push((page.t("appeals-objection-until"), moment::exact(until)));
    }
    facts
}

/// What came of it.
fn told(page: Page, status: StatusCode, key: &str) -> Response {
    let tone = if status == StatusCode::OK { Tone::Done } else { Tone::Information };
    let way = Link::new(paths::HOME, page.t("contact-told-home"));
    link_page::told(page, (tone, status), &format!("appeals-objection-{key}"), way)
}
