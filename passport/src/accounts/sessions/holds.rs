//! Until when a page holds that somebody signed in is shown, and more time for who asks.
//!
//! The moment stands on the page as words, true when it was drawn. A script counts down in the last minutes and asks here
//! for more, so that whoever reads a long page without sending anything need not send it.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::page::{Holds, Page};

use super::{Stay, Term, store};
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Posted, moment, paths};

/// What a page says of a session's term.
pub fn told(page: &Page, term: &Term, now: Timestamp) -> Holds {
    let at = moment::until(page.lang, term.until(), now);
    // No use carries a session over its absolute limit: then there is no more time to ask for.
    let can_grow = term.idle_at < term.expires_at;
    let key = if can_grow { "common-holds-idle" } else { "common-holds-end" };
    Holds {
        text: page.tw(key, [("at", at.as_str())]),
        seconds: (term.until().millis() - now.millis()).max(0) / 1_000,
        more: can_grow.then(|| paths::SESSION_MORE.to_owned()),
        clears: term.stay == Stay::Public,
    }
}

/// The form of the script: nothing but its token.
#[derive(Debug, Deserialize)]
pub struct MoreForm {}

/// What the script reads.
#[derive(Serialize)]
struct More {
    text: String,
    seconds: i64,
}

/// POST: counts as a use of the session, and says until when it holds now; 401 where there is none any more.
pub async fn more(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<MoreForm>,
) -> Result<Response, Trouble> {
    let Some(session) = visit.take_session()?.filter(|_| posted.fresh) else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    let now = accounts.parts().clock.now();
    let (id, from) = (session.id, visit.caller.network);
    accounts.parts().db.write(move |tx| async move { store::touch(tx, id, now, from).await }.boxed()).await?;
    let Holds { text, seconds, .. } = told(&visit.page, &session.term.used_at(now), now);
    Ok(Json(More { text, seconds }).into_response())
}
