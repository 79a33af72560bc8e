//! The sign-in page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::i18n::Lang;
use shared::page::{Captcha, Choice, FormErrors, Link, Page};
use shared::secret::SecretString;

use super::sign_in::{Attempt, Refusal, SignIn};
use crate::accounts::captcha::{Fields, Form, Problem, Step};
use crate::accounts::model::{LoginName, Province};
use crate::accounts::sessions::{Session, cookie};
use crate::accounts::view::{Notice, Way, WayView, provinces, push_error};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, explain as explain_page};
use crate::web::{Posted, moment, paths};

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct LoginQuery {
    #[serde(default, rename = "continue")]
    way: Option<String>,
    #[serde(default)]
    notice: Option<String>,
}

/// What is typed, except the password's fate: it is never shown again.
#[derive(Debug, Default, Deserialize)]
pub struct LoginForm {
    #[serde(default, rename = "continue")]
    way: Option<String>,
    #[serde(default)]
    province: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: SecretString,
    #[serde(flatten)]
    captcha: Fields,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    register: String,
    form: LoginForm,
    provinces: Vec<Choice>,
    captcha: Option<Captcha>,
}

/// GET: the form, or onwards when this browser is signed in well enough for where it goes.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<LoginQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    if visit.session()?.is_some_and(|session| suffices(&session, &way)) {
        return Ok(Redirect::to(way.path()).into_response());
    }
    if way.return_to.as_ref().is_some_and(|to| to.create) {
        return Ok(Redirect::to(&way.link(paths::REGISTER)).into_response());
    }
    let hint = way.return_to.as_ref().and_then(|to| to.login_hint.clone());
    let form = LoginForm { username: hint.unwrap_or_default(), ..LoginForm::default() };
    let needed = accounts.captcha_needed(None, visit.address).await?;
    let captcha = accounts.captcha_box(Form::SignIn, &form.captcha, needed);
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    Ok(draw(&visit, &way, Shown { form, captcha, notice, ..Shown::default() }).into_response())
}

/// A session serves unless it is older than the request that led here: then a fresh sign-in was asked for.
fn suffices(session: &Session, way: &Way) -> bool {
    way.return_to.as_ref().is_none_or(|to| session.auth_time >= to.started_at)
}

/// POST: signs in, or shows the form again.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<LoginForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(posted.form.way.as_deref());
    let session = visit.session()?;
    if !posted.fresh {
        return stale(&accounts, &visit, &way, session, posted).await;
    }
    let form = posted.form;
    let name = LoginName::parse(&form.username);
    let needed = accounts.captcha_needed(name.as_ref(), visit.address).await?;
    let (captcha, problem) = match accounts.captcha_step(Form::SignIn, &form.captcha, needed).await? {
        Step::Again { captcha, problem: None } => {
            let shown = Shown { form, captcha: Some(captcha), ..Shown::default() };
            return Ok(draw(&visit, &way, shown).into_response());
        }
        Step::Again { captcha, problem } => (Some(captcha), problem),
        Step::Passed(captcha) => (captcha, None),
    };
    let mut errors = errors_of(&visit.page, &way, &form, problem);
    let (Some(name), true) = (name, errors.is_empty()) else {
        let page = draw(&visit, &way, Shown { form, errors, captcha, notice: None });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let attempt = Attempt {
        name: name.clone(),
        password: form.password.clone(),
        province: Province::parse(&form.province),
        address: visit.address,
        replaces: session.map(|session| session.id),
    };
    let refusal = match accounts.sign_in(attempt).await? {
        SignIn::Done(token) => {
            cookie::set(&visit.cookies, &token);
            return Ok(Redirect::to(way.path()).into_response());
        }
        SignIn::Refused(refusal) => refusal,
    };
    let (status, text) = explain(&visit.page, &accounts, refusal);
    errors.push("username", visit.page.t("accounts-account"), text);
    let needed = accounts.captcha_needed(Some(&name), visit.address).await?;
    let captcha = captcha.or_else(|| accounts.captcha_box(Form::SignIn, &form.captcha, needed));
    Ok((status, draw(&visit, &way, Shown { form, errors, captcha, notice: None })).into_response())
}

