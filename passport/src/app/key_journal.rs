//! What becomes of a change of keys: it is on record, and the sites that it concerns are told.

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::clock::SharedClock;
use shared::db::{DbError, Tx};

use crate::audit::{Actor, Audit, Event};
use crate::config::Config;
use crate::delivery::{KeyMatter, Outbox};
use crate::keys::{self, pin::model::PinEnd};
use crate::oidc::key_news::{self, KeyNews};

/// Writes what happens to keys into the audit record, and tells sites of what concerns them.
pub(super) struct KeyJournal {
    audit: Audit,
    clock: SharedClock,
    /// For how long sites may keep a key set.
    cached_for: Duration,
    /// None while the passport is put together: the outbox needs the keys.
    pub(super) outbox: OnceLock<Outbox>,
}

impl KeyJournal {
    pub(super) fn new(audit: &Audit, clock: &SharedClock, config: &Config) -> Self {
        let (audit, clock) = (audit.clone(), clock.clone());
        Self { audit, clock, cached_for: config.keys.jwks_max_age, outbox: OnceLock::new() }
    }

    async fn write(&self, tx: &mut Tx, by: keys::By, change: keys::Change) -> Result<(), DbError> {
        if let Some(outbox) = self.outbox.get() {
            self.tell(tx, outbox, &change).await?;
        }
        let actor = match by {
            keys::By::Schedule => Actor::System,
            keys::By::Operator => Actor::Operator,
        };
        self.audit.record(tx, &actor, &event(change)).await
    }

    /// Tells the sites that it concerns.
    async fn tell(&self, tx: &mut Tx, outbox: &Outbox, change: &keys::Change) -> Result<(), DbError> {
        let at = self.clock.now();
        match change {
            keys::Change::Compromised { kid, alg } => {
                let news = KeyNews { kid, alg: alg.as_str(), at, until: at + self.cached_for };
                key_news::tell_of_loss(tx, outbox, news).await
            }
            keys::Change::Pinned { kid, alg, client, until } => {
                let news = KeyNews { kid, alg: alg.as_str(), at, until: *until };
                key_news::tell_one(tx, outbox, client, (KeyMatter::Pinned, news)).await
            }
            // Of its day the client was told; a compromise is told to everybody.
            keys::Change::PinEnded { kid, alg, client, how: PinEnd::Lifted } => {
                let news = KeyNews { kid, alg: alg.as_str(), at, until: at };
                key_news::tell_one(tx, outbox, client, (KeyMatter::Lifted, news)).await
            }
            _ => Ok(()),
        }
    }
}

impl keys::Journal for KeyJournal {
    fn record<'t>(&'t self, tx: &'t mut Tx, by: keys::By, change: keys::Change) -> BoxFuture<'t, Result<(), DbError>> {
        self.write(tx, by, change).boxed()
    }
}

/// A change of keys as it is on record.
fn event(change: keys::Change) -> Event {
    match change {
        keys::Change::Signing { kid, alg, from, to } => {
            Event::SigningKeyMoved { kid, alg: alg.as_str().into(), from: from.map(Into::into), to: Some(to.into()) }
        }
        keys::Change::Planned { kid, alg, at } => {
            Event::SigningKeyPlanned { kid, alg: alg.as_str().into(), at: at.millis() }
        }
        keys::Change::TrialBegan { kid, alg, until, clients } => {
            Event::SigningKeyTrialBegan { kid, alg: alg.as_str().into(), until: until.millis(), clients }
        }
        keys::Change::TrialEnded { kid, alg, how, failed, succeeded, unknown } => Event::SigningKeyTrialEnded {
            kid,
            alg: alg.as_str().into(),
            how: how.as_str().into(),
            failed,
            succeeded,
            unknown,
        },
        keys::Change::TrialWaived { kid, alg } => Event::SigningKeyTrialWaived { kid, alg: alg.as_str().into() },
        keys::Change::Pinned { kid, alg, client, until } => {
            Event::SigningKeyPinned { kid, alg: alg.as_str().into(), client, until: until.millis() }
        }
        keys::Change::PinEnded { kid, alg, client, how } => {
            Event::SigningKeyPinEnded { kid, alg: alg.as_str().into(), client, how: how.as_str().into() }
        }
        keys::Change::Compromised { kid, alg } => Event::SigningKeyCompromised { kid, alg: alg.as_str().into() },
        keys::Change::Master { from, to } => Event::MasterKeyChanged { from, to },
        keys::Change::DataKey { id, purpose } => Event::DataKeyMade { key: format!("{}:{id}", purpose.as_str()) },
        keys::Change::LookupKey { id, to } => Event::LookupKeyMoved { key: id.to_string(), to: to.into() },
        keys::Change::DataKeyDestroyed { id, purpose } => {
            Event::DataKeyDestroyed { key: format!("{}:{id}", purpose.as_str()) }
        }
    }
}
