//! 考点省份 alone: for a session that has none on the way to a site that needs it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Choice, FormErrors, Page};

use super::model::Province;
use super::view::{Notice, Way, WayView, provinces, push_error};
use super::{Accounts, Trouble, Visit, sessions};
use crate::web::{Posted, paths};

/// Where the person is going.
#[derive(Debug, Default, Deserialize)]
pub struct ProvinceQuery {
    #[serde(default, rename = "continue")]
    way: Option<String>,
}

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProvinceForm {
    #[serde(rename = "continue")]
    way: Option<String>,
    province: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/province.html")]
struct ProvincePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    provinces: Vec<Choice>,
    chosen: String,
}

/// GET: the question, with the usual province chosen.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ProvinceQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    ask(&accounts, &mut visit, &way).await
}

async fn ask(accounts: &Accounts, visit: &mut Visit, way: &Way) -> Result<Response, Trouble> {
    let Some(session) = visit.session()? else { return Ok(sign_in(way, "sign-in-first")) };
    accounts.greet(&mut visit.page, session.account).await?;
    let usual = accounts.account(session.account).await?.and_then(|account| account.province);
    let chosen = session.province.or(usual).map(Province::code).unwrap_or_default();
    Ok(draw(visit, way, chosen.to_owned(), FormErrors::default(), None).into_response())
}

/// POST: notes the province in the session and goes on.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<ProvinceForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(posted.form.way.as_deref());
    choose(&accounts, &mut visit, &way, posted).await
}

async fn choose(
    accounts: &Accounts,
    visit: &mut Visit,
    way: &Way,
    posted: Posted<ProvinceForm>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.session()? else { return Ok(sign_in(way, "away")) };
    accounts.greet(&mut visit.page, session.account).await?;
    let Posted { form, fresh, .. } = posted;
    let mut errors = FormErrors::default();
    match Province::parse(&form.province) {
        Some(province) if fresh => {
            let id = session.id;
            accounts
                .parts()
                .db
                .write(move |tx| async move { sessions::store::set_province(tx, id, province).await }.boxed())
                .await?;
            return Ok(Redirect::to(way.path()).into_response());
        }
        Some(_) => {}
        None => {
            let page = &visit.page;
            push_error(&mut errors, page, "province", "accounts-province", "accounts-login-province-missing");
        }
    }
    let notice = (!fresh).then(|| Notice::again(&visit.page));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(visit, way, form.province, errors, notice)).into_response())
}

/// To the sign-in page with the same way, which asks for the province too if the site needs it.
fn sign_in(way: &Way, notice: &str) -> Response {
    let link = way.link(paths::SIGN_IN);
    let joint = if way.sealed.is_some() { '&' } else { '?' };
    Redirect::to(&format!("{link}{joint}notice={notice}")).into_response()
}

fn draw(visit: &Visit, way: &Way, chosen: String, errors: FormErrors, notice: Option<Notice>) -> ProvincePage {
    let page = visit.page.clone().with_errors(&errors);
    ProvincePage { provinces: provinces(page.lang), way: way.view(page.lang), page, errors, notice, chosen }
}
