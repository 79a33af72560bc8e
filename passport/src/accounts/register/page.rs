//! The registration page.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::entropy::token;
use shared::page::{Captcha, Choice, FormErrors, Page, Rule};

use super::form::{AGES, RegisterForm, Registration};
use super::operation::Registered;
use crate::accounts::captcha::{Form, Problem};
use crate::accounts::challenge::{Challenge, Taken};
use crate::accounts::model::Contact;
use crate::accounts::view::{Notice, Way, WayView, id_types, judge, password_rules};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::config::PasswordProfile;
use crate::web::{Draft, Flaws, Posted, ReturnTo, paths};

/// The key of what is said of a document that belongs to another account.
const DOCUMENT_TAKEN: &str = "accounts-id-taken";

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
    /// Whether the document belongs to another account.
    document_taken: bool,
    ages: Vec<Choice>,
    id_types: Vec<Choice>,
    captcha: Option<Captcha>,
}

/// GET: the empty form, or the draft of one that was refused.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    if let Some(told) = visit.cookies_refused(&query, way.link(paths::REGISTER)) {
        return Ok(told);
    }
    let draft = accounts.draft(&visit, paths::REGISTER, &query);
    draw(&accounts, &visit, &way, draft.unwrap_or_else(|| Draft::of(RegisterForm::default()))).await
}

/// POST: makes the account, or sends the form back.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<RegisterForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        let draft = Draft { password_dropped: !form.password.is_empty(), ..Draft::of(form) };
        return Ok(accounts.in_language(lang, &visit, &way, paths::REGISTER, &draft));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, &way, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &way, paths::REGISTER, &draft);
    match back {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, &way, draft).await,
    }
}

/// Makes the account, or says what is to be mended.
async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    mut form: RegisterForm,
) -> Result<Result<Response, Draft<RegisterForm>>, Trouble> {
    if accounts.is_registered(&form).await? {
        return Ok(Ok(to_sign_in(accounts, visit, way, &form)));
    }
    let rules = judge(accounts.parts().password_profile, &form.password);
    let contact = Contact::parse(&form.email).or_else(|| Contact::parse(&form.mobile));
    let needed = accounts.captcha_needed_for(Form::Registration, visit.address).await?;
    let asked = Challenge { form: Form::Registration, needed, contact };
    let Taken::Up(problem) = accounts.take_captcha(visit, asked, &mut form.captcha).await? else {
        return Ok(Err(Draft { password_dropped: !rules.is_empty(), ..Draft::of(form) }));
    };
    let (mut flaws, registration) = read(&form, accounts.parts().password_profile, problem);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(registration) = registration {
        let lang = visit.page.lang;
        match accounts.register(registration, &form.form_key, lang, visit.caller).await? {
            Registered::Done => return Ok(Ok(to_sign_in(accounts, visit, way, &form))),
            refused => status = explain(&mut flaws, refused),
        }
    }
    Ok(Err(Draft { rules, ..Draft::of(form).refused(status, flaws) }))
}

/// What is to be mended, or else the registration.
fn read(form: &RegisterForm, profile: PasswordProfile, problem: Option<Problem>) -> (Flaws, Option<Registration>) {
    let mut flaws = Flaws::default();
    let registration = form.read(&mut flaws, profile);
    if let Some(problem) = problem {
        problem.tell(&mut flaws);
    }
    if !form.agreed() {
        flaws.push("agree", "accounts-agree", "accounts-agree-missing");
    }
    let registration = registration.filter(|_| flaws.is_empty());
    (flaws, registration)
}

/// The status and the sentence for an account that was not made.
fn explain(flaws: &mut Flaws, refused: Registered) -> StatusCode {
    match refused {
        Registered::Done => {}
        Registered::ContactTaken => flaws.push("email", "accounts-register-taken-label", "accounts-register-taken"),
        Registered::DocumentTaken => flaws.push("id_number", "accounts-id-number", DOCUMENT_TAKEN),
        Registered::TooMany { until } => {
            flaws.push_until("email", "", "accounts-register-too-many", until);
            return StatusCode::TOO_MANY_REQUESTS;
        }
    }
    StatusCode::UNPROCESSABLE_ENTITY
}

/// On to the sign-in page, where the account stands filled in.
fn to_sign_in(accounts: &Accounts, visit: &Visit, way: &Way, form: &RegisterForm) -> Response {
    let parts = accounts.parts();
    parts.web.drop_draft(&visit.cookies, paths::REGISTER);
    let mut return_to = way.return_to.clone().unwrap_or_else(|| ReturnTo::local(paths::HOME, parts.clock.now()));
    return_to.login_hint = Some(form.email.trim().to_owned());
    return_to.create = false;
    let sealed = parts.web.return_to().seal(&return_to);
    let link = crate::web::return_to::link(paths::SIGN_IN, Some(&sealed));
    Redirect::to(&format!("{link}&notice=registered")).into_response()
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    mut draft: Draft<RegisterForm>,
) -> Result<Response, Trouble> {
    if draft.form.form_key.is_empty() {
        draft.form.form_key = token(&*accounts.parts().entropy);
    }
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let needed = accounts.captcha_needed_for(Form::Registration, visit.address).await?;
    let shown = RegisterPage {
        rules: password_rules(&page, accounts.parts().password_profile, &draft.rules),
        document_taken: draft.flaws.say(DOCUMENT_TAKEN),
        ages: AGES.map(|age| Choice::new(age, page.t(&format!("accounts-age-{age}")))).to_vec(),
        id_types: id_types(&page),
        way: way.view(page.lang),
        action: way.link(paths::REGISTER),
        sign_in: way.link(paths::SIGN_IN),
        notice: Notice::of_draft(&page, &draft),
        captcha: accounts.captcha_box(Form::Registration, &draft.form.captcha, needed),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
