//! Requests that were refused, for the owner of the client: how often which rule was broken, when first and last, and one
//! example without anything personal in it.
//!
//! A request writes nothing. Each node counts in memory, in a bounded number of slots ([`slots`]), and adds what it counted
//! to the rows of the day from time to time; a node that is killed forgets what it had not written. Anybody can write a
//! client's id into a request, so what no client has proven is counted apart, in fewer slots, and what names no client that
//! is registered is not kept at all.

mod example;
pub mod report;
mod slots;
pub mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::response::Response;
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError};
use shared::telemetry::Counts;

use self::slots::Slots;
pub use self::slots::{OF_ONE, Row, TOTAL};
use super::direct::{self, respond};
use super::error::ProtocolError;
use super::failure::Failure;
use super::mtls::Sender;
use super::params::Params;
use super::rules::Rule;
use super::{Oidc, client_auth};
use crate::clients::Client;

/// How long a day's counts are kept.
pub const KEPT: Duration = Duration::from_secs(30 * DAY.unsigned_abs());

/// Seconds of a day. Days are those of UTC.
pub const DAY: i64 = 24 * 60 * 60;

/// How many rows are written in one transaction.
const BATCH: usize = 100;

/// Where a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The pushed authorization request endpoint.
    Par,
    /// The token endpoint.
    Token,
    /// User information.
    UserInfo,
    /// Introspection.
    Introspect,
    /// Revocation.
    Revoke,
    /// The registration of a client.
    Registration,
    /// Signing out.
    Logout,
}

/// A request of a registered client that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'r> {
    /// The client that it names.
    pub client: &'r Client,
    /// Whether it was that client: it authenticated, or signed the request. A public client proves nothing.
    pub proven: bool,
    /// What it broke.
    pub rule: Rule,
    /// Where.
    pub endpoint: Endpoint,
    /// Its parameters.
    pub params: &'r Params,
}

impl<'r> Refused<'r> {
    /// One that anybody may have sent.
    pub const fn unproven(client: &'r Client, rule: Rule, endpoint: Endpoint, params: &'r Params) -> Self {
        Self { client, proven: false, rule, endpoint, params }
    }
}

/// What this node counted. Cheap to clone.
#[derive(Clone)]
pub struct Refusals(Arc<Inner>);

struct Inner {
    slots: Mutex<Slots>,
    by_rule: Counts<1>,
    not_kept: Counts<1>,
}

const PROVEN: &str = "proven";
const UNPROVEN: &str = "unproven";

const fn word(proven: bool) -> &'static str {
    if proven { PROVEN } else { UNPROVEN }
}

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Inner {
            slots: Mutex::default(),
            by_rule: Counts::new(Rule::ALL.iter().map(|rule| [("rule", rule.name())])),
            not_kept: Counts::new([PROVEN, UNPROVEN].map(|client| [("client", client)])),
        }))
    }
}

impl Refusals {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests were refused, by rule.
    pub fn by_rule(&self) -> &Counts<1> {
        &self.0.by_rule
    }

    /// How many of them found no slot.
    pub fn not_kept(&self) -> &Counts<1> {
        &self.0.not_kept
    }

    /// Counts one that names no client.
    pub fn count(&self, rule: Rule) {
        self.0.by_rule.add([("rule", rule.name())]);
    }

    /// Counts one.
    pub fn note(&self, refused: Refused<'_>, at: Timestamp) {
        self.count(refused.rule);
        let example = || example::of(refused.endpoint, refused.params, refused.client);
        let kept = self.slots().note(refused.client.id.as_str(), (refused.rule, refused.proven), at, example);
        if !kept {
            self.0.not_kept.add([("client", word(refused.proven))]);
        }
    }

    /// How many slots are taken.
    pub fn held(&self) -> usize {
        self.slots().held()
    }

