//! 考点省份 alone: for a session that has none on the way to a site that needs it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{Choice, FormErrors, Page};

use super::model::Province;
use super::view::{Notice, Way, WayView, provinces};
use super::visit::{FormQuery, Frame};
use super::{Accounts, Session, Trouble, Visit, sessions};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ProvinceForm {
    #[serde(rename = "continue", skip_serializing)]
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
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(session) = visit.take_session()? else { return Ok(sign_in(&way, "sign-in-first")) };
    let draft = match accounts.draft(&visit, paths::PROVINCE, &query) {
        Some(draft) => draft,
        None => {
            let usual = accounts.account(session.account).await?.and_then(|account| account.province);
            let chosen = session.province.or(usual).map(Province::code).unwrap_or_default();
            Draft::of(ProvinceForm { way: None, province: chosen.to_owned() })
        }
    };
    draw(&accounts, visit, &session, &way, draft).await
}

/// POST: notes the province in the session and goes on.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<ProvinceForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(posted.form.way.as_deref());
    let Some(session) = visit.take_session()? else { return Ok(sign_in(&way, "away")) };
    let Posted { form, fresh, language, .. } = posted;
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::PROVINCE, &Draft::of(form)));
    }
    let draft = match Province::parse(&form.province) {
        Some(province) if fresh => {
            let id = session.id;
            accounts
                .parts()
                .db
                .write(move |tx| async move { sessions::store::set_province(tx, id, province).await }.boxed())
                .await?;
            return Ok(Redirect::to(way.path()).into_response());
        }
        Some(_) => Draft::of(form).stale(),
        None => {
            let mut flaws = Flaws::default();
            flaws.push("province", "accounts-province", "accounts-login-province-missing");
            Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
        }
    };
    match accounts.send_back(&visit, &way, paths::PROVINCE, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, &way, draft).await,
    }
}

/// To the sign-in page with the same way, which asks for the province too if the site needs it.
fn sign_in(way: &Way, notice: &str) -> Response {
    Redirect::to(&way.link_with(paths::SIGN_IN, "notice", notice)).into_response()
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    way: &Way,
    draft: Draft<ProvinceForm>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = ProvincePage {
        provinces: provinces(page.lang),
        way: way.view(page.lang),
        notice,
        page: page.with_form(),
        errors,
        chosen: draft.form.province,
    };
    Ok((status, headers, shown).into_response())
}
