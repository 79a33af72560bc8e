//! Where an appeal begins: what it is for, and where the answer goes. Who has one already has its link sent once more.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{Captcha, FormErrors, Page};

use super::code_page::AppealCode;
use super::model::read_number;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::captcha::{Fields, Form};
use crate::accounts::challenge::{Challenge, Taken};
use crate::accounts::model::Contact;
use crate::accounts::proof::Issued;
use crate::accounts::proof::code_page::to_code;
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::limits::Verdict;
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AskForm {
    contact: String,
    number: String,
    /// `again`: the link of an appeal that is there; or nothing.
    #[serde(skip_serializing)]
    action: String,
    #[serde(flatten)]
    captcha: Fields,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal.html")]
struct AskPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: AskForm,
    captcha: Option<Captcha>,
}

/// GET: the form.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    if let Some(told) = visit.cookies_refused(&query, paths::APPEAL.to_owned()) {
        return Ok(told);
    }
    let draft = accounts.draft(&visit, paths::APPEAL, &query).unwrap_or_else(|| Draft::of(AskForm::default()));
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    draw(&accounts, &visit, draft, notice).await
}

/// POST: sends a code, and goes on to where it is typed; or sends a link once more.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<AskForm>,
) -> Result<Response, Trouble> {
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::APPEAL, &Draft::of(form)));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &Way::home(), paths::APPEAL, &draft);
    match back {
        Some(back) => Ok(back),
        None => draw(&accounts, &visit, draft, None).await,
    }
}

/// What the form asks for.
enum Wish {
    Proof(Contact),
    Link(CaseNumber),
}

fn read(form: &AskForm, flaws: &mut Flaws) -> Option<Wish> {
    if form.action == "again" {
        let number = read_number(&form.number);
        if number.is_none() {
            flaws.push("number", "appeals-number", "appeals-number-wrong");
        }
        return number.map(Wish::Link);
    }
    let contact = Contact::parse(&form.contact);
    if contact.is_none() {
        flaws.push("contact", "appeals-contact", "appeals-contact-missing");
    }
    contact.map(Wish::Proof)
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    mut form: AskForm,
) -> Result<Result<Response, Draft<AskForm>>, Trouble> {
    let needed = accounts.captcha_needed_for(Form::Appeal, visit.address).await?;
    let asked = Challenge { form: Form::Appeal, needed, contact: Contact::parse(&form.contact) };
    let Taken::Up(problem) = accounts.take_captcha(visit, asked, &mut form.captcha).await? else {
        return Ok(Err(Draft::of(form)));
    };
    let mut flaws = Flaws::default();
    let wish = read(&form, &mut flaws);
    if let Some(problem) = problem {
        problem.tell(&mut flaws);
    }
    let (Some(wish), true) = (wish, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    match grant(accounts, visit, wish, &mut flaws).await? {
        Some(onwards) => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::APPEAL);
            Ok(Ok(onwards))
        }
        None => Ok(Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws))),
    }
}

/// Does what is asked for; `None` where that was done too often.
async fn grant(accounts: &Accounts, visit: &Visit, wish: Wish, flaws: &mut Flaws) -> Result<Option<Response>, Trouble> {
    match wish {
        Wish::Proof(contact) => {
            let asking = (contact.clone(), visit.page.lang, visit.caller);
            match accounts.ask_appeal_proof(asking, None).await? {
                Issued::Sent(proof) => {
                    let ticket = Ticket::new(proof, contact, accounts.parts().clock.now());
                    let to = to_code::<AppealCode>(accounts, &Way::home(), &ticket);
                    return Ok(Some(Redirect::to(&to).into_response()));
                }
                Issued::TooMany(stopped) => stopped.tell(flaws, "contact", "appeals-contact"),
            }
        }
        Wish::Link(number) => match accounts.send_appeal_link(number, visit.caller).await? {
            Verdict::Allowed { .. } => {
                return Ok(Some(Redirect::to(&format!("{}?notice=appeal-link", paths::APPEAL)).into_response()));
            }
            Verdict::Refused { until } => flaws.push_until("number", "appeals-number", "appeals-number-often", until),
        },
    }
    Ok(None)
}

async fn draw(
    accounts: &Accounts,
    visit: &Visit,
    draft: Draft<AskForm>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let needed = accounts.captcha_needed_for(Form::Appeal, visit.address).await?;
    let shown = AskPage {
        notice: notice.or_else(|| Notice::of_draft(&page, &draft)),
        captcha: accounts.captcha_box(Form::Appeal, &draft.form.captcha, needed),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