    /// Adds what was counted to what is stored.
    ///
    /// # Errors
    /// See [`DbError`]; what was not written is kept for the next time.
    pub async fn write(&self, db: &Db) -> Result<(), DbError> {
        let rows = self.slots().take();
        let mut batches = rows.chunks(BATCH).map(Arc::<[Row]>::from);
        while let Some(batch) = batches.next() {
            let writing = Arc::clone(&batch);
            let written = db.write(move |tx| {
                let writing = Arc::clone(&writing);
                async move { store::add(tx, &writing).await }.boxed()
            });
            if let Err(error) = written.await {
                let left = std::iter::once(batch).chain(batches);
                left.for_each(|batch| batch.iter().for_each(|row| self.slots().put_back(row)));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// A request of a program on its way: which client it turned out to be of.
pub struct Attempt {
    endpoint: Endpoint,
    client: Option<Arc<Client>>,
    proven: bool,
}

impl Attempt {
    /// One of which nothing is known yet.
    pub const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint, client: None, proven: false }
    }

    /// It says that it is of that client.
    pub(super) fn names(&mut self, client: &Arc<Client>) {
        self.client = Some(Arc::clone(client));
    }

    /// And it is.
    pub(super) fn prove(&mut self) {
        self.proven = self.client.as_ref().is_some_and(|client| !client.is_public());
    }

    /// The answer to it, which is counted.
    pub(super) async fn refuse(self, oidc: &Oidc, sender: Sender<'_>, body: &[u8], failure: &Failure) -> Response {
        if let Some(rule) = rule(failure) {
            let params = direct::form(sender.headers, body).unwrap_or_default();
            let client = match self.client {
                Some(client) => Some(client),
                None => named(oidc, sender, &params).await,
            };
            match &client {
                Some(client) => {
                    let (proven, endpoint) = (self.proven, self.endpoint);
                    let refused = Refused { client, proven, rule, endpoint, params: &params };
                    oidc.0.refusals.note(refused, oidc.0.clock.now());
                }
                None => oidc.0.refusals.count(rule),
            }
        }
        respond::error(failure, &oidc.0.issuer)
    }
}

/// The client that a request names which was refused before anybody looked.
async fn named(oidc: &Oidc, sender: Sender<'_>, params: &Params) -> Option<Arc<Client>> {
    let id = client_auth::named(sender.headers, params);
    let id = id.or_else(|| params.get("client_id").map(str::to_owned))?;
    oidc.0.clients.find(&id).await.ok().flatten()
}

/// The rule that was broken; none where the fault is ours.
fn rule(failure: &Failure) -> Option<Rule> {
    match failure {
        Failure::Protocol(error) => Some(error.rule()),
        Failure::Spent(_) => Some(Rule::TooManyRequests),
        Failure::Db(_) | Failure::Keys(_) => None,
    }
}

/// Counts an answer that sends the browser back with an error, to a request that came by it.
pub(super) fn note_answer(oidc: &Oidc, client: &Client, error: &ProtocolError, query: &str) {
    let params = Params::parse(query.as_bytes()).unwrap_or_default();
    let refused = Refused::unproven(client, error.rule(), Endpoint::Authorize, &params);
    oidc.0.refusals.note(refused, oidc.0.clock.now());
}

/// Counts a refusal of a token of that client.
pub(super) fn note_token(oidc: &Oidc, client: &Client, failure: &Failure) {
    let Some(rule) = rule(failure) else { return };
    let (proven, params) = (!client.is_public(), Params::default());
    let refused = Refused { client, proven, rule, endpoint: Endpoint::UserInfo, params: &params };
    oidc.0.refusals.note(refused, oidc.0.clock.now());
}

/// Counts a refusal of a request that names nobody.
pub(super) fn note_of_nobody(oidc: &Oidc, failure: &Failure) {
    if let Some(rule) = rule(failure) {
        oidc.0.refusals.count(rule);
    }
}

/// Counts a refusal at the registration: of a client whose token has proven it, or of nobody.
pub(super) fn note_registration(oidc: &Oidc, client: Option<&Client>, rule: Rule) {
    let Some(client) = client else { return oidc.0.refusals.count(rule) };
    let params = Params::default();
    let refused = Refused { client, proven: true, rule, endpoint: Endpoint::Registration, params: &params };
    oidc.0.refusals.note(refused, oidc.0.clock.now());
}
