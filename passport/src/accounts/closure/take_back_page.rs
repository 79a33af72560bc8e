//! The pages that take the wish back: for the owner who signs in, and for who reads what was sent to a contact.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Link, Page};

use super::Closure;
use crate::accounts::view::Notice;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths, return_to};

/// The form: a button, on the way to somewhere or with the token of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TakeBackForm {
    #[serde(rename = "continue")]
    way: Option<String>,
    t: String,
}

/// What the link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkQuery {
    t: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/closure_take_back.html")]
struct TakeBackPage {
    page: Page,
    notice: Option<Notice>,
    action: &'static str,
    /// A hidden field: its name and what stands in it.
    carried: Option<(&'static str, String)>,
    asked: String,
    due: String,
    /// Whether the owner is signed in, who may leave it at that.
    signed_in: bool,
}

/// GET, signed in: when it will be, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(session) = visit.take_session()? else {
        return Ok(Redirect::to(&way.link_with(paths::SIGN_IN, "notice", "sign-in-first")).into_response());
    };
    let Some(closure) = accounts.closure(session.account).await? else {
        return Ok(Redirect::to(way.path()).into_response());
    };
    accounts.greet(&mut visit.page, session.account).await?;
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    let carried = way.sealed.map(|sealed| (return_to::FIELD, sealed));
    Ok(draw(visit.page, (paths::CLOSURE_TAKE_BACK, carried), &closure, notice, true))
}

/// POST, signed in: takes it back, and goes on to where the person was going.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<TakeBackForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let Some(session) = visit.take_session()? else {
        return Ok(Redirect::to(&way.link_with(paths::SIGN_IN, "notice", "away")).into_response());
    };
    if !fresh {
        return Ok(Redirect::to(&way.link_with(paths::CLOSURE_TAKE_BACK, "notice", "again")).into_response());
    }
    accounts.take_closure_back(session.account, visit.caller).await?;
    let on = match way.sealed {
        Some(_) => way.path().to_owned(),
        None => format!("{}?notice=closure-taken-back", paths::HOME),
    };
    Ok(Redirect::to(&on).into_response())
}

/// GET of the link: the same, for anybody who reads what is sent to a contact of the account.
pub async fn show_link(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    by_link(&accounts, visit.page, query.t, None).await
}

/// POST of the link: takes it back. It signs nobody in.
pub async fn submit_link(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<TakeBackForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        let notice = Notice { kind: "warn", text: visit.page.t("accounts-notice-again") };
        return by_link(&accounts, visit.page, form.t, Some(notice)).await;
    }
    Ok(match accounts.take_closure_back_by_link(&form.t, visit.caller).await? {
        true => told(visit.page, Tone::Done, StatusCode::OK, "kept"),
        false => over(visit.page),
    })
}

async fn by_link(accounts: &Accounts, page: Page, token: String, notice: Option<Notice>) -> Result<Response, Trouble> {
    let Some(closure) = accounts.closure_by_link(&token).await? else { return Ok(over(page)) };
    Ok(draw(page, (paths::CLOSURE_LINK, Some(("t", token))), &closure, notice, false))
}

fn draw(
    page: Page,
    (action, carried): (&'static str, Option<(&'static str, String)>),
    closure: &Closure,
    notice: Option<Notice>,
    signed_in: bool,
) -> Response {
    let (asked, due) = (moment::exact(closure.asked_at), moment::exact(closure.due_at));
    TakeBackPage { page, notice, action, carried, asked, due, signed_in }.into_response()
}

/// The link is of a wish that was taken back, or has been fulfilled.
fn over(page: Page) -> Response {
    told(page, Tone::Information, StatusCode::GONE, "over")
}

fn told(page: Page, tone: Tone, status: StatusCode, key: &str) -> Response {
    let told = Explanation {
        tone,
        title: page.t(&format!("closure-told-{key}-title")),
        lead: page.t(&format!("closure-told-{key}-lead")),
        steps: Vec::new(),
        way: Link::new(paths::HOME, page.t("contact-told-home")),
        other: Some(Link::new(paths::RECOVER, page.t("recover-title"))),
    };
    explain(page, status, told)
}
