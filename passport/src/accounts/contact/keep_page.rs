//! The page of the link by which the holder of a number keeps it.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::Tone;
use crate::web::{Posted, moment, paths};

/// GET: what was asked for, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, false).await
}

/// POST: keeps the number.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw(&accounts, visit.page, form.t, true).await;
    }
    Ok(match accounts.keep_number(form.t, visit.caller).await? {
        true => told(visit.page, (Tone::Done, StatusCode::OK), "number-kept"),
        false => over(visit.page),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let Some(asked) = accounts.number_to_keep(token.clone()).await? else { return Ok(over(page)) };
    let facts = vec![
        (page.t("accounts-mobile"), asked.number),
        (page.t("contact-confirm-when"), moment::exact(asked.at)),
        (page.t("number-keep-until"), moment::exact(asked.until)),
    ];
    let shown = LinkPage::new(page, paths::NUMBER_KEEP, "number-keep", token).facts(facts).hint("number-keep-hint");
    Ok(shown.again(again).into_response())
}

fn over(page: Page) -> Response {
    told(page, (Tone::Information, StatusCode::GONE), "number-over")
}

fn told(page: Page, how: (Tone, StatusCode), key: &str) -> Response {
    let way = Link::new(paths::CONTACT.to_owned(), page.t("contact-title"));
    link_page::told(page, how, key, way)
}
