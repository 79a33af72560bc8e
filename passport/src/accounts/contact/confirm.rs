//! The page of the link in a mail: it says who asked, and takes a button's press to prove the address. It works in any
//! browser, and signs none in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Link, Page};

use super::operation::Refused;
use super::store::Standing;
use crate::accounts::proof::{Followed, Over, Proof, Purpose};
use crate::accounts::view::Notice;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

/// What the link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkQuery {
    pub(in crate::accounts) t: String,
}

/// The form of the link's page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    pub(super) t: String,
    /// `refuse`, or nothing.
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/contact_confirm.html")]
struct ConfirmPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    email: String,
    facts: Vec<(String, String)>,
}

/// GET: who asked, and two buttons. Looking spends nothing.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, None).await
}

/// POST: proves the address, or takes it from the account that claims it.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<ConfirmForm>,
) -> Result<Response, Trouble> {
    let (page, caller) = (visit.page, visit.caller);
    if !fresh {
        let notice = Notice { kind: "warn", text: page.t("accounts-notice-again") };
        return draw(&accounts, page, form.t, Some(notice)).await;
    }
    if form.action == "refuse" {
        return Ok(match accounts.refuse_by_link(form.t.clone(), caller).await? {
            Some(refused) => told_of_refusal(page, refused),
            None => draw(&accounts, page, form.t, None).await?,
        });
    }
    Ok(match accounts.prove_by_link(form.t, caller).await? {
        Followed::Good(proof) if proof.purpose == Purpose::Change => told(page, StatusCode::OK, "changed", paths::HOME),
        Followed::Good(_) => told(page, StatusCode::OK, "proven", paths::HOME),
        Followed::Over(_, over) => told_over(page, over),
        Followed::Unknown => told(page, StatusCode::NOT_FOUND, "unknown", paths::CONTACT),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, notice: Option<Notice>) -> Result<Response, Trouble> {
    let (followed, standing) = accounts.follow_contact_link(token.clone()).await?;
    let proof = match followed {
        Followed::Good(proof) => proof,
        Followed::Over(_, over) => return Ok(told_over(page, over)),
        Followed::Unknown => return Ok(told(page, StatusCode::NOT_FOUND, "unknown", paths::CONTACT)),
    };
    let email = proof.contact.as_str().to_owned();
    let shown = ConfirmPage { facts: facts(&page, &proof, &standing), page, notice, token, email };
    Ok(shown.into_response())
}

/// Who asked, when and from where: enough to know oneself by, and masked, since whoever reads the mail may be a
/// stranger.
fn facts(page: &Page, proof: &Proof, standing: &Standing) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(mobile) = &standing.mobile {
        facts.push((page.t("contact-confirm-account"), mobile.contact.masked()));
    }
    facts.push((page.t("contact-confirm-when"), moment::exact(proof.created_at)));
    facts.push((page.t("contact-confirm-where"), proof.asked_from.clone()));
    facts
}

fn told_of_refusal(page: Page, refused: Refused) -> Response {
    let key = match refused {
        Refused::Removed => "removed",
        Refused::Ended => "ended",
    };
    told(page, StatusCode::OK, key, paths::HOME)
}

/// A link that leads nowhere any more: one page, one button.
fn told_over(page: Page, over: Over) -> Response {
    let status = if over == Over::Used { StatusCode::OK } else { StatusCode::GONE };
    told(page, status, over.code(), paths::CONTACT)
}

/// How the page with that end looks.
fn tone(key: &str) -> Tone {
    match key {
        "proven" | "changed" | "removed" | "ended" => Tone::Done,
        "used" => Tone::Information,
        _ => Tone::Trouble,
    }
}

fn told(page: Page, status: StatusCode, key: &str, way: &str) -> Response {
    let button = if way == paths::HOME { "contact-told-home" } else { "contact-told-again" };
    let told = Explanation {
        tone: tone(key),
        title: page.t(&format!("contact-told-{key}-title")),
        lead: page.t(&format!("contact-told-{key}-lead")),
        steps: Vec::new(),
        way: Link::new(way.to_owned(), page.t(button)),
        other: None,
    };
    explain(page, status, told)
}
