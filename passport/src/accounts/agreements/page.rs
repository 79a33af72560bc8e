//! The question: what changed can be read, one box, one button, and the ways out for who does not agree.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::Reason;
use super::first::sign_in;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, documents, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AgreeForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    agree: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/agreements.html")]
struct AgreePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    title: String,
    lead: String,
}

/// GET: the question, or onwards where there is nothing to ask any more.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(session) = visit.take_session()? else { return Ok(sign_in(&way, "sign-in-first")) };
    if accounts.has_to_agree(session.account).await?.is_none() {
        return Ok(Redirect::to(way.path()).into_response());
    }
    let draft = accounts.draft(&visit, paths::AGREEMENTS, &query).unwrap_or_else(|| Draft::of(AgreeForm::default()));
    draw(&accounts, visit, &session, &way, draft).await
}

/// POST: writes the answer down, and goes on.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<AgreeForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let Some(session) = visit.take_session()? else { return Ok(sign_in(&way, "away")) };
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::AGREEMENTS, &Draft::of(form)));
    }
    let draft = match form.agree {
        Some(_) if fresh => {
            accounts.accept_changed(session.account, (visit.page.lang, visit.caller)).await?;
            accounts.parts().web.drop_draft(&visit.cookies, paths::AGREEMENTS);
            return Ok(Redirect::to(way.path()).into_response());
        }
        Some(_) => Draft::of(form).stale(),
        None => {
            let mut flaws = Flaws::default();
            flaws.push("agree", "accounts-agree", "accounts-agree-missing");
            Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
        }
    };
    match accounts.send_back(&visit, &way, paths::AGREEMENTS, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, &way, draft).await,
    }
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    way: &Way,
    draft: Draft<AgreeForm>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let key = match accounts.has_to_agree(session.account).await? {
        Some(Reason::Grown) => "accounts-agreements-grown",
        Some(Reason::Changed) | None => "accounts-agreements",
    };
    let shown = AgreePage {
        way: way.view(page.lang),
        title: page.t(&format!("{key}-title")),
        lead: page.tw(&format!("{key}-lead"), [("version", documents::VERSION)]),
        notice,
        page: page.with_form(),
        errors,
    };
    Ok((status, headers, shown).into_response())
}
