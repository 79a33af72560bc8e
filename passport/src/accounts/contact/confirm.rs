//! The page of the link in a mail: it says who asked, and takes a button's press to prove the address. It works in any
//! browser, and signs none in.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::operation::Refused;
use super::store::Standing;
use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::proof::{Followed, Over, Proof, Purpose};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::Tone;
use crate::web::{Posted, moment, paths};

/// GET: who asked, and two buttons. Looking spends nothing.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, false).await
}

/// POST: proves the address, or takes it from the account that claims it.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    let (page, caller) = (visit.page, visit.caller);
    if !fresh {
        return draw(&accounts, page, form.t, true).await;
    }
    if form.refuses() {
        return Ok(match accounts.refuse_by_link(form.t.clone(), caller).await? {
            Some(refused) => told_of_refusal(page, refused),
            None => draw(&accounts, page, form.t, false).await?,
        });
    }
    Ok(match accounts.prove_by_link(form.t, caller).await? {
        Followed::Good(proof) if proof.purpose == Purpose::Change => told(page, StatusCode::OK, "changed", paths::HOME),
        Followed::Good(_) => told(page, StatusCode::OK, "proven", paths::HOME),
        Followed::Over(_, over) => told_over(page, over),
        Followed::Unknown => told(page, StatusCode::NOT_FOUND, "unknown", paths::CONTACT),
    })
}

async fn draw(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let (followed, standing) = accounts.follow_contact_link(token.clone()).await?;
    let proof = match followed {
        Followed::Good(proof) => proof,
        Followed::Over(_, over) => return Ok(told_over(page, over)),
        Followed::Unknown => return Ok(told(page, StatusCode::NOT_FOUND, "unknown", paths::CONTACT)),
    };
    let facts = facts(&page, &proof, &standing);
    let (place, named) = ((paths::CONTACT_CONFIRM, "contact-confirm"), [("email", proof.contact.as_str())]);
    let shown = LinkPage::naming(page, place, token, &named).facts(facts);
    let shown = shown.refusable("contact-confirm-refuse").hint("contact-confirm-hint");
    Ok(shown.again(again).into_response())
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
    let way = Link::new(way.to_owned(), page.t(button));
    link_page::told(page, (tone(key), status), &format!("contact-told-{key}"), way)
}
