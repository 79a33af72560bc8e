//! The page of the link that undoes a change of a contact.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::confirm::{ConfirmForm, LinkQuery};
use super::list::label;
use crate::accounts::model::Contact;
use crate::accounts::view::Notice;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/contact_undo.html")]
struct UndoPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    facts: Vec<(String, String)>,
}

/// GET: what was changed, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, None).await
}

/// POST: undoes it.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<ConfirmForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        let notice = Notice { kind: "warn", text: visit.page.t("accounts-notice-again") };
        return draw(&accounts, visit.page, form.t, Some(notice)).await;
    }
    Ok(match accounts.undo_change(form.t, visit.caller).await? {
        true => told(visit.page, Tone::Done, StatusCode::OK, "undone"),
        false => over(visit.page),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, notice: Option<Notice>) -> Result<Response, Trouble> {
    let Some(change) = accounts.change_to_undo(token.clone()).await? else {
        return Ok(over(page));
    };
    let mut facts = vec![(page.t("contact-confirm-when"), moment::exact(change.changed_at))];
    if let Some(old) = &change.old {
        facts.push((page.t("contact-undo-old"), Contact::masked(old)));
    }
    facts.push((page.t("contact-undo-new"), format!("{} {}", page.t(label(change.kind())), change.new.masked())));
    facts.push((page.t("contact-undo-until"), moment::exact(change.undo_until)));
    Ok(UndoPage { page, notice, token, facts }.into_response())
}

fn over(page: Page) -> Response {
    told(page, Tone::Trouble, StatusCode::GONE, "over")
}

fn told(page: Page, tone: Tone, status: StatusCode, key: &str) -> Response {
    let told = Explanation {
        tone,
        title: page.t(&format!("contact-undo-{key}-title")),
        lead: page.t(&format!("contact-undo-{key}-lead")),
        steps: Vec::new(),
        way: Link::new(paths::RECOVER.to_owned(), page.t("recover-title")),
        other: None,
    };
    explain(page, status, told)
}
