//! The pages of links: the one in the mail, and those of the wait. Each says what it does and takes a button's press:
//! programs that look for dangers in mails follow links.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Link, Page};
use shared::secret::sha256;

use super::cookie;
use super::operation::Here;
use super::store::By;
use crate::accounts::contact::confirm::LinkQuery;
use crate::accounts::proof::{Followed, Proof};
use crate::accounts::view::{Notice, Way};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, moment, paths};

/// The form of such a page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    t: String,
    /// `refuse`, or nothing.
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/recover_link.html")]
struct LinkPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    words: Words,
    action: &'static str,
    facts: Vec<(String, String)>,
    may_refuse: bool,
    dangerous: bool,
}

/// What such a page says.
struct Words {
    title: String,
    lead: String,
    button: String,
}

impl Words {
    /// The texts whose keys begin with `key`.
    fn of(page: &Page, key: &str) -> Self {
        let text = |part| page.t(&format!("{key}-{part}"));
        Self { title: text("title"), lead: text("lead"), button: text("button") }
    }
}

/// GET: who asked, when and from where, and two buttons.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit, query.t, None).await
}

/// POST: goes on to the new password, or ends the request.
pub async fn follow(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        let notice = again(&visit.page);
        return draw(&accounts, visit, form.t, Some(notice)).await;
    }
    let way = way_of(&accounts, &visit);
    if form.action == "refuse" {
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
    let found = accounts.recovery(By::Cancel, sha256(query.t.as_bytes())).await?;
    let Some(seen) = found else { return Ok(told(visit.page, StatusCode::GONE, "nothing", paths::HOME)) };
    let until = seen.recovery.wait_until.map(moment::exact).unwrap_or_default();
    let shown = LinkPage {
        facts: vec![(visit.page.t("recover-cancel-until"), until)],
        words: Words::of(&visit.page, "recover-cancel"),
        page: visit.page,
        notice: None,
        token: query.t,
        action: paths::RECOVER_CANCEL,
        may_refuse: false,
        dangerous: true,
    };
    Ok(shown.into_response())
}

/// POST: cancels it.
pub async fn cancel(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return Ok(Redirect::to(&format!("{}?t={}", paths::RECOVER_CANCEL, encoded(&form.t))).into_response());
    }
    Ok(match accounts.cancel_recovery(form.t, visit.caller).await? {
        true => told(visit.page, StatusCode::OK, "cancelled", paths::RECOVER),
        false => told(visit.page, StatusCode::GONE, "nothing", paths::HOME),
    })
}

/// GET: the page that goes on after a wait.
pub async fn show_resume(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    let found = accounts.recovery(By::Resume, sha256(query.t.as_bytes())).await?;
    let Some(seen) = found else { return Ok(told(visit.page, StatusCode::GONE, "expired", paths::RECOVER)) };
    if !seen.recovery.proven.waited {
        return Ok(told(visit.page, StatusCode::OK, "early", paths::HOME));
    }
    let shown = LinkPage {
        words: Words::of(&visit.page, "recover-resume"),
        page: visit.page,
        notice: None,
        token: query.t,
        action: paths::RECOVER_RESUME,
        facts: Vec::new(),
        may_refuse: false,
        dangerous: false,
    };
    Ok(shown.into_response())
}

/// POST: goes on.
pub async fn resume(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return Ok(Redirect::to(&format!("{}?t={}", paths::RECOVER_RESUME, encoded(&form.t))).into_response());
    }
    Ok(match accounts.resume_recovery(form.t).await? {
        Some(token) => {
            cookie::set(&visit.cookies, &token);
            Redirect::to(paths::RECOVER_PASSWORD).into_response()
        }
        None => told(visit.page, StatusCode::GONE, "expired", paths::RECOVER),
    })
}

/// Where the person was going when they asked, if it was in this browser.
fn way_of(accounts: &Accounts, visit: &Visit) -> Way {
    accounts.way(cookie::way(&visit.cookies).as_deref())
}

async fn draw(accounts: &Accounts, visit: Visit, token: String, notice: Option<Notice>) -> Result<Response, Trouble> {
    let proof = match accounts.follow_recovery_link(token.clone()).await? {
        Followed::Good(proof) => proof,
        followed => {
            let way = way_of(accounts, &visit);
            return Ok(over(visit, &way, &followed));
        }
    };
    let page = visit.page;
    let shown = LinkPage {
        facts: facts(&page, &proof),
        words: Words::of(&page, "recover-link"),
        page,
        notice,
        token,
        action: paths::RECOVER_LINK,
        may_refuse: true,
        dangerous: false,
    };
    Ok(shown.into_response())
}

fn facts(page: &Page, proof: &Proof) -> Vec<(String, String)> {
    vec![
        (page.t("contact-confirm-when"), moment::exact(proof.created_at)),
        (page.t("contact-confirm-where"), proof.asked_from.clone()),
    ]
}

fn again(page: &Page) -> Notice {
    Notice { kind: "warn", text: page.t("accounts-notice-again") }
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

fn told(page: Page, status: StatusCode, key: &str, way: &str) -> Response {
    let button = if way == paths::HOME { "contact-told-home" } else { "recover-told-again" };
    let told = Explanation {
        tone: tone(key),
        title: page.t(&format!("recover-told-{key}-title")),
        lead: page.t(&format!("recover-told-{key}-lead")),
        steps: Vec::new(),
        way: Link::new(way.to_owned(), page.t(button)),
        other: None,
    };
    explain(page, status, told)
}

fn encoded(token: &str) -> String {
    form_urlencoded::byte_serialize(token.as_bytes()).collect()
}
