//! Signing in at the console: by a passkey that verifies its owner, and by nothing else.

use askama::Template;
use askama_web::WebTemplate;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::page::Page;
use shared::secret::sha256;

use super::frame::{Said, lead, notice};
use super::gate::Refusal;
use super::model::{ABSOLUTE, StaffId};
use super::visit::StaffVisit;
use super::{Console, paths, store};
use crate::accounts::Notice;
use crate::accounts::factors::passkeys::Begun;
use crate::accounts::factors::passkeys::store::{self as ceremonies, Ceremony, Purpose};
use crate::audit::{Actor, Event};
use crate::limits::{AddressBlock, Subject, Verdict};
use crate::web::{Button, Posted};

/// What the script sends off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    ceremony: String,
    answer: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    page: Page,
    notice: Option<Notice>,
}

/// GET: the button.
pub async fn show(visit: StaffVisit, Query(said): Query<Said>) -> Response {
    SignInPage { notice: notice(&visit.page, said.notice.as_deref()), page: visit.page }.into_response()
}

/// POST: what the script asks the authenticator.
pub async fn options(
    State(console): State<Console>,
    visit: StaffVisit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    if !posted.fresh {
        return Ok((StatusCode::CONFLICT, Json(Value::Null)).into_response());
    }
    let browser = visit.browser(&console.0.web);
    console.begun(&visit, (Purpose::StaffSignIn, browser), console.0.passkeys.begin_sign_in()?).await
}

/// POST: signs in.
pub async fn submit(
    State(console): State<Console>,
    visit: StaffVisit,
    posted: Posted<Answer>,
) -> Result<Response, Refusal> {
    if !posted.fresh {
        return Ok(lead(paths::SIGN_IN, "again"));
    }
    let token = token(&*console.0.web.entropy);
    let trying = Trying {
        answer: posted.form,
        browser: visit.browser(&console.0.web),
        token_hash: sha256(token.as_bytes()),
        former: visit.token_hash(),
        from: visit.caller,
    };
    if !console.write(trying, |console, trying, tx| sign_in(console, trying, tx).boxed()).await? {
        return Ok(lead(paths::SIGN_IN, "failed"));
    }
    visit.give(token);
    Ok(Redirect::to(paths::HOME).into_response())
}

/// POST: signs out.
pub async fn sign_out(
    State(console): State<Console>,
    visit: StaffVisit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    if !posted.fresh {
        return Ok(lead(paths::HOME, "again"));
    }
    if let Some(hash) = visit.token_hash() {
        console.write(hash, |_, hash, tx| async move { store::people::end_session(tx, hash).await }.boxed()).await?;
    }
    visit.take();
    Ok(lead(paths::SIGN_IN, "signed-out"))
}

impl Console {
    /// Keeps a challenge and tells the script of it, unless this address block asked for too many.
    pub(super) async fn begun(
        &self,
        visit: &StaffVisit,
        (purpose, browser): (Purpose, [u8; 32]),
        Begun { mut options, state }: Begun,
    ) -> Result<Response, Refusal> {
        let id = token(&*self.0.web.entropy);
        options["ceremony"] = json!(id);
        let ceremony = Ceremony { id, purpose, browser, account: None, state };
        let args = (ceremony, visit.address);
        let kept = self.write(args, |console, args, tx| keep(console, args, tx).boxed()).await?;
        Ok(match kept {
            true => Json(options).into_response(),
            false => (StatusCode::TOO_MANY_REQUESTS, Json(Value::Null)).into_response(),
        })
    }
}

async fn keep(console: Console, (ceremony, block): (Ceremony, AddressBlock), tx: &mut Tx) -> Result<bool, DbError> {
    let parts = console.accounts().parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let verdict = limits.hit(tx, &limits.policy().ceremony_address, Subject::Address(block), now).await?;
    if matches!(verdict, Verdict::Refused { .. }) {
        return Ok(false);
    }
    ceremonies::begin(tx, &ceremony, now).await.map(|()| true)
}

/// Somebody who signs in.
#[derive(Clone)]
struct Trying {
    /// What the passkey answered.
    answer: Answer,
    /// Which browser asked it.
    browser: [u8; 32],
    /// The hash of the token of the session to be, and of the one that the browser had.
    token_hash: [u8; 32],
    former: Option<[u8; 32]>,
    /// From where.
    from: Caller,
}

/// Whether the answer holds; then the session stands, and the one that the browser had before does not.
async fn sign_in(
    console: Console,
    Trying { answer: form, browser, token_hash, former, from }: Trying,
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = console.accounts().parts();
    let now = parts.clock.now();
    let taken = ceremonies::take(tx, (&form.ceremony, Purpose::StaffSignIn), browser, now).await?;
    let Some((state, _)) = taken else { return Ok(false) };
    let passkeys = &console.0.passkeys;
    let Ok((staff, credential)) = passkeys.identify::<StaffId>(&form.answer) else { return Ok(false) };
    let Some((key, passkey)) = store::keys::find(tx, staff, &credential).await? else { return Ok(false) };
    let used = match passkeys.finish_sign_in(&state, &form.answer, passkey) {
        Ok(used) => used,
        Err(error) => {
            tracing::warn!(%error, passkey = %key, "an answer of the staff's passkey was refused");
            return Ok(false);
        }
    };
    store::keys::note_use(tx, key, &used, now).await?;
    if let Some(former) = former {
        store::people::end_session(tx, former).await?;
    }
    store::people::open_session(tx, token_hash, staff, (now, now + ABSOLUTE)).await?;
    let event = Event::StaffSignedIn { staff: staff.to_string() };
    parts.audit.record_from(tx, from, &Actor::Staff(staff.to_string()), &event).await?;
    Ok(true)
}
