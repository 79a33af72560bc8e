//! The page of the link by which a document that was won is bound to an account of who won it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Link, Page};

use super::bind::Bound;
use super::case_page::CaseQuery;
use super::model::Appeal;
use super::state::State as Stands;
use crate::accounts::view::Notice;
use crate::accounts::{AccountId, Accounts, Trouble, Visit, link_page};
use crate::web::error_page::Tone;
use crate::web::{Posted, ReturnTo, moment, paths, return_to};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DocumentForm {
    t: String,
    /// The account that the page was opened for.
    account: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal_document.html")]
struct DocumentPage {
    page: Page,
    notice: Option<Notice>,
    token: String,
    facts: Vec<(String, String)>,
    /// Who is signed in: the id, and what they sign in with.
    account: Option<(String, String)>,
    /// Whether that account has a document already.
    has_another: bool,
    sign_in: String,
    register: String,
}

/// GET: the document, and the button that binds it; who is not signed in finds the ways to an account.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<CaseQuery>,
) -> Result<Response, Trouble> {
    let account = visit.take_session()?.map(|session| session.account);
    let notice = query.notice(&visit.page);
    draw(&accounts, visit.page, (query.t, account), notice).await
}

/// POST: binds it.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<DocumentForm>,
) -> Result<Response, Trouble> {
    let account = visit.take_session()?.map(|session| session.account);
    let again = |notice: &str| {
        let link = format!("{}?t={}&notice={notice}", paths::APPEAL_DOCUMENT, form.t);
        Ok(Redirect::to(&link).into_response())
    };
    let Some(appeal) = accounts.appeal_of_document(&form.t).await? else { return Ok(over(visit.page, None)) };
    let account = match account {
        None => return again("away"),
        Some(account) if account.to_string() != form.account => return again("appeal-other-account"),
        Some(_) if !fresh => return again("again"),
        Some(account) => account,
    };
    match accounts.bind_document(appeal.id, account, visit.caller).await? {
        Bound::Done => Ok(told(visit.page, StatusCode::OK, "bound")),
        Bound::HasAnother => again("appeal-has-another"),
        Bound::Over => {
            let appeal = accounts.appeal(appeal.id).await?;
            Ok(over(visit.page, appeal.as_ref()))
        }
    }
}

async fn draw(
    accounts: &Accounts,
    mut page: Page,
    (token, account): (String, Option<AccountId>),
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let found = accounts.appeal_of_document(&token).await?;
    let Some((appeal, until)) = found.as_ref().and_then(|appeal| match appeal.state {
        Stands::Granted { until } if until > now => Some((appeal, until)),
        _ => None,
    }) else {
        return Ok(over(page, found.as_ref()));
    };
    let document = appeal.file.as_ref().map(|file| file.document.masked()).unwrap_or_default();
    let facts = vec![
        (page.t("appeals-number"), appeal.number.to_string()),
        (page.t("accounts-id-number"), document),
        (page.t("appeals-document-until"), moment::exact(until)),
    ];
    let mut signed_in = None;
    let mut has_another = false;
    if let Some(account) = account {
        accounts.greet(&mut page, account).await?;
        has_another = accounts.has_document(account).await?;
        let (name, _) = accounts.names(account).await?;
        signed_in = Some((account.to_string(), name.unwrap_or_default()));
    }
    let back = ReturnTo::local(format!("{}?t={token}", paths::APPEAL_DOCUMENT), now);
    let sealed = accounts.parts().web.return_to().seal(&back);
    let shown = DocumentPage {
        sign_in: return_to::link(paths::SIGN_IN, Some(&sealed)),
        register: return_to::link(paths::REGISTER, Some(&sealed)),
        page,
        notice,
        token,
        facts,
        account: signed_in,
        has_another,
    };
    Ok(shown.into_response())
}

/// It is bound, or was not in time, or the link is none.
fn over(page: Page, appeal: Option<&Appeal>) -> Response {
    match appeal.map(|appeal| &appeal.state) {
        Some(Stands::Bound) => told(page, StatusCode::OK, "bound"),
        Some(Stands::Granted { .. } | Stands::Expired) => told(page, StatusCode::GONE, "expired"),
        _ => super::case_page::unknown(page),
    }
}

fn told(page: Page, status: StatusCode, key: &str) -> Response {
    let (tone, way) = match status {
        StatusCode::OK => (Tone::Done, Link::new(paths::HOME, page.t("contact-told-home"))),
        _ => (Tone::Information, Link::new(paths::APPEAL, page.t("appeals-title"))),
    };
    link_page::told(page, (tone, status), &format!("appeals-document-{key}"), way)
}
