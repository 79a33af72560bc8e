//! Candidates: registration, sign-in, sessions and profile.

pub mod activity;
pub mod admin;
pub mod agreements;
pub mod alarm;
pub mod appeals;
pub mod assurance;
pub mod captcha;
mod challenge;
pub mod closure;
pub mod contact;
pub mod copy;
pub mod devices;
pub mod factors;
mod fields;
pub mod find_account;
pub mod glance;
pub mod guardian;
pub mod guessable;
pub mod hashing;
mod link_page;
pub mod login;
pub mod model;
pub mod password;
pub mod profile;
mod progress;
pub mod proof;
pub mod province;
pub mod recovery;
pub mod register;
pub mod rehash;
pub mod sessions;
pub mod side;
pub mod sign_out;
pub mod stand_ins;
pub mod store;
mod trouble;
mod view;
pub mod visit;
pub mod whence;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prometheus_client::metrics::counter::Counter;
use shared::clock::SharedClock;
use shared::db::{Db, DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::http::CallerNetwork;
use shared::telemetry::Counts;
use tower_cookies::Cookies;

pub use self::model::{AccountClaims, AccountId, Province};
pub use self::sessions::{
    CurrentSession, EndReason, Ended, Ending, Farewell, Session, SessionId, SessionPolicies, SessionPolicy, Sites,
};
pub use self::trouble::{Stop, Trouble};
pub use self::view::{Notice, Way};
pub use self::visit::Visit;

use self::assurance::Acr;
use self::captcha::Captchas;
use self::factors::passkeys::Passkeys;
use self::hashing::Hasher;
use self::model::{Account, IdDocument};
use crate::audit::{Actor, Audit, Event};
use crate::config::{CaptchaPolicy, PasswordProfile};
use crate::delivery::Outbox;
use crate::keys::store::SealedColumn;
use crate::limits::Limits;
use crate::places::Places;
use crate::web::{KeyUse, Lookup, Sealer, Web};

/// Where accounts have something that is sealed, to be sealed anew when the keys that seal are changed.
pub const SEALED: [SealedColumn; 5] = [
    store::SEALED_NUMBERS,
    factors::authenticator::store::SEALED_SECRETS,
    appeals::SEALED_FILES,
    appeals::SEALED_PHOTOS,
    guardian::store::SEALED_GUARDIANS,
];

/// What numbers of documents are sealed and hashed for.
const DOCUMENT_PURPOSE: KeyUse = KeyUse::IdDocument;

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
    /// Messages to people.
    pub outbox: Outbox,
    /// How often something may be tried.
    pub limits: Limits,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// What pages and forms share.
    pub web: Web,
    /// How long sessions last.
    pub sessions: SessionPolicies,
    /// How long the holder of a number is waited for that somebody else has now.
    pub number_wait: Duration,
    /// How long appeals take, and are kept.
    pub appeals: appeals::Policy,
    /// Reads the photos of documents.
    pub photos: appeals::Photos,
    /// Tells sites of sessions that end.
    pub farewell: Arc<dyn Farewell>,
    /// Knows where networks are.
    pub places: Places,
    /// Knows the sites that sessions entered.
    pub sites: Arc<dyn Sites>,
    /// Asks the sites that take registrations.
    pub registrations: Arc<dyn closure::Registrations>,
    /// Knows which organisations an account decides in.
    pub organisations: Arc<dyn closure::Organisations>,
    /// The relying party of passkeys.
    pub passkeys: Passkeys,
    /// Makes and checks captchas.
    pub captchas: Captchas,
    /// When a captcha is asked for.
    pub captcha: CaptchaPolicy,
    /// After how many failures the adaptive policy asks.
    pub captcha_after: u32,
    /// Which passwords may be chosen.
    pub password_profile: PasswordProfile,
    /// Whether the operator's policy allows SMS as a second step.
    pub sms_step: bool,
    /// The least context class that a sign-in has to reach.
    pub least: Acr,
    /// What is counted of signing in.
    pub sign_ins: Counts<2>,
}

