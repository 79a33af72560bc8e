//! The page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{Captcha, Choice, FormErrors, Page};

use super::operation::{Asked, Sought};
use crate::accounts::captcha::{Fields, Form};
use crate::accounts::challenge::{Challenge, Taken};
use crate::accounts::fields::read_name;
use crate::accounts::model::Province;
use crate::accounts::register::read_document;
use crate::accounts::view::{Notice, Way, WayView, id_types, provinces};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::documents::Document;
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct FindForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    province: String,
    id_type: String,
    id_number: String,
    name: String,
    #[serde(flatten)]
    captcha: Fields,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/find_account.html")]
struct FindPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    sign_in: String,
    form: FindForm,
    provinces: Vec<Choice>,
    id_types: Vec<Choice>,
    captcha: Option<Captcha>,
    help: &'static str,
}

/// GET: the form, and what else helps.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    if let Some(told) = visit.cookies_refused(&query, way.link(paths::FIND_ACCOUNT)) {
        return Ok(told);
    }
    let draft = accounts.draft(&visit, paths::FIND_ACCOUNT, &query).unwrap_or_else(|| Draft::of(FindForm::default()));
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    draw(&accounts, &visit, &way, draft, notice).await
}

/// POST: looks for the account. Whatever is found, the answer is the same.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<FindForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::FIND_ACCOUNT, &Draft::of(form)));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, &way, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &way, paths::FIND_ACCOUNT, &draft);
    match back {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, &way, draft, None).await,
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    mut form: FindForm,
) -> Result<Result<Response, Draft<FindForm>>, Trouble> {
    let needed = accounts.captcha_needed_for(Form::FindAccount, visit.address).await?;
    // Who looks for the account has no contact to name.
    let asked = Challenge { form: Form::FindAccount, needed, contact: None };
    let Taken::Up(problem) = accounts.take_captcha(visit, asked, &mut form.captcha).await? else {
        return Ok(Err(Draft::of(form)));
    };
    let mut flaws = Flaws::default();
    let sought = read(&form, visit, &mut flaws);
    if let Some(problem) = problem {
        problem.tell(&mut flaws);
    }
    let (Some(sought), true) = (sought, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    let label = "accounts-id-number";
    match accounts.find_account(sought).await? {
        Asked::Done => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::FIND_ACCOUNT);
            let link = way.link_with(paths::FIND_ACCOUNT, "notice", "account-sent");
            return Ok(Ok(Redirect::to(&link).into_response()));
        }
        Asked::TooManyOfIt { until } => flaws.push_until("id_number", label, "find-account-too-many", until),
        Asked::TooManyFromHere { until } => flaws.push_until("id_number", label, "find-account-too-many-here", until),
    }
    Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)))
}

/// What was typed, or what is to be mended in it.
fn read(form: &FindForm, visit: &Visit, flaws: &mut Flaws) -> Option<Sought> {
    let province = Province::parse(&form.province);
    if province.is_none() {
        flaws.push("province", "accounts-province", "find-account-province-missing");
    }
    let document = read_document(flaws, &form.id_type, &form.id_number);
    if document == Ok(None) {
        flaws.push("id_type", "accounts-id-type", "find-account-document-missing");
    }
    let name = read_name(flaws, &form.name);
    if name == Ok(None) {
        flaws.push("name", "accounts-name", "find-account-name-missing");
    }
    Some(Sought {
        province: province?,
        document: document.ok()??,
        name: name.ok()??,
        lang: visit.page.lang,
        from: visit.caller,
    })
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    draft: Draft<FindForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let needed = accounts.captcha_needed_for(Form::FindAccount, visit.address).await?;
    let shown = FindPage {
        provinces: provinces(page.lang),
        id_types: id_types(&page),
        help: Document::FindAccount.html(page.lang),
        way: way.view(page.lang),
        action: way.link(paths::FIND_ACCOUNT),
        sign_in: way.link(paths::SIGN_IN),
        notice: notice.or_else(|| Notice::of_draft(&page, &draft)),
        captcha: accounts.captcha_box(Form::FindAccount, &draft.form.captcha, needed),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
