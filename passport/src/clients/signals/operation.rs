//! Setting a stream up, and bringing it from one state to another.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::model::{EventType, Stream, StreamState, Wanted, WrongWish};
use super::store;
use crate::audit::{Actor, Event};
use crate::clients::{ClientId, Clients, store as registry};
use crate::delivery::{Channel, store as outbox};
use crate::web::{KeyUse, Sealer};

/// Why a stream is not set.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    /// There is no such client.
    #[error("there is no such client")]
    Unknown,
    /// The client has no stream.
    #[error("the client has no stream of security events")]
    NoStream,
    /// A new stream has to lead somewhere.
    #[error("a new stream needs an endpoint")]
    NoEndpoint,
    /// Something of what is wanted is wrong.
    #[error(transparent)]
    Wrong(#[from] WrongWish),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Clients {
    /// The stream of a client, as it is stored.
    ///
    /// # Errors
    /// The database refused.
    pub async fn signals(&self, client: &str) -> Result<Option<Stream>, DbError> {
        let client = client.to_owned();
        self.db
            .read(move |tx| {
                let client = client.clone();
                async move { store::find(tx, &client).await }.boxed()
            })
            .await
    }

    /// Sets a stream up, or changes it; a new one is enabled and has every event unless some are named.
    ///
    /// # Errors
    /// See [`SignalsError`].
    pub async fn set_signals(
        &self,
        actor: Actor,
        sealer: &dyn Sealer,
        client: &str,
        wanted: Wanted,
    ) -> Result<Stream, SignalsError> {
        let id = ClientId::parse(client).ok_or(SignalsError::Unknown)?;
        let sealed = wanted.authorization.map(|value| {
            let seal = |value: shared::secret::SecretString| {
                sealer.seal_for(KeyUse::SignalAuthorization, value.expose().as_bytes(), id.as_str().as_bytes())
            };
            value.map(seal)
        });
        let (audit, now) = (self.audit.clone(), self.clock.now());
        let (endpoint, events) = (wanted.endpoint, wanted.events);
        let written = self
            .db
            .write(move |tx| {
                let (audit, actor, id, sealed) = (audit.clone(), actor.clone(), id.clone(), sealed.clone());
                let (endpoint, events) = (endpoint.clone(), events.clone());
                async move {
                    if registry::find(tx, &id).await?.is_none() {
                        return Err(SignalsError::Unknown);
                    }
                    let stream = match store::find(tx, id.as_str()).await? {
                        Some(old) => Stream {
                            endpoint: endpoint.unwrap_or(old.endpoint.clone()),
                            events: events.unwrap_or(old.events.clone()),
                            authorization: sealed.unwrap_or(old.authorization.clone()),
                            ..old
                        },
                        None => Stream {
                            client: id.clone(),
                            endpoint: endpoint.ok_or(SignalsError::NoEndpoint)?,
                            events: events.unwrap_or_else(|| EventType::CHOSEN.into()),
                            state: StreamState::Enabled,
                            changed_at: now,
                            authorization: sealed.flatten(),
                        },
                    };
                    store::put(tx, &stream, now).await?;
                    registry::touch(tx).await?;
                    let event = Event::ClientSignalsSet { client: id.to_string(), to: stream.state.as_str().into() };
                    audit.record(tx, &actor, &event).await?;
                    Ok(stream)
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(written)
    }

    /// Brings a stream to a state, and what waits in it along: a paused one holds it back, an enabled one sends it at once,
    /// a disabled one lets go of it. Whether it was in another.
    ///
    /// # Errors
    /// See [`SignalsError`].
    pub async fn set_signals_state(&self, actor: Actor, client: &str, to: StreamState) -> Result<bool, SignalsError> {
        let (audit, client, now) = (self.audit.clone(), client.to_owned(), self.clock.now());
        self.db
            .write(move |tx| {
                let (audit, actor, client) = (audit.clone(), actor.clone(), client.clone());
                async move {
                    let stream = store::find(tx, &client).await?.ok_or(SignalsError::NoStream)?;
                    if stream.state == to {
                        return Ok(false);
                    }
                    store::put(tx, &Stream { state: to, changed_at: now, ..stream }, now).await?;
                    take_along(tx, client.clone(), to, now).await?;
                    let event = Event::ClientSignalsSet { client, to: to.as_str().into() };
                    audit.record(tx, &actor, &event).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }
}

async fn take_along(tx: &mut Tx, client: String, to: StreamState, now: Timestamp) -> Result<(), DbError> {
    let channel = Channel::Signals(client);
    match to {
        StreamState::Enabled => outbox::release(tx, &channel, now).await,
        StreamState::Paused => outbox::hold(tx, &channel).await,
        StreamState::Disabled => outbox::let_go(tx, &channel, now).await,
    }
}
