//! The registration page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::entropy::token;
use shared::page::{Captcha, Choice, FormErrors, Page, Rule};

use super::form::{RegisterForm, Registration};
use super::operation::Registered;
use crate::accounts::captcha::{Form, Problem, Step};
use crate::accounts::view::{Notice, Way, WayView, id_types, password_rules, push_error};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Posted, ReturnTo, moment, paths};

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct RegisterQuery {
    #[serde(default, rename = "continue")]
    way: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/register.html")]
struct RegisterPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    sign_in: String,
    form: RegisterForm,
    rules: Vec<Rule>,
    id_types: Vec<Choice>,
    captcha: Option<Captcha>,
}

/// GET: the empty form.
pub async fn show(State(accounts): State<Accounts>, visit: Visit, Query(query): Query<RegisterQuery>) -> Response {
    let way = accounts.way(query.way.as_deref());
    let form = RegisterForm::default();
    let captcha = accounts.captcha_box(Form::Registration, &form.captcha, accounts.captcha_needed_to_register());
    draw(&accounts, &visit, &way, Shown { form, captcha, ..Shown::default() }).into_response()
}

/// POST: makes the account, or shows the form again.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<RegisterForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let needed = accounts.captcha_needed_to_register();
    if !fresh {
        let notice = Some(Notice::again(&visit.page));
        let captcha = accounts.captcha_box(Form::Registration, &form.captcha, needed);
        let page = draw(&accounts, &visit, &way, Shown { form, captcha, notice, ..Shown::default() });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if accounts.is_registered(&form).await? {
        return Ok(to_sign_in(&accounts, &way, &form));
    }
    let (captcha, problem) = match accounts.captcha_step(Form::Registration, &form.captcha, needed).await? {
        Step::Again { captcha, problem: None } => {
            let shown = Shown { form, captcha: Some(captcha), ..Shown::default() };
            return Ok(draw(&accounts, &visit, &way, shown).into_response());
        }
        Step::Again { captcha, problem } => (Some(captcha), problem),
        Step::Passed(captcha) => (captcha, None),
    };
    let (errors, registration) = read(&visit.page, &form, problem);
    let (status, errors) = match registration {
        None => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Some(registration) => {
            let lang = visit.page.lang;
            match accounts.register(registration, &form.form_key, lang, visit.address).await? {
                Registered::Done => return Ok(to_sign_in(&accounts, &way, &form)),
                refused => explain(&visit.page, &accounts, refused),
            }
        }
    };
    Ok((status, draw(&accounts, &visit, &way, Shown { form, errors, captcha, notice: None })).into_response())
}

/// What is to be mended, or else the registration.
fn read(page: &Page, form: &RegisterForm, problem: Option<Problem>) -> (FormErrors, Option<Registration>) {
    let mut errors = FormErrors::default();
    let registration = form.read(page, &mut errors);
    if let Some(problem) = problem {
        push_error(&mut errors, page, "captcha", "common-captcha", problem.key());
    }
    if !form.agreed() {
        push_error(&mut errors, page, "agree", "accounts-agree", "accounts-agree-missing");
    }
    let registration = registration.filter(|_| errors.is_empty());
    (errors, registration)
}

/// The status and the sentence for an account that was not made.
fn explain(page: &Page, accounts: &Accounts, refused: Registered) -> (StatusCode, FormErrors) {
    let mut errors = FormErrors::default();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match refused {
        Registered::Done => {}
        Registered::ContactTaken => {
            push_error(&mut errors, page, "email", "accounts-register-taken-label", "accounts-register-taken");
        }
        Registered::DocumentTaken => {
            push_error(&mut errors, page, "id_number", "accounts-id-number", "accounts-id-taken");
        }
        Registered::TooMany { until } => {
            let time = moment::not_before(page.lang, until, accounts.parts().clock.now());
            errors.push("email", String::new(), page.tw("accounts-register-too-many", [("time", time.as_str())]));
            status = StatusCode::TOO_MANY_REQUESTS;
        }
    }
    (status, errors)
}

/// On to the sign-in page, where the account stands filled in.
fn to_sign_in(accounts: &Accounts, way: &Way, form: &RegisterForm) -> Response {
    let parts = accounts.parts();
    let mut return_to = way.return_to.clone().unwrap_or_else(|| ReturnTo::local(paths::HOME, parts.clock.now()));
    return_to.login_hint = Some(form.email.trim().to_owned());
    return_to.create = false;
    let sealed = parts.web.return_to().seal(&return_to);
    let link = crate::web::return_to::link(paths::SIGN_IN, Some(&sealed));
    Redirect::to(&format!("{link}&notice=registered")).into_response()
}

/// What a shown form consists of, beside its frame.
#[derive(Default)]
struct Shown {
    form: RegisterForm,
    errors: FormErrors,
    notice: Option<Notice>,
    captcha: Option<Captcha>,
}

fn draw(accounts: &Accounts, visit: &Visit, way: &Way, shown: Shown) -> RegisterPage {
    let Shown { mut form, errors, notice, captcha } = shown;
    if form.form_key.is_empty() {
        form.form_key = token(&*accounts.parts().entropy);
    }
    let page = visit.page.clone().with_errors(&errors);
    RegisterPage {
        rules: password_rules(&page, Some(form.password.expose())),
        id_types: id_types(&page),
        way: way.view(page.lang),
        action: way.link(paths::REGISTER),
        sign_in: way.link(paths::SIGN_IN),
        page,
        errors,
        notice,
        form,
        captcha,
    }
}
