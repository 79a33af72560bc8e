//! The first page: which account. It answers the same whether anybody has it or not.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{Captcha, FormErrors, Page};

use super::code_page::RecoveryCode;
use super::cookie;
use super::operation::Asking;
use crate::accounts::captcha::{Fields, Form};
use crate::accounts::challenge::{Challenge, Taken};
use crate::accounts::model::Contact;
use crate::accounts::proof::Issued;
use crate::accounts::proof::code_page::to_code;
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AskForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    username: String,
    #[serde(flatten)]
    captcha: Fields,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/recover.html")]
struct AskPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    sign_in: String,
    form: AskForm,
    captcha: Option<Captcha>,
}

/// GET: the form; whoever tried to sign in finds the account filled in.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    if let Some(told) = visit.cookies_refused(&query, way.link(paths::RECOVER)) {
        return Ok(told);
    }
    let draft = accounts.draft(&visit, paths::RECOVER, &query).unwrap_or_else(|| {
        let hint = way.return_to.as_ref().and_then(|to| to.login_hint.clone());
        Draft::of(AskForm { username: hint.unwrap_or_default(), ..AskForm::default() })
    });
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    draw(&accounts, &visit, &way, draft, notice).await
}

/// POST: sends a code, and goes on to where it is typed.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<AskForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::RECOVER, &Draft::of(form)));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, &way, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &way, paths::RECOVER, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, &way, draft, None).await,
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    mut form: AskForm,
) -> Result<Result<Response, Draft<AskForm>>, Trouble> {
    let contact = Contact::parse(&form.username);
    let needed = accounts.captcha_needed_for(Form::Recovery, visit.address).await?;
    let asked = Challenge { form: Form::Recovery, needed, contact: contact.clone() };
    let Taken::Up(problem) = accounts.take_captcha(visit, asked, &mut form.captcha).await? else {
        return Ok(Err(Draft::of(form)));
    };
    let mut flaws = Flaws::default();
    if contact.is_none() {
        flaws.push("username", "accounts-account", "recover-account-missing");
    }
    if let Some(problem) = problem {
        problem.tell(&mut flaws);
    }
    let (Some(contact), true) = (contact, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    let asking = Asking { contact: contact.clone(), lang: visit.page.lang, from: visit.caller, replaces: None };
    match accounts.ask_recovery(asking).await? {
        Issued::Sent(proof) => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::RECOVER);
            cookie::keep_way(&visit.cookies, way);
            let ticket = Ticket::new(proof, contact, accounts.parts().clock.now());
            Ok(Ok(Redirect::to(&to_code::<RecoveryCode>(accounts, way, &ticket)).into_response()))
        }
        Issued::TooMany(stopped) => {
            stopped.tell(&mut flaws, "username", "accounts-account");
            Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)))
        }
    }
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    draft: Draft<AskForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let needed = accounts.captcha_needed_for(Form::Recovery, visit.address).await?;
    let shown = AskPage {
        way: way.view(page.lang),
        action: way.link(paths::RECOVER),
        sign_in: way.link(paths::SIGN_IN),
        notice: notice.or_else(|| Notice::of_draft(&page, &draft)),
        captcha: accounts.captcha_box(Form::Recovery, &draft.form.captcha, needed),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
