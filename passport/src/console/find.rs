//! Finding an account: by its login name, letter for letter, and with a reason. Nobody browses.

use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::db::{DbError, Tx};
use shared::page::{Choice, FormErrors, Page};

use super::acts::Act;
use super::frame::{Said, framed, lead, notice};
use super::gate::Refusal;
use super::model::{ReadId, Reason, StaffId};
use super::visit::StaffVisit;
use super::{Console, paths};
use crate::accounts::Notice;
use crate::accounts::model::LoginName;
use crate::limits::{Limit, Subject, Verdict};
use crate::web::{Draft, Flaws, Posted};

/// How many names one of the staff may look for in an hour, found or not: help goes on, and nobody goes through a list.
pub(super) const FINDS: Limit = Limit::rate("staff_find", 60, Duration::from_secs(60 * 60));

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct FindForm {
    name: String,
    reason: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/find.html")]
struct FindPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: FindForm,
    reasons: Vec<Choice>,
}

/// What became of a search.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// It is found, and on record that it is looked at.
    Read(ReadId),
    /// Nobody has that name.
    Nobody,
    /// Too many were looked for.
    TooOften,
}

/// GET: the form.
pub async fn show(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::FindAccount).await?;
    let draft = console.draft(&visit, paths::ACCOUNTS, &said).unwrap_or_else(|| Draft::of(FindForm::default()));
    let now = console.accounts().parts().clock.now();
    let (status, headers) = draft.head(now);
    let errors = draft.flaws.shown(&visit.page, now);
    let page = framed(visit.page.with_errors(&errors), &me);
    let again = if draft.again { Some("again") } else { said.notice.as_deref() };
    let name = |reason: Reason| Choice::new(reason.as_str(), page.t(&format!("console-why-{}", reason.as_str())));
    let shown = FindPage {
        notice: notice(&page, again),
        reasons: Reason::CHOSEN.map(name).to_vec(),
        form: draft.form,
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}

/// POST: finds it, and leads to a reading of it.
pub async fn submit(
    State(console): State<Console>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<FindForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::FindAccount).await?;
    let mut flaws = Flaws::default();
    let (name, reason) = (LoginName::parse(&form.name), Reason::chosen(&form.reason));
    if name.is_none() {
        flaws.push("name", "console-find-name", "console-find-name-missing");
    }
    if reason.is_none() {
        flaws.push("reason", "console-find-why", "console-find-why-missing");
    }
    let (Some(name), Some(reason), true) = (name, reason, fresh) else {
        return Ok(console.send_back(&visit, paths::ACCOUNTS, (form, flaws)));
    };
    let found = console.write((me.id, name, reason), |console, args, tx| find(console, args, tx).boxed()).await?;
    Ok(match found {
        Found::Read(id) => Redirect::to(&format!("{}/{id}", paths::ACCOUNTS)).into_response(),
        Found::Nobody => lead(paths::ACCOUNTS, "unknown-name"),
        Found::TooOften => lead(paths::ACCOUNTS, "too-often"),
    })
}

async fn find(
    console: Console,
    (me, name, reason): (StaffId, LoginName, Reason),
    tx: &mut Tx,
) -> Result<Found, DbError> {
    let parts = console.accounts().parts();
    let (now, id) = (parts.clock.now(), me.to_string());
    if let Verdict::Refused { .. } = parts.limits.hit(tx, &FINDS, Subject::Text(&id), now).await? {
        return Ok(Found::TooOften);
    }
    let Some(account) = console.accounts().named(tx, &name).await? else { return Ok(Found::Nobody) };
    Ok(Found::Read(console.read_account(tx, me, (account, reason)).await?))
}
