//! Candidates: registration, sign-in, sessions and profile.

pub mod hashing;
pub mod model;
pub mod sessions;
pub mod store;

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::SharedClock;
use shared::db::{Db, DbError, Tx};
use shared::entropy::SharedEntropy;
use tower_cookies::Cookies;

pub use self::model::{AccountClaims, AccountId, Province};
pub use self::sessions::{CurrentSession, EndReason, Session, SessionId, SessionPolicy};

use crate::audit::{Actor, Audit, Event};
use crate::web::Sealer;

/// Accounts and sessions. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Parts>);

/// What [`Accounts`] is made of.
pub struct Parts {
    /// Where everything is kept.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The key ring.
    pub sealer: Arc<dyn Sealer>,
    /// The record of what was done.
    pub audit: Audit,
    /// How long sessions last.
    pub sessions: SessionPolicy,
}

impl Accounts {
    /// The slice's service, put together by the application.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The session of the browser with these cookies. Its use is written down once a minute at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn session(&self, cookies: &Cookies) -> Result<Option<Session>, DbError> {
        let Some(hash) = sessions::cookie::token_hash(cookies) else {
            return Ok(None);
        };
        let now = self.0.clock.now();
        let found =
            self.0.db.read(move |tx| async move { sessions::store::find(tx, &hash, now).await }.boxed()).await?;
        if let Some(session) = &found
            && session.is_worth_touching(now)
        {
            let id = session.id;
            self.0.db.write(move |tx| async move { sessions::store::touch(tx, id, now).await }.boxed()).await?;
        }
        Ok(found)
    }

    /// Ends a session within the caller's transaction and records it; whether it had not ended before.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_session(&self, tx: &mut Tx, id: SessionId, reason: EndReason) -> Result<bool, DbError> {
        let Some(account) = sessions::store::end(tx, id, self.0.clock.now(), reason).await? else {
            return Ok(false);
        };
        let actor = Actor::Account(account.to_string());
        let event =
            Event::SessionEnded { account: account.to_string(), session: id.to_string(), reason: reason.code() };
        self.0.audit.record(tx, &actor, &event).await?;
        Ok(true)
    }
}
