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
use super::cookie;
use super::operation::{Asking, Here};
use super::store::By;
use super::ticket::Ticket;
use crate::accounts::contact::{Again, tell};
use crate::accounts::model::Contact;
use crate::accounts::proof::{CODE_LIFETIME, Checked, Issued, Over};
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CodeForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
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
#[template(path = "accounts/recover_code.html")]
struct CodePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    begin: String,
    form: CodeForm,
    lead: String,
    again: Again,
}

/// GET: the form.
pub async fn show(State(accounts): State<Accounts>, visit: Visit, Query(query): Query<CodeQuery>) -> Response {
    let way = accounts.way(query.form.way.as_deref());
    if let Some(told) = visit.cookies_refused(&query.form, way.link(paths::RECOVER)) {
        return told;
    }
    let draft = accounts
        .draft(&visit, paths::RECOVER_CODE, &query.form)
        .unwrap_or_else(|| Draft::of(CodeForm { request: query.request, ..CodeForm::default() }));
    draw(&accounts, &visit, &way, draft)
}

/// POST: takes up the code, or sends another one.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<CodeForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::RECOVER_CODE, &Draft::of(form)));
    }
    let Some(ticket) = Ticket::open(&*accounts.parts().sealer, &form.request) else {
        return Ok(Redirect::to(&way.link(paths::RECOVER)).into_response());
    };
    let draft = if !fresh {
        Draft::of(form).stale()
    } else if form.action == "resend" {
        match resend(&accounts, &visit, &way, ticket, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        match by_code(&accounts, &visit, &way, &ticket, form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    };
    let back = accounts.send_back(&visit, &way, paths::RECOVER_CODE, &draft);
    Ok(back.unwrap_or_else(|| draw(&accounts, &visit, &way, draft)))
}

async fn by_code(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    ticket: &Ticket,
    form: CodeForm,
) -> Result<Result<Response, Draft<CodeForm>>, Trouble> {
    let here = Here { recovery: cookie::token_hash(&visit.cookies), caller: visit.caller };
    let (checked, token) = accounts.recover_by_code(ticket.proof, form.code.clone(), here).await?;
    if matches!(checked, Checked::Right(_)) {
        cookie::set(&visit.cookies, &token);
        accounts.parts().web.drop_draft(&visit.cookies, paths::RECOVER_CODE);
        return Ok(Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response()));
    }
    if matches!(checked, Checked::Over(Over::Used)) {
        return Ok(Ok(after_use(accounts, here.recovery, way).await?));
    }
    let mut flaws = Flaws::default();
    tell(&checked, &mut flaws);
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// A code whose mail's link was followed meanwhile, or that another tab sent: on to the new password where this browser may
/// choose one, else to the sign-in page, since that was done elsewhere.
async fn after_use(accounts: &Accounts, recovery: Option<[u8; 32]>, way: &Way) -> Result<Response, Trouble> {
    let here = match recovery {
        Some(hash) => accounts.recovery(By::Token, hash).await?,
        None => None,
    };
    let on = match here {
        Some(_) => way.link(paths::RECOVER_PASSWORD),
        None => way.link_with(paths::SIGN_IN, "notice", "recovery-used"),
    };
    Ok(Redirect::to(&on).into_response())
}

async fn resend(
    accounts: &Accounts,
    visit: &Visit,
    way: &Way,
    ticket: Ticket,
    form: CodeForm,
) -> Result<Result<Response, Draft<CodeForm>>, Trouble> {
    let asking = Asking {
        contact: ticket.contact.clone(),
        lang: visit.page.lang,
        from: visit.caller,
        replaces: Some(ticket.proof),
    };
    Ok(match accounts.ask_recovery(asking).await? {
        Issued::Sent(proof) => Ok(to_code(accounts, way, proof, ticket.contact, ticket.second)),
        Issued::TooMany { until } => {
            let mut flaws = Flaws::default();
            flaws.push_until("code", "contact-code", "contact-too-many", until);
            Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws))
        }
    })
}

fn draw(accounts: &Accounts, visit: &Visit, way: &Way, draft: Draft<CodeForm>) -> Response {
    let Some(ticket) = Ticket::open(&*accounts.parts().sealer, &draft.form.request) else {
        return Redirect::to(&way.link(paths::RECOVER)).into_response();
    };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let sent_at = Timestamp::from_millis(ticket.sent_at);
    let until = moment::not_before(page.lang, sent_at + CODE_LIFETIME, now);
    // What a person has just typed is no secret; the other contact of the account may be one.
    let to = if ticket.second { ticket.contact.masked() } else { ticket.contact.as_str().to_owned() };
    let key = match ticket.contact {
        Contact::Email(_) => "recover-code-lead-email",
        Contact::Mobile(_) => "recover-code-lead-mobile",
    };
    let shown = CodePage {
        lead: page.tw(key, [("to", to.as_str()), ("time", until.as_str())]),
        way: way.view(page.lang),
        action: way.link(paths::RECOVER_CODE),
        begin: way.link(paths::RECOVER),
        notice: Notice::of_draft(&page, &draft),
        again: Again::of(sent_at, now),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    (status, headers, shown).into_response()
}
