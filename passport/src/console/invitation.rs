//! Where a one-time link leads: two passkeys are made, then its owner can sign in.
//!
//! A link belongs to the browser that begins to use it, so that whoever sees it later adds no passkey of theirs.

use askama::Template;
use askama_web::WebTemplate;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{Link, Page};
use shared::secret::sha256;

use super::frame::{lead, notice, role_names};
use super::gate::Refusal;
use super::model::{PASSKEYS, Person, StaffId, State as Standing};
use super::store::keys::KeyId;
use super::visit::StaffVisit;
use super::{Console, paths, store};
use crate::accounts::Notice;
use crate::accounts::factors::passkeys::Owner;
use crate::accounts::factors::passkeys::store::{self as ceremonies, Purpose};
use crate::audit::{Actor, Event};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Button, Posted};

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Carried {
    t: String,
    notice: Option<String>,
}

/// What the script sends off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Made {
    t: String,
    ceremony: String,
    answer: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/invitation.html")]
struct InvitationPage {
    page: Page,
    notice: Option<Notice>,
    name: String,
    roles: String,
    /// Which of the two is made now.
    number: usize,
    most: usize,
    token: String,
    options: String,
    back: String,
}

/// What became of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Added {
    /// Another one is to be made.
    One,
    /// Its owner can sign in.
    All,
    /// It does not keep the rules, or belongs to somebody.
    Refused,
    /// The link counts no more.
    Over,
}

fn here(token: &str) -> String {
    let token: String = token.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("{}?t={token}", paths::INVITATION)
}

/// A registration is tied to the browser and to whose it is.
fn tied(browser: [u8; 32], staff: StaffId) -> [u8; 32] {
    sha256(&[&browser[..], staff.to_string().as_bytes()].concat())
}

/// The page of a link that counts no more.
fn over(page: Page) -> Response {
    let told = Explanation {
        tone: Tone::Information,
        title: page.t("console-link-over-title"),
        lead: page.t("console-link-over-lead"),
        steps: Vec::new(),
        way: Link::new(paths::SIGN_IN, page.t("console-link-over-way")),
        other: None,
    };
    explain(page, StatusCode::GONE, told)
}

impl Console {
    /// Whose link it is, and which passkeys they have.
    async fn invited(
        &self,
        visit: &StaffVisit,
        token: &str,
    ) -> Result<Option<(Person, Vec<webauthn_rs::prelude::Passkey>)>, Refusal> {
        let now = self.accounts().parts().clock.now();
        let args = (sha256(token.as_bytes()), visit.browser(&self.0.web), now);
        Ok(self.read(args, |args, tx| look(args, tx).boxed()).await?)
    }
}

async fn look(
    (hash, browser, now): ([u8; 32], [u8; 32], shared::clock::Timestamp),
    tx: &mut Tx,
) -> Result<Option<(Person, Vec<webauthn_rs::prelude::Passkey>)>, DbError> {
    let Some(person) = store::people::link(tx, hash, browser, now).await? else { return Ok(None) };
    let keys = store::keys::all(tx, person.id).await?;
    Ok(Some((person, keys)))
}

/// GET: who is asked in, and the button.
pub async fn show(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(carried): Query<Carried>,
) -> Result<Response, Refusal> {
    let Some((person, keys)) = console.invited(&visit, &carried.t).await? else { return Ok(over(visit.page)) };
    let page = visit.page;
    let back = here(&carried.t);
    let shown = InvitationPage {
        notice: notice(&page, carried.notice.as_deref()),
        name: person.name,
        roles: role_names(&page, &person.roles),
        number: keys.len() + 1,
        most: PASSKEYS,
        options: back.replace(paths::INVITATION, paths::INVITATION_OPTIONS),
        token: carried.t,
        back,
        page,
    };
    Ok(shown.into_response())
}

/// POST: what the script asks the authenticator.
pub async fn options(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(carried): Query<Carried>,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let refused = |status: StatusCode| Ok((status, Json(Value::Null)).into_response());
    if !posted.fresh {
        return refused(StatusCode::CONFLICT);
    }
    let Some((person, present)) = console.invited(&visit, &carried.t).await? else {
        return refused(StatusCode::FORBIDDEN);
    };
    let browser = visit.browser(&console.0.web);
    let args = (sha256(carried.t.as_bytes()), browser, console.accounts().parts().clock.now());
    let ours = console.write(args, |_, (hash, browser, now), tx| {
        async move { store::people::tie_link(tx, hash, browser, now).await }.boxed()
    });
    if !ours.await? {
        return refused(StatusCode::FORBIDDEN);
    }
    let owner = Owner { account: person.id, login_name: person.name.clone(), display_name: person.name };
    let begun = console.0.passkeys.begin_registration(&owner, &present)?;
    console.begun(&visit, (Purpose::StaffRegistration, tied(browser, owner.account)), begun).await
}

/// POST: adds what the browser made.
pub async fn submit(
    State(console): State<Console>,
    visit: StaffVisit,
    posted: Posted<Made>,
) -> Result<Response, Refusal> {
    let back = here(&posted.form.t);
    if !posted.fresh {
        return Ok(back_with(&back, "again"));
    }
    let args = ((posted.form, visit.browser(&console.0.web)), visit.caller);
    let added = match console.write(args, |console, args, tx| add(console, args, tx).boxed()).await {
        Err(DbError::Conflict { .. }) => Added::Refused,
        added => added?,
    };
    Ok(match added {
        Added::One => back_with(&back, "key-added"),
        Added::All => lead(paths::SIGN_IN, "ready"),
        Added::Refused => back_with(&back, "passkey-failed"),
        Added::Over => over(visit.page),
    })
}

fn back_with(back: &str, notice: &str) -> Response {
    axum::response::Redirect::to(&format!("{back}&notice={notice}")).into_response()
}

async fn add(
    console: Console,
    ((made, browser), from): ((Made, [u8; 32]), Caller),
    tx: &mut Tx,
) -> Result<Added, DbError> {
    let parts = console.accounts().parts();
    let (now, hash) = (parts.clock.now(), sha256(made.t.as_bytes()));
    // It holds the link's row: neither another answer nor a newer link comes in between.
    if !store::people::tie_link(tx, hash, browser, now).await? {
        return Ok(Added::Over);
    }
    let Some(person) = store::people::link(tx, hash, browser, now).await? else { return Ok(Added::Over) };
    let tie = tied(browser, person.id);
    let taken = ceremonies::take(tx, (&made.ceremony, Purpose::StaffRegistration), tie, now).await?;
    let Some((state, _)) = taken else { return Ok(Added::Refused) };
    let used = match console.0.passkeys.finish_registration(&state, &made.answer) {
        Ok(used) => used,
        Err(error) => {
            tracing::warn!(%error, staff = %person.id, "a passkey of the staff was not added");
            return Ok(Added::Refused);
        }
    };
    store::keys::insert(tx, (KeyId::new(now, &*parts.entropy), person.id), &used, now).await?;
    if store::keys::all(tx, person.id).await?.len() < PASSKEYS {
        return Ok(Added::One);
    }
    let first = store::people::use_link(tx, hash, browser, now).await?
        && store::people::move_on(tx, person.id, Standing::Invited, Standing::Active).await?;
    if !first {
        return Ok(Added::Over);
    }
    // What somebody opened while they were being kept out does not begin to count now.
    store::people::end_sessions(tx, person.id).await?;
    let staff = person.id.to_string();
    parts.audit.record_from(tx, from, &Actor::Staff(staff.clone()), &Event::StaffActivated { staff }).await?;
    Ok(Added::All)
}
