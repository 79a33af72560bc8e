//! Showing once more who one is, before what is sensitive: a fresh sign-in, with the best that the account has.

use std::time::Duration;

use shared::clock::Timestamp;

use super::Enrolled;
use crate::accounts::assurance::Acr;
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{ReturnTo, paths, return_to};

/// How long a sign-in is fresh.
pub const FRESH: Duration = Duration::from_secs(5 * 60);

/// What has to be shown of an account that has these: two steps wherever there are two. Codes by SMS are the second of
/// two, and rank with the password alone.
const fn needed(enrolled: Enrolled) -> (Acr, Steps) {
    match enrolled {
        Enrolled { sms: true, .. } => (Acr::One, Steps::Two),
        _ if enrolled.any() => (Acr::Two, Steps::Two),
        _ => (Acr::One, Steps::One),
    }
}

/// How many steps a sign-in is to have had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    One,
    Two,
}

/// Whether the session's owner has just signed in, with as much.
fn is_fresh(session: &Session, (acr, steps): (Acr, Steps), now: Timestamp) -> bool {
    session.acr >= acr && (steps == Steps::One || session.took_two_steps()) && now.since(session.auth_time) < FRESH
}

impl Accounts {
    /// The session of a visit that changes what protects the account, or where the browser has to go first; from there
    /// it comes back to `path`.
    ///
    /// # Errors
    /// Where nobody has just signed in, the way there; the database.
    pub async fn fresh_session(&self, visit: &mut Visit, path: &str) -> Result<Session, Stop> {
        let session = self.signed_in(visit, path)?;
        self.step_up(&session, path).await?;
        Ok(session)
    }

    /// The same for a form that was sent: what was typed waits at the address that `waiting` gives.
    ///
    /// # Errors
    /// As [`Self::fresh_session`].
    pub async fn fresh_session_or(
        &self,
        visit: &mut Visit,
        waiting: impl FnOnce(&Visit) -> String + Send,
    ) -> Result<Session, Stop> {
        let Some(session) = visit.take_session()? else { return Err(self.away(&waiting(visit))) };
        if !self.is_fresh(&session).await? {
            self.step_up(&session, &waiting(visit)).await?;
        }
        Ok(session)
    }

    /// Like [`Self::step_up`], where the password is asked for on the page itself: it is enough only for an account that
    /// has nothing else.
    ///
    /// # Errors
    /// As [`Self::step_up`].
    pub async fn step_up_where_enrolled(&self, session: &Session, path: &str) -> Result<(), Stop> {
        if self.enrolled(session.account).await?.any() { self.step_up(session, path).await } else { Ok(()) }
    }

    /// Whether this session's owner has just signed in, with as much as the account has.
    ///
    /// # Errors
    /// The database.
    pub async fn is_fresh(&self, session: &Session) -> Result<bool, Trouble> {
        let needed = needed(self.enrolled(session.account).await?);
        Ok(is_fresh(session, needed, self.parts().clock.now()))
    }

    /// Nothing, if this session's owner has just signed in.
    ///
    /// # Errors
    /// Else the way to the sign-in page and from there back to `path`; the database.
    pub async fn step_up(&self, session: &Session, path: &str) -> Result<(), Stop> {
        self.step_up_by(needed(self.enrolled(session.account).await?), session, path).await
    }

    /// Nothing, if this session's owner has just signed in with as much as is needed.
    ///
    /// # Errors
    /// As [`Self::step_up`].
    pub async fn step_up_to(&self, needed: Acr, session: &Session, path: &str) -> Result<(), Stop> {
        self.step_up_by((needed, Steps::One), session, path).await
    }

    async fn step_up_by(&self, needed: (Acr, Steps), session: &Session, path: &str) -> Result<(), Stop> {
        let now = self.parts().clock.now();
        if is_fresh(session, needed, now) {
            return Ok(());
        }
        let (login_hint, _) = self.names(session.account).await?;
        let way = ReturnTo { acr: Some(needed.0.uri().to_owned()), login_hint, ..ReturnTo::local(path, now) };
        let link = return_to::link(paths::SIGN_IN, Some(&self.parts().web.return_to().seal(&way)));
        Err(Stop::First(format!("{link}&notice=once-more")))
    }
}
