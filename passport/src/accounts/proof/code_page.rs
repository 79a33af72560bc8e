//! The page that waits for a code which was sent to somebody who is not signed in: what the code is for says
//! [`Awaited`], all else is the same.

use std::future::Future;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::ticket::Ticket;
use super::words::{Again, tell, too_often};
use super::{CODE_LIFETIME, Checked, Issued};
use crate::accounts::model::Contact;
use crate::accounts::progress;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Draft, Posted, moment};

/// What a code was sent for.
pub trait Awaited: 'static {
    /// The page that waits.
    const PAGE: &'static str;
    /// The page on which the code was asked for.
    const BEGIN: &'static str;
    /// What the keys of its own texts begin with.
    const KEY: &'static str;
    /// Whether the page says what may be done where nothing arrives.
    const HINT: bool;
    /// Whether a message goes to whatever contact is named: then the page tells how far it has come. Where only one that
    /// somebody has gets it, that would tell who has an account.
    const ALWAYS_SENT: bool;

    /// Takes up a code.
    fn take(here: Here<'_>, ticket: &Ticket, code: String) -> impl Future<Output = Result<Taken, Trouble>> + Send;

    /// Sends another one to where the first went, in its place.
    fn resend(here: Here<'_>, ticket: &Ticket) -> impl Future<Output = Result<Issued, Trouble>> + Send;
}

/// Where a code is typed.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub(in crate::accounts) accounts: &'a Accounts,
    pub(in crate::accounts) visit: &'a Visit,
    pub(in crate::accounts) way: &'a Way,
}

/// What became of a code.
pub enum Taken {
    /// There is nothing more to type: on to that path.
    Onwards(String),
    /// It was not taken.
    Not(Checked),
}

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
#[template(path = "accounts/sent_code.html")]
struct CodePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    begin: String,
    form: CodeForm,
    lead: String,
    progress: String,
    hint: Option<String>,
    other: String,
    again: Again,
}

/// GET: the form.
pub async fn show<A: Awaited>(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<CodeQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.form.way.as_deref());
    if let Some(told) = visit.cookies_refused(&query.form, way.link(A::BEGIN)) {
        return Ok(told);
    }
    let draft = accounts
        .draft(&visit, A::PAGE, &query.form)
        .unwrap_or_else(|| Draft::of(CodeForm { request: query.request, ..CodeForm::default() }));
    draw::<A>(Here { accounts: &accounts, visit: &visit, way: &way }, draft).await
}

/// POST: takes up the code, or sends another one.
pub async fn submit<A: Awaited>(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, language, .. }: Posted<CodeForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, A::PAGE, &Draft::of(form)));
    }
    let here = Here { accounts: &accounts, visit: &visit, way: &way };
    let draft = if fresh {
        match try_form::<A>(here, form).await? {
            Ok(onwards) => return Ok(Redirect::to(&onwards).into_response()),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    let back = accounts.send_back(&visit, &way, A::PAGE, &draft);
    match back {
        Some(back) => Ok(back),
        None => draw::<A>(here, draft).await,
    }
}

async fn try_form<A: Awaited>(here: Here<'_>, form: CodeForm) -> Result<Result<String, Draft<CodeForm>>, Trouble> {
    let parts = here.accounts.parts();
    let Some(ticket) = Ticket::open(&*parts.sealer, &form.request) else {
        return Ok(Ok(here.way.link(A::BEGIN)));
    };
    if form.action == "resend" {
        return Ok(match A::resend(here, &ticket).await? {
            Issued::Sent(proof) => {
                let next = Ticket { proof, sent_at: parts.clock.now(), ..ticket };
                Ok(to_code::<A>(here.accounts, here.way, &next))
            }
            Issued::TooMany(stopped) => Err(Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, too_often(stopped))),
        });
    }
    match A::take(here, &ticket, form.code.clone()).await? {
        Taken::Onwards(path) => {
            parts.web.drop_draft(&here.visit.cookies, A::PAGE);
            Ok(Ok(path))
        }
        Taken::Not(checked) => Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, tell(&checked)))),
    }
}

/// The address of the page that waits for the code of a request.
pub(in crate::accounts) fn to_code<A: Awaited>(accounts: &Accounts, way: &Way, ticket: &Ticket) -> String {
    way.link_with(A::PAGE, "request", &ticket.seal(&*accounts.parts().sealer))
}

async fn draw<A: Awaited>(here: Here<'_>, draft: Draft<CodeForm>) -> Result<Response, Trouble> {
    let Here { accounts, visit, way } = here;
    let Some(ticket) = Ticket::open(&*accounts.parts().sealer, &draft.form.request) else {
        return Ok(Redirect::to(&way.link(A::BEGIN)).into_response());
    };
    let now = accounts.parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = visit.page.clone().with_errors(&errors);
    let until = moment::not_before(page.lang, ticket.sent_at + CODE_LIFETIME, now);
    // What a person has just typed is no secret; the other contact of the account may be one.
    let to = if ticket.second { ticket.contact.masked() } else { ticket.contact.as_str().to_owned() };
    let sort = if matches!(ticket.contact, Contact::Email(_)) { "email" } else { "mobile" };
    let key = A::KEY;
    // The other contact of an account is written to whenever this page waits for it.
    let come = if A::ALWAYS_SENT || ticket.second { accounts.proof_progress(ticket.proof).await? } else { None };
    let told = |progress| {
        let awaited = progress::Awaited { contact: &ticket.contact, asked_at: ticket.sent_at, progress };
        progress::tell(&page, awaited, now)
    };
    let shown = CodePage {
        progress: come.map(told).unwrap_or_default(),
        lead: page.tw(&format!("{key}-lead-{sort}"), [("to", to.as_str()), ("time", until.as_str())]),
        hint: A::HINT.then(|| page.t(&format!("{key}-hint"))),
        other: page.t(&format!("{key}-other")),
        way: way.view(page.lang),
        action: way.link(A::PAGE),
        begin: way.link(A::BEGIN),
        notice: Notice::of_draft(&page, &draft),
        again: Again::of(ticket.sent_at, now),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
