//! Showing once more who one is, before what is sensitive: a fresh sign-in, with the best that the account has.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};

use super::Enrolled;
use crate::accounts::assurance::Acr;
use crate::accounts::{Accounts, Session, Trouble, Visit};
use crate::web::{ReturnTo, paths, return_to};

/// How long a sign-in is fresh.
pub const FRESH: Duration = Duration::from_secs(5 * 60);

/// What has to be shown of an account that has these.
const fn needed(enrolled: Enrolled) -> Acr {
    if enrolled.any() { Acr::Two } else { Acr::One }
}

impl Accounts {
    /// The session of a visit that changes what protects the account, or where the browser has to go first; from there
    /// it comes back to `path`.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn fresh_session(
        &self,
        visit: &mut Visit,
        path: &str,
    ) -> Result<Result<Session, Response>, Trouble> {
        let Some(session) = visit.take_session()? else {
            return Ok(Err(self.ask_to_sign_in(path, "sign-in-first")));
        };
        Ok(self.step_up(&session, path).await?.map_or(Ok(session), Err))
    }

    /// Like [`Self::step_up`], where the password is asked for on the page itself: it is enough only for an account that
    /// has nothing else.
    ///
    /// # Errors
    /// The database.
    pub async fn step_up_where_enrolled(&self, session: &Session, path: &str) -> Result<Option<Response>, Trouble> {
        if self.enrolled(session.account).await?.any() { self.step_up(session, path).await } else { Ok(None) }
    }

    /// To the sign-in page and from there back to `path`, unless this session's owner has just signed in.
    ///
    /// # Errors
    /// The database.
    pub async fn step_up(&self, session: &Session, path: &str) -> Result<Option<Response>, Trouble> {
        let needed = needed(self.enrolled(session.account).await?);
        let now = self.parts().clock.now();
        if session.acr >= needed && now.since(session.auth_time) < FRESH {
            return Ok(None);
        }
        let (login_hint, _) = self.names(session.account).await?;
        let way = ReturnTo { acr: Some(needed.uri().to_owned()), login_hint, ..ReturnTo::local(path, now) };
        let link = return_to::link(paths::SIGN_IN, Some(&self.parts().web.return_to().seal(&way)));
        Ok(Some(Redirect::to(&format!("{link}&notice=once-more")).into_response()))
    }
}
