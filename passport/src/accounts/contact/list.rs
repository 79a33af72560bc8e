//! The page of the contacts, and the button that sends a proof.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::aging::is_old;
use super::closing::UNPROVEN_LIFETIME;
use super::operation::Asking;
use super::store::Held;
use crate::accounts::model::ContactKind;
use crate::accounts::progress::tell_refusal;
use crate::accounts::proof::Issued;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, moment, paths};

/// Which contact a proof is asked for.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SendForm {
    contact: String,
    /// `keep`: the number that somebody else asks for; or nothing.
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/contact.html")]
struct ContactPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    rows: Vec<RowView>,
    days: u64,
    proven: bool,
    /// Until when the number can be kept that somebody else asks for.
    asked_until: Option<String>,
}

/// A contact as the page shows it.
struct RowView {
    kind: ContactKind,
    label: String,
    masked: Option<String>,
    /// The day on which it was proven.
    proven: Option<String>,
    /// Whether it is to be proven once more.
    old: bool,
    /// When and why the last message to it was refused.
    refused: Option<String>,
}

/// GET: the contacts.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::CONTACT)?;
    let draft = accounts.draft(&visit, paths::CONTACT, &query).unwrap_or_else(|| Draft::of(SendForm::default()));
    let notice = Notice::of_code(&visit.page, query.notice.as_deref());
    Ok(draw(&accounts, visit, &session, draft, notice).await?)
}

/// POST: sends a proof, and goes on to where its code is typed.
pub async fn send(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SendForm>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::CONTACT, "sign-in-first"));
    };
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::CONTACT, &Draft::of(form)));
    }
    if fresh && form.action == "keep" {
        let kept = accounts.keep_own_number(session.account, visit.caller).await?;
        let notice = if kept { "number-kept" } else { "number-over" };
        return Ok(Redirect::to(&format!("{}?notice={notice}", paths::CONTACT)).into_response());
    }
    let Some(kind) = ContactKind::parse(&form.contact) else {
        return Ok(Redirect::to(paths::CONTACT).into_response());
    };
    let draft = if fresh {
        let asking = Asking { account: session.account, lang: visit.page.lang, from: visit.caller };
        match accounts.ask_contact_proof(asking, kind).await? {
            Some(Issued::Sent(proof)) => {
                return Ok(Redirect::to(&format!("{}?proof={proof}", paths::CONTACT_PROOF)).into_response());
            }
            Some(Issued::TooMany(stopped)) => {
                let mut flaws = Flaws::default();
                stopped.tell(&mut flaws, kind.code(), label(kind));
                Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)
            }
            // A second tab: it has been proven meanwhile.
            None => return Ok(Redirect::to(paths::CONTACT).into_response()),
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::CONTACT, &draft) {
        Some(back) => Ok(back),
        None => draw(&accounts, visit, &session, draft, None).await,
    }
}

/// What the pages call it.
pub(super) const fn label(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Email => "accounts-email",
        ContactKind::Mobile => "accounts-mobile",
    }
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<SendForm>,
    told: Option<Notice>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, now } = accounts.frame(visit, session, &draft).await?;
    let (standing, reach) = accounts.contacts_reached(session.account).await?;
    let asked = accounts.number_claimed(session.account).await?;
    let row = |kind| {
        let held: Option<&Held> = standing.of(kind);
        RowView {
            kind,
            label: page.t(label(kind)),
            masked: held.map(|held| held.contact.masked()),
            proven: held.and_then(|held| held.proven_at).map(|at| moment::day(page.lang, at, now)),
            old: held.is_some_and(|held| is_old(held, now)),
            refused: reach.of(kind).map(|refused| tell_refusal(&page, kind, refused, now)),
        }
    };
    let shown = ContactPage {
        rows: ContactKind::ALL.into_iter().map(row).collect(),
        notice: told.or(notice),
        days: UNPROVEN_LIFETIME.as_secs() / (24 * 60 * 60),
        proven: standing.is_proven(),
        asked_until: asked.map(|asked| moment::not_before(page.lang, asked.until, now)),
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
