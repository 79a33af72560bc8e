//! The page that waits for the code.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::page::{FormErrors, Page};

use super::ask_page::to_code;
use super::ticket::Proven;
use crate::accounts::contact::{Again, tell};
use crate::accounts::model::Contact;
use crate::accounts::proof::{CODE_LIFETIME, Checked, Issued, Over};
use crate::accounts::recovery::ticket::Ticket;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CodeForm {
    /// The request, sealed.
    request: String,
    code: String,
    /// `resend`, or nothing.
    #[serde(skip_serializing)]
    action: String,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeQuery {
    request: String,
    #[serde(flatten)]
    form: FormQuery,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/appeal_code.html")]
struct CodePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: CodeForm,
    lead: String,
    again: Again,
}

/// GET: the form.
pub async fn show(State(accounts): State<Accounts>, visit: Visit, Query(query): Query<CodeQuery>) -> Response {
    if let Some(told) = visit.cookies_refused(&query.form, paths::APPEAL.to_owned()) {
        return told;
    }
    let draft = accounts
        .draft(&visit, paths::APPEAL_CODE, &query.form)
        .unwrap_or_else(|| Draft::of(CodeForm { request: query.request, ..CodeForm::default() }));
    draw(&accounts, &visit, draft)
}

/// POST: takes up the code, or sends another one.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<CodeForm>,
) -> Result<Response, Trouble> {
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::APPEAL_CODE, &Draft::of(form)));
    }
    let Some(ticket) = Ticket::open(&*accounts.parts().sealer, &form.request) else {
        return Ok(Redirect::to(paths::APPEAL).into_response());
    };
    let draft = if !fresh {
        Draft::of(form).stale()
    } else if form.action == "resend" {
        match resend(&accounts, &visit, ticket, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        match by_code(&accounts, &visit, &ticket, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    };
    let back = accounts.send_back(&visit, &Way::home(), paths::APPEAL_CODE, &draft);
    Ok(back.unwrap_or_else(|| draw(&accounts, &visit, draft)))
}

async fn by_code(
    accounts: &Accounts,
    visit: &Visit,
    ticket: &Ticket,
    form: CodeForm,
) -> Result<Result<Response, Draft<CodeForm>>, Trouble> {
    let web = &accounts.parts().web;
    match accounts.prove_for_appeal(ticket.proof, form.code.clone()).await? {
        Checked::Right(proof) => {
            web.drop_draft(&visit.cookies, paths::APPEAL_CODE);
            let proven = Proven { proof: proof.id, contact: proof.contact }.seal(web, visit);
            Ok(Ok(Redirect::to(&format!("{}?proven={proven}", paths::APPEAL_DETAILS)).into_response()))
        }
        // Spent in another tab, where it goes on.
        Checked::Over(Over::Used) => {
            Ok(Ok(Redirect::to(&format!("{}?notice=appeal-code-used", paths::APPEAL)).into_response()))
        }
        checked => {
            let mut flaws = Flaws::default();
            tell(&checked, &mut flaws);
            Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
        }
    }
}

async fn resend(
    accounts: &Accounts,
    visit: &Visit,
    ticket: Ticket,
    form: CodeForm,
) -> Result<Result<Response, Draft<CodeForm>>, Trouble> {
    let asking = (ticket.contact.clone(), visit.page.lang, visit.caller);
    Ok(match accounts.ask_appeal_proof(asking, Some(ticket.proof)).await? {
        Issued::Sent(proof) => Ok(to_code(accounts, proof, ticket.contact)),
        Issued::TooMany { until } => {
            let mut flaws = Flaws::default();
            flaws.push_until("code", "contact-code", "contact-too-many", until);
            Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws))
        }
    })
}

fn draw(accounts: &Accounts, visit: &Visit, draft: Draft<CodeForm>) -> Response {
    let Some(ticket) = Ticket::open(&*accounts.parts().sealer, &draft.form.request) else {
        return Redirect::to(paths::APPEAL).into_response();
    };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let sent_at = Timestamp::from_millis(ticket.sent_at);
    let until = moment::not_before(page.lang, sent_at + CODE_LIFETIME, now);
    let key = match ticket.contact {
        Contact::Email(_) => "appeals-code-lead-email",
        Contact::Mobile(_) => "appeals-code-lead-mobile",
    };
    let shown = CodePage {
        lead: page.tw(key, [("to", ticket.contact.as_str()), ("time", until.as_str())]),
        notice: Notice::of_draft(&page, &draft),
        again: Again::of(sent_at, now),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    (status, headers, shown).into_response()
}
