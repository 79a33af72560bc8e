//! The page of the link by which the holder of a number keeps it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::confirm::{ConfirmForm, LinkQuery};
use crate::accounts::view::Notice;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/number_keep.html")]
struct KeepPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    facts: Vec<(String, String)>,
}

/// GET: what was asked for, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, None).await
}

/// POST: keeps the number.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<ConfirmForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        let notice = Notice { kind: "warn", text: visit.page.t("accounts-notice-again") };
        return draw(&accounts, visit.page, form.t, Some(notice)).await;
    }
    Ok(match accounts.keep_number(form.t, visit.caller).await? {
        true => told(visit.page, StatusCode::OK, "kept"),
        false => told(visit.page, StatusCode::GONE, "over"),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, notice: Option<Notice>) -> Result<Response, Trouble> {
    let Some(asked) = accounts.number_to_keep(token.clone()).await? else {
        return Ok(told(page, StatusCode::GONE, "over"));
    };
    let facts = vec![
        (page.t("accounts-mobile"), asked.number),
        (page.t("contact-confirm-when"), moment::exact(asked.at)),
        (page.t("number-keep-until"), moment::exact(asked.until)),
    ];
    Ok(KeepPage { page, notice, token, facts }.into_response())
}

fn told(page: Page, status: StatusCode, key: &str) -> Response {
    let told = Explanation {
        tone: if status == StatusCode::OK { Tone::Done } else { Tone::Information },
        title: page.t(&format!("number-{key}-title")),
        lead: page.t(&format!("number-{key}-lead")),
        steps: Vec::new(),
        way: Link::new(paths::CONTACT.to_owned(), page.t("contact-title")),
        other: None,
    };
    explain(page, status, told)
}
