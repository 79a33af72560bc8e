//! 登录与设备: where a person is signed in, and how to end what they do not know.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::{Destination, Page};

use super::end::Which;
use super::{Listed, Session, SessionId, SessionPolicy, Stay, store};
use crate::accounts::view::span;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Notice, Stop, Trouble, Visit, whence};
use crate::places::Source;
use crate::web::{Posted, moment, paths};

/// More sessions than this are not listed; they can be ended all the same.
const MOST: i64 = 100;

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
    limits: String,
    source: Option<Source>,
}

/// A session on the page.
struct SessionView {
    id: String,
    symbol: &'static str,
    device: String,
    /// When it began and was last used, and from where.
    facts: Vec<String>,
    here: bool,
    /// What its owner said of the computer, where it is told.
    stay: Option<(&'static str, String)>,
    sites: Vec<Destination>,
}

/// GET: the list, this browser's session first.
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
    let listed = accounts
        .parts()
        .db
        .read(move |tx| async move { store::listed(tx, account, now, MOST + 1).await }.boxed())
        .await?;
    let entered = accounts.parts().sites.entered(account, page.lang).await?;
    let more = i64::try_from(listed.len()).is_ok_and(|count| count > MOST);
    let placed = |listed: Listed| {
        let network = listed.network.map(|network| whence::network(&accounts, page.lang, &network));
        Listed { network, ..listed }
    };
    let mut sessions: Vec<SessionView> =
        listed.into_iter().map(|listed| view(&page, &session, placed(listed), &entered, now)).collect();
    sessions.sort_by_key(|view| !view.here);
    let shown = SessionsPage {
        notice: Notice::of_code(&page, query.notice.as_deref()),
        account: account.to_string(),
        others: sessions.iter().filter(|view| !view.here).count(),
        more,
        sessions,
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

fn view(
    page: &Page,
    here: &Session,
    listed: Listed,
    entered: &[(SessionId, Destination)],
    now: Timestamp,
) -> SessionView {
    SessionView {
        id: listed.id.to_string(),
        symbol: whence::symbol(listed.device),
        device: whence::device(page, listed.device),
        facts: facts(page, &listed, now),
        here: listed.id == here.id,
        stay: match listed.stay {
            Stay::Browser => None,
            Stay::Remembered => Some(("quiet", page.t("sessions-remembered"))),
            Stay::Public => Some(("warn", page.t("sessions-public"))),
        },
        sites: entered.iter().filter(|(id, _)| *id == listed.id).map(|(_, site)| site.clone()).collect(),
    }
}

fn facts(page: &Page, listed: &Listed, now: Timestamp) -> Vec<String> {
    let (began, seen) = [listed.created_at, listed.last_seen_at].map(|at| moment::past(page.lang, at, now)).into();
    let mut facts = vec![page.tw("sessions-began", [("at", began.as_str())])];
    facts.extend(listed.network.as_ref().map(|from| page.tw("sessions-network", [("from", from.as_str())])));
    facts.push(page.tw("sessions-seen", [("at", seen.as_str())]));
    facts
}

/// When one has to sign in again, in words.
fn limits(page: &Page, policy: SessionPolicy) -> String {
    let (idle, whole) = (span(page, policy.idle), span(page, policy.absolute));
    page.tw("sessions-limits", [("idle", idle.as_str()), ("whole", whole.as_str())])
}
