//! The pages of a guardian's two links: to consent, and to take that back. Both work in any browser and sign nobody in.

use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::consent::Consented;
use super::model::{Guardianship, State};
use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::Tone;
use crate::web::{Posted, moment, paths};

/// GET: who asks, for what, and two buttons.
pub async fn show_consent(
    Shared(accounts): Shared<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw_consent(&accounts, visit.page, query.t, false).await
}

/// POST: the answer.
pub async fn submit_consent(
    Shared(accounts): Shared<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw_consent(&accounts, visit.page, form.t, true).await;
    }
    let consents = !form.refuses();
    Ok(match accounts.answer_by_link(&form.t, (consents, visit.caller)).await? {
        Consented::Done if consents => told(visit.page, (Tone::Done, StatusCode::OK), "given"),
        Consented::Done => told(visit.page, (Tone::Done, StatusCode::OK), "refused"),
        Consented::TooManyChildren => told(visit.page, (Tone::Trouble, StatusCode::CONFLICT), "children"),
        Consented::Over | Consented::Not(_) => draw_consent(&accounts, visit.page, form.t, false).await?,
    })
}

async fn draw_consent(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let Some(found) = accounts.asked_by_link(&token).await? else {
        return Ok(told(page, (Tone::Trouble, StatusCode::NOT_FOUND), "unknown"));
    };
    let asked = match found.state {
        _ if found.is_grown(now) => return Ok(told(page, (Tone::Information, StatusCode::GONE), "grown")),
        State::Consented { .. } => return Ok(told(page, (Tone::Information, StatusCode::OK), "given-before")),
        State::Asked(asked) if asked.until > now => asked,
        _ => return Ok(told(page, (Tone::Trouble, StatusCode::GONE), "expired")),
    };
    let mut facts = facts(accounts, &page, &found).await?;
    facts.push((page.t("guardian-link-until"), moment::exact(asked.until)));
    let points = ["data", "sites", "rights", "end"].map(|point| page.t(&format!("guardian-agrees-{point}"))).to_vec();
    let shown = LinkPage::new(page, paths::GUARDIAN_CONSENT, "guardian-link", token).facts(facts).points(points);
    let shown = shown.refusable("guardian-link-refuse").hint("guardian-link-hint");
    Ok(shown.again(again).into_response())
}

/// For whom: enough for a parent to know their child by, and masked, since whoever reads the message may be a stranger.
async fn facts(accounts: &Accounts, page: &Page, found: &Guardianship) -> Result<Vec<(String, String)>, Trouble> {
    let mut facts = Vec::new();
    let Some(child) = accounts.account(found.account).await? else { return Ok(facts) };
    if let Some(name) = &child.name {
        facts.push((page.t("guardian-link-child"), masked(name.as_str())));
    }
    let contacts = [child.email.map(|email| email.masked()), child.mobile.map(|mobile| mobile.masked())];
    let contacts: Vec<String> = contacts.into_iter().flatten().collect();
    facts.push((page.t("guardian-link-account"), contacts.join(" / ")));
    if let Some(guardian) = &found.guardian {
        let relation = page.t(&format!("guardian-relation-{}", guardian.relation.code()));
        facts.push((page.t("guardian-link-you"), format!("{} ({relation})", masked(guardian.name.as_str()))));
    }
    Ok(facts)
}

/// The first character of a name, and a star for each other.
pub(super) fn masked(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    format!("{first}{}", "*".repeat(characters.count()))
}

/// GET: what was consented to, and the button that takes it back.
pub async fn show_withdrawal(
    Shared(accounts): Shared<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw_withdrawal(&accounts, visit.page, query.t, false).await
}

/// POST: takes it back.
pub async fn submit_withdrawal(
    Shared(accounts): Shared<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw_withdrawal(&accounts, visit.page, form.t, true).await;
    }
    if accounts.withdraw_consent(&form.t, visit.caller).await? {
        return Ok(told(visit.page, (Tone::Done, StatusCode::OK), "withdrawn"));
    }
    draw_withdrawal(&accounts, visit.page, form.t, false).await
}

async fn draw_withdrawal(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let found = accounts.consent_of_link(&token).await?.filter(|found| !found.is_grown(now));
    let Some((found, at)) = found.and_then(|found| match found.state {
        State::Consented { at } => Some((found, at)),
        _ => None,
    }) else {
        return Ok(told(page, (Tone::Information, StatusCode::GONE), "over"));
    };
    let mut facts = facts(accounts, &page, &found).await?;
    facts.push((page.t("guardian-withdraw-given"), moment::exact(at)));
    let shown = LinkPage::new(page, paths::GUARDIAN_WITHDRAW, "guardian-withdraw", token).facts(facts);
    Ok(shown.dangerous().hint("guardian-withdraw-hint").again(again).into_response())
}

/// What came of it, and the way to what the passport says about children.
fn told(page: Page, how: (Tone, StatusCode), key: &str) -> Response {
    let way = Link::new(paths::PRIVACY.to_owned(), page.t("guardian-told-read"));
    link_page::told(page, how, &format!("guardian-told-{key}"), way)
}
