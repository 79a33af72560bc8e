//! 登录与设备: where a person is signed in, and how to end what they do not know.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::page::Page;

use super::end::Which;
use super::familiar::SETTLED;
use super::list::{MOST_PAST, SignIns};
use super::view::{PastView, SessionView, Viewer};
use super::{PAST_SHOWN, SessionPolicy};
use crate::accounts::view::span;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Notice, Stop, Trouble, Visit};
use crate::places::Source;
use crate::web::{Posted, paths};

/// What the button sends that ends all sessions but this.
const OTHERS: &str = "others";

/// What the buttons send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SessionsForm {
    /// Whose sessions the page showed: somebody else may have signed in since.
    account: String,
    /// The one to end, or [`OTHERS`].
    session: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    page: Page,
    notice: Option<Notice>,
    account: String,
    sessions: Vec<SessionView>,
    /// How many there are beside this one.
    others: usize,
    /// Whether there are more than are shown.
    more: bool,
    /// What it means that one is called new, where one is.
    new: Option<String>,
    limits: String,
    past: Vec<PastView>,
    /// Which of those are listed.
    past_which: String,
    source: Option<Source>,
}

/// GET: the list, this browser's session first, and those that are over.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::SESSIONS, "sign-in-first"));
    };
    let (account, now) = (session.account, accounts.parts().clock.now());
    accounts.greet(&mut visit.page, account).await?;
    let page = visit.page;
    let SignIns { live, more, past } = accounts.sign_ins(account, now).await?;
    let entered = accounts.parts().sites.entered(account, page.lang).await?;
    let viewer = Viewer { accounts: &accounts, page: &page, here: session.id, now };
    let new = live.iter().any(|live| live.new.is_some());
    let mut sessions: Vec<SessionView> = live.iter().map(|live| viewer.live(live, &entered)).collect();
    sessions.sort_by_key(|view| !view.here);
    let shown = SessionsPage {
        notice: Notice::of_code(&page, query.notice.as_deref()),
        account: account.to_string(),
        others: sessions.iter().filter(|view| !view.here).count(),
        more,
        sessions,
        new: new.then(|| page.tw("sessions-new-means", [("span", span(&page, SETTLED).as_str())])),
        past: past.iter().map(|past| viewer.past(past)).collect(),
        past_which: past_which(&page),
        limits: limits(&page, accounts.parts().sessions.of(session.term.stay)),
        source: accounts.parts().places.source(),
        page,
    };
    Ok(shown.into_response())
}

/// POST: ends one, or all but this, for who has just signed in. A second time the answer says that it had ended.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<SessionsForm>,
) -> Result<Response, Stop> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::SESSIONS, "sign-in-first"));
    };
    let SessionsForm { account, session: chosen } = posted.form;
    if account != session.account.to_string() {
        return Ok(to_the_list("sessions-other-account"));
    }
    if !posted.fresh {
        return Ok(to_the_list("again"));
    }
    let which = match (chosen.as_str(), chosen.parse()) {
        (OTHERS, _) => Which::Others,
        (_, Ok(id)) if id == session.id => return Ok(Redirect::to(paths::SIGN_OUT).into_response()),
        (_, Ok(id)) => Which::One(id),
        (_, Err(_)) => return Ok(to_the_list("session-gone")),
    };
    // A thief of this session could keep its owner out of the others. Who is in haste has a link for that in every notice,
    // which asks for nothing.
    accounts.step_up(&session, paths::SESSIONS).await?;
    let ended = accounts.end_others_of(&session, which, visit.caller).await?;
    Ok(to_the_list(match which {
        _ if ended == 0 => "session-gone",
        Which::One(_) => "session-ended",
        Which::Others => "others-ended",
    }))
}

fn to_the_list(notice: &str) -> Response {
    Redirect::to(&format!("{}?notice={notice}", paths::SESSIONS)).into_response()
}

/// When one has to sign in again, in words.
fn limits(page: &Page, policy: SessionPolicy) -> String {
    let (idle, whole) = (span(page, policy.idle), span(page, policy.absolute));
    page.tw("sessions-limits", [("idle", idle.as_str()), ("whole", whole.as_str())])
}

/// Which of those that are over are listed, in words.
fn past_which(page: &Page) -> String {
    let most = MOST_PAST.to_string();
    page.tw("sessions-past-which", [("span", span(page, PAST_SHOWN).as_str()), ("most", most.as_str())])
}
