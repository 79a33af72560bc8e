//! The OpenID provider: discovery, authorization, tokens, user information, logout and security events.
//!
//! A person's way: [`authorize`] checks the request and decides what has to happen before a code may be given;
//! sign-in, province and [`consent`] come back to it. A client's way: [`token`] authenticates the client
//! ([`client_auth`]) and hands the request to one of the grants, which [`grant_engine`] judges and [`store`] keeps.

pub mod access_token;
pub mod audience;
pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod client_keys;
pub mod code;
pub mod confirmation;
pub mod consent;
pub mod cors;
pub mod direct;
pub mod discovery;
pub mod document;
pub mod dpop;
pub mod entered;
pub mod error;
pub mod failure;
pub mod grant_engine;
pub mod handle;
pub mod id_token;
pub mod introspect;
pub mod jwks;
pub mod key_news;
pub mod lifetimes;
pub mod logout;
mod messenger;
pub mod mtls;
pub mod named_claims;
pub mod once;
pub mod par;
pub mod params;
#[cfg(test)]
mod properties;
pub mod refusals;
pub mod register;
pub mod registrations;
pub mod resource;
pub mod revoke;
pub mod rules;
pub mod scope;
pub mod session_state;
pub mod signals;
pub mod store;
pub mod subject;
pub mod token;
pub mod userinfo;
mod visit;

#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::SharedClock;
use shared::db::{Db, DbError};
use shared::entropy::SharedEntropy;
use shared::secret::SecretString;
use shared::telemetry::Counts;

use self::authorize::interaction::Began;
use self::authorize::reference;
use self::document::Document;
use self::handle::GrantId;
pub use self::lifetimes::Lifetimes;
use self::mtls::Mtls;
use self::mtls::authorities::Authorities;
use self::refusals::Refusals;
use crate::accounts::Accounts;
use crate::audit::Audit;
use crate::clients::Clients;
use crate::egress::Egress;
use crate::keys::Keys;
use crate::limits::{Limits, Quotas};
use crate::web::{Pages, Web};

/// How long a pushed request is kept after its end: whoever began with it may come back to it.
pub const KEEP_PUSHED: Duration = Began::LIFETIME;

/// What the provider is made of.
pub struct Parts {
    /// The issuer identifier, without a slash at the end (OIDC Discovery §4.1).
    pub issuer: String,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Whether every DPoP proof must hold a nonce, and not only those of the profile `fapi2`.
    pub dpop_nonce: bool,
    /// Where certificates of clients are taken, and whose; none: nowhere.
    pub mtls: Option<Mtls>,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The signing keys.
    pub keys: Keys,
    /// The registry of clients.
    pub clients: Clients,
    /// Who may register clients without an operator.
    pub registration: register::Policy,
    /// The secret by which a portal registers sites here, if this is a sandbox.
    pub portal_token: Option<SecretString>,
    /// How often something may be tried.
    pub limits: Limits,
    /// How much each client may ask for.
    pub quotas: Quotas,
    /// Calls to addresses that clients registered.
    pub egress: Egress,
    /// The audit record.
    pub audit: Audit,
    /// Candidates and their sessions.
    pub accounts: Accounts,
    /// The shared parts of pages.
    pub web: Web,
    /// Texts and the frame of pages.
    pub pages: Pages,
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct Oidc(Arc<Inner>);

struct Inner {
    issuer: Arc<str>,
    lifetimes: Lifetimes,
    dpop_nonce: bool,
    mtls: Option<Mtls>,
    db: Db,
    clock: SharedClock,
    entropy: SharedEntropy,
    keys: Keys,
    clients: Clients,
    registration: register::Policy,
    portal_token: Option<SecretString>,
    limits: Limits,
    quotas: Quotas,
    egress: Egress,
    client_keys: client_keys::Copies,
    request_objects: reference::Copies,
    audit: Audit,
    accounts: Accounts,
    web: Web,
    pages: Pages,
    metadata: Document,
    signals_metadata: Document,
    jwks_cache: String,
    tokens: Counts<2>,
    refusals: Refusals,
}

/// The issuer cannot be one.
#[derive(Debug, thiserror::Error)]
#[error("the issuer is no URL: {0}")]
pub struct IssuerError(#[from] url::ParseError);

impl Oidc {
    /// A provider made of these parts. Its metadata is written once, here.
    ///
    /// # Errors
    /// The issuer is no URL.
    pub fn new(parts: Parts) -> Result<Self, IssuerError> {
        let metadata = discovery::document(&parts.issuer, parts.registration, parts.mtls.as_ref())?;
        let signals_metadata = signals::metadata::document(&parts.issuer);
        Ok(Self(Arc::new(Inner {
            issuer: parts.issuer.into(),
            jwks_cache: format!("public, max-age={}", parts.lifetimes.jwks.as_secs()),
            lifetimes: parts.lifetimes,
            dpop_nonce: parts.dpop_nonce,
            mtls: parts.mtls,
            db: parts.db,
            clock: parts.clock,
            entropy: parts.entropy,
            keys: parts.keys,
            clients: parts.clients,
            registration: parts.registration,
            portal_token: parts.portal_token,
            limits: parts.limits,
            quotas: parts.quotas,
            egress: parts.egress,
            client_keys: client_keys::Copies::default(),
            request_objects: reference::Copies::default(),
            audit: parts.audit,
            accounts: parts.accounts,
            web: parts.web,
            pages: parts.pages,
            metadata,
            signals_metadata,
            tokens: token::counts::none(),
            refusals: Refusals::default(),
        })))
    }

    /// What was asked of the token endpoint, by grant and outcome.
    pub fn tokens(&self) -> &Counts<2> {
        &self.0.tokens
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> Arc<str> {
        Arc::clone(&self.0.issuer)
    }

    /// Which requests were refused, by client and rule, as far as this node saw it since it last wrote that down.
    pub fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// Writes down what was refused.
    ///
    /// # Errors
    /// See [`DbError`]; what was not written is kept for the next time.
    pub async fn write_refusals(&self) -> Result<(), DbError> {
        self.0.refusals.write(&self.0.db).await
    }

    /// The authorities whose certificates authenticate clients, if any do.
    pub fn authorities(&self) -> Option<Authorities> {
        self.0.mtls.as_ref()?.authorities.clone()
    }

    /// Removes one batch of the authorizations after `after` that are over. Where to go on with the next call; `None`:
    /// from the beginning.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn sweep(&self, after: Option<GrantId>) -> Result<Option<GrantId>, DbError> {
        let now = self.0.clock.now();
        let retries_before = now - self.0.lifetimes.refresh_retry;
        self.0
            .db
            .write(move |tx| async move { store::sweep::grants(tx, after, now, retries_before).await }.boxed())
            .await
    }
}