/// What is missing in the form.
fn errors_of(page: &Page, way: &Way, form: &LoginForm, problem: Option<Problem>) -> FormErrors {
    let mut errors = FormErrors::default();
    if way.return_to.as_ref().is_some_and(|to| to.needs_province) && Province::parse(&form.province).is_none() {
        push_error(&mut errors, page, "province", "accounts-province", "accounts-login-province-missing");
    }
    if LoginName::parse(&form.username).is_none() {
        push_error(&mut errors, page, "username", "accounts-account", "accounts-login-account-missing");
    }
    if form.password.is_empty() {
        push_error(&mut errors, page, "password", "accounts-password", "accounts-login-password-missing");
    }
    if let Some(problem) = problem {
        push_error(&mut errors, page, "captcha", "common-captcha", problem.key());
    }
    errors
}

/// The status and the sentence for a refusal.
fn explain(page: &Page, accounts: &Accounts, refusal: Refusal) -> (StatusCode, String) {
    let time = |until| moment::not_before(page.lang, until, accounts.parts().clock.now());
    match refusal {
        Refusal::Wrong { left } => {
            (StatusCode::UNPROCESSABLE_ENTITY, page.tw("accounts-login-wrong", [("left", left)]))
        }
        Refusal::Locked { until } => {
            let time = time(until);
            (StatusCode::UNPROCESSABLE_ENTITY, page.tw("accounts-login-locked", [("time", time.as_str())]))
        }
        Refusal::TooMany { until } => {
            let time = time(until);
            (StatusCode::TOO_MANY_REQUESTS, page.tw("accounts-login-too-many", [("time", time.as_str())]))
        }
        Refusal::Blocked => (StatusCode::UNPROCESSABLE_ENTITY, page.t("accounts-login-blocked")),
    }
}

/// A form whose token does not fit: onwards if the browser has signed in meanwhile, else the form again as it was
/// typed. Without any cookie no sign-in can last: then say so, instead of asking for the password again and again.
async fn stale(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    session: Option<Session>,
    posted: Posted<LoginForm>,
) -> Result<Response, Trouble> {
    if session.is_some_and(|session| suffices(&session, way)) {
        return Ok(Redirect::to(way.path()).into_response());
    }
    let page = &visit.page;
    if !posted.cookies_work {
        let told = Explanation {
            title: page.t("accounts-cookies-title"),
            lead: page.t("accounts-cookies-lead"),
            steps: vec![page.t("accounts-cookies-allow"), page.t("accounts-cookies-again")],
            way: Link::new(way.link(paths::SIGN_IN), page.t("accounts-cookies-button")),
            other: None,
        };
        return Ok(explain_page(page.clone(), StatusCode::UNPROCESSABLE_ENTITY, told));
    }
    let form = posted.form;
    let needed = accounts.captcha_needed(None, visit.address).await?;
    let captcha = accounts.captcha_box(Form::SignIn, &form.captcha, needed);
    let shown = Shown { form, captcha, notice: Some(Notice::again(page)), ..Shown::default() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(visit, way, shown)).into_response())
}

/// What a shown form consists of, beside its frame.
#[derive(Default)]
struct Shown {
    form: LoginForm,
    errors: FormErrors,
    notice: Option<Notice>,
    captcha: Option<Captcha>,
}

fn draw(visit: &Visit, way: &Way, shown: Shown) -> LoginPage {
    let Shown { form, errors, notice, captcha } = shown;
    let page = visit.page.clone().with_errors(&errors);
    LoginPage {
        provinces: provinces(page.lang),
        way: way.view(page.lang),
        action: way.link(paths::SIGN_IN),
        register: way.link(paths::REGISTER),
        page,
        errors,
        notice,
        form,
        captcha,
    }
}
