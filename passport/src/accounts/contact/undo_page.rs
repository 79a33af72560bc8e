//! The page of the link that undoes a change of a contact.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::list::label;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::model::Contact;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

/// GET: what was changed, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, false).await
}

/// POST: undoes it.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw(&accounts, visit.page, form.t, true).await;
    }
    Ok(match accounts.undo_change(form.t, visit.caller).await? {
        Some(case) => undone(visit.page, &case),
        None => over(visit.page),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let Some(change) = accounts.change_to_undo(token.clone()).await? else {
        return Ok(over(page));
    };
    let mut facts = vec![(page.t("contact-confirm-when"), moment::exact(change.changed_at))];
    if let Some(old) = &change.old {
        facts.push((page.t("contact-undo-old"), Contact::masked(old)));
    }
    facts.push((page.t("contact-undo-new"), format!("{} {}", page.t(label(change.kind())), change.new.masked())));
    facts.push((page.t("contact-undo-until"), moment::exact(change.undo_until)));
    let shown = LinkPage::new(page, paths::CONTACT_UNDO, "contact-undo", token).facts(facts).hint("contact-undo-hint");
    Ok(shown.dangerous().again(again).into_response())
}

fn undone(page: Page, case: &CaseNumber) -> Response {
    let number = case.to_string();
    let told = Explanation {
        tone: Tone::Done,
        title: page.t("contact-undo-undone-title"),
        lead: page.tw("contact-undo-undone-lead", [("number", number.as_str())]),
        steps: Vec::new(),
        way: Link::new(paths::RECOVER.to_owned(), page.t("recover-title")),
        other: None,
    };
    explain(page, StatusCode::OK, told)
}

fn over(page: Page) -> Response {
    let way = Link::new(paths::RECOVER.to_owned(), page.t("recover-title"));
    link_page::told(page, (Tone::Trouble, StatusCode::GONE), "contact-undo-over", way)
}
