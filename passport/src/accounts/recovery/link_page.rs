//! The pages of links: the one in the mail, and the one that cancels a wait. Each says what it does and takes a button's press:
//! programs that look for dangers in mails follow links.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::page::{Link, Page};
use shared::secret::sha256;

use super::cookie;
use super::operation::Here;
use super::store::By;
use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::proof::Followed;
use crate::accounts::view::Way;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::Tone;
use crate::web::{Posted, moment, paths};

/// GET: who asked, when and from where, and two buttons.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit, query.t, false).await
}

/// POST: goes on to the new password, or ends the request.
pub async fn follow(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw(&accounts, visit, form.t, true).await;
    }
    let way = way_of(&accounts, &visit);
    if form.refuses() {
        return Ok(match accounts.refuse_recovery(form.t, visit.caller).await? {
            Followed::Good(_) => told(visit.page, StatusCode::OK, "refused", paths::HOME),
            followed => over(visit, &way, &followed),
        });
    }
    let here = Here { recovery: cookie::token_hash(&visit.cookies), caller: visit.caller };
    let (followed, token) = accounts.recover_by_link(form.t, here).await?;
    Ok(match followed {
        Followed::Good(_) => {
            cookie::set(&visit.cookies, &token);
            Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()
        }
        followed => over(visit, &way, &followed),
    })
}

/// GET: the page that cancels a wait.
pub async fn show_cancel(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw_cancel(&accounts, visit.page, query.t, false).await
}

/// POST: cancels it.
pub async fn cancel(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw_cancel(&accounts, visit.page, form.t, true).await;
    }
    Ok(match accounts.cancel_recovery(form.t, visit.caller).await? {
        true => told(visit.page, StatusCode::OK, "cancelled", paths::RECOVER),
        false => told(visit.page, StatusCode::GONE, "nothing", paths::HOME),
    })
}

/// Where the person was going when they asked, if it was in this browser.
pub(super) fn way_of(accounts: &Accounts, visit: &Visit) -> Way {
    accounts.way(cookie::way(&visit.cookies).as_deref())
}

async fn draw(accounts: &Accounts, visit: Visit, token: String, again: bool) -> Result<Response, Trouble> {
    let proof = match accounts.follow_recovery_link(token.clone()).await? {
        Followed::Good(proof) => proof,
        followed => {
            let way = way_of(accounts, &visit);
            return Ok(over(visit, &way, &followed));
        }
    };
    let page = visit.page;
    let facts = vec![
        (page.t("contact-confirm-when"), moment::exact(proof.created_at)),
        (page.t("contact-confirm-where"), proof.asked_from),
    ];
    let shown = LinkPage::new(page, paths::RECOVER_LINK, "recover-link", token).facts(facts);
    Ok(shown.refusable("recover-link-refuse").again(again).into_response())
}

async fn draw_cancel(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    let found = accounts.recovery(By::Cancel, sha256(token.as_bytes())).await?;
    let Some(seen) = found else { return Ok(told(page, StatusCode::GONE, "nothing", paths::HOME)) };
    let until = seen.recovery.wait_until.map(moment::exact).unwrap_or_default();
    let facts = vec![(page.t("recover-cancel-until"), until)];
    let shown = LinkPage::new(page, paths::RECOVER_CANCEL, "recover-cancel", token).facts(facts);
    Ok(shown.dangerous().again(again).into_response())
}

/// A link that leads nowhere any more: one page, one button.
fn over(visit: Visit, way: &Way, followed: &Followed) -> Response {
    let again = way.link(paths::RECOVER);
    match followed {
        Followed::Over(_, over) => told(visit.page, StatusCode::GONE, over.code(), &again),
        _ => told(visit.page, StatusCode::NOT_FOUND, "unknown", &again),
    }
}

/// How the page about that end of a request looks.
fn tone(key: &str) -> Tone {
    match key {
        "refused" | "cancelled" => Tone::Done,
        "used" | "early" | "nothing" => Tone::Information,
        _ => Tone::Trouble,
    }
}

/// The page that tells what came of a link of a reset.
pub(super) fn told(page: Page, status: StatusCode, key: &str, way: &str) -> Response {
    let button = if way == paths::HOME { "contact-told-home" } else { "recover-told-again" };
    let way = Link::new(way.to_owned(), page.t(button));
    link_page::told(page, (tone(key), status), &format!("recover-told-{key}"), way)
}