impl Accounts {
    /// The slice's service, put together by the application.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    /// What was tried at signing in, by way and outcome.
    pub fn tried_sign_ins(&self) -> &Counts<2> {
        &self.0.sign_ins
    }

    /// How many passwords wait to be hashed, and how many were turned away.
    pub fn password_queue(&self) -> hashing::Queue {
        self.0.hasher.queue()
    }

    /// The count of those that were turned away.
    pub fn passwords_turned_away(&self) -> Counter {
        self.0.hasher.turned_away()
    }

    /// Where messages are written.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Runs an operation in one transaction. It may be run again, so it gets its own copy of everything.
    async fn write<A, R, F>(&self, args: A, op: F) -> Result<R, DbError>
    where
        A: Clone + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> Fn(Self, A, &'t mut Tx) -> BoxFuture<'t, Result<R, DbError>> + Send + Sync + 'static,
    {
        let accounts = self.clone();
        self.0.db.write(move |tx| op(accounts.clone(), args.clone(), tx)).await
    }

    /// The hashes by which rows about a document are found.
    fn document_hashes(&self, document: &IdDocument) -> Lookup {
        self.0.sealer.lookup(DOCUMENT_PURPOSE, document.lookup_key().as_bytes())
    }

    /// Opens the way that a page carries along.
    pub fn way(&self, sealed: Option<&str>) -> Way {
        Way::open(&self.0.web.return_to(), sealed, self.0.least)
    }

    /// An account as its owner sees it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, DbError> {
        let accounts = self.clone();
        self.0
            .db
            .read(move |tx| {
                let accounts = accounts.clone();
                async move {
                    let open = |sealed: &[u8]| accounts.0.sealer.open(DOCUMENT_PURPOSE, sealed);
                    store::account(tx, id, &open).await
                }
                .boxed()
            })
            .await
    }

    /// The session of the browser with these cookies, which is used from that network. Its use is written down once a
    /// minute at most.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn session(&self, cookies: &Cookies, from: CallerNetwork) -> Result<Option<Session>, DbError> {
        let Some(hash) = sessions::cookie::token_hash(cookies) else {
            return Ok(None);
        };
        let now = self.0.clock.now();
        let mut found = sessions::store::look_up(&self.0.db, &hash, now).await?;
        if let Some(session) = &mut found
            && session.is_worth_touching(now)
        {
            let id = session.id;
            self.0.db.write(move |tx| async move { sessions::store::touch(tx, id, now, from).await }.boxed()).await?;
            session.term = session.term.used_at(now);
        }
        Ok(found)
    }

    /// Whether a session may do more than add what it lacks: where everybody needs a second factor, one without does not.
    pub fn suffices(&self, session: &Session) -> bool {
        session.acr >= self.0.least
    }

    /// Ends a session within the caller's transaction, records it, and has those told who have to know; `None` if it
    /// had ended before.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_session(
        &self,
        tx: &mut Tx,
        id: SessionId,
        ending: impl Into<Ending<'_>>,
    ) -> Result<Option<Ended>, DbError> {
        let Ending { reason, from, by } = ending.into();
        let Some(account) = sessions::store::end(tx, id, self.0.clock.now(), reason).await? else {
            return Ok(None);
        };
        let actor = match reason {
            EndReason::Locked | EndReason::KeyCompromised | EndReason::Restored | EndReason::Staff => Actor::Operator,
            EndReason::Replaced(by) => Actor::Account(by.to_string()),
            EndReason::Closed | EndReason::TimedOut => Actor::System,
            EndReason::Frozen | EndReason::Reported | EndReason::Guardian => Actor::Visitor,
            EndReason::SignedOut
            | EndReason::PasswordChanged
            | EndReason::PasswordReset
            | EndReason::EndedFromList
            | EndReason::OthersEnded => Actor::Account(account.to_string()),
        };
        let event =
            Event::SessionEnded { account: account.to_string(), session: id.to_string(), reason: reason.code().into() };
        self.0.audit.record_from(tx, from, by.unwrap_or(&actor), &event).await?;
        let by_page = self.0.farewell.tell(tx, id, account).await?;
        Ok(Some(Ended { session: id, account, by_page }))
    }
}

#[cfg(test)]
mod tests;
