//! The registry of relying parties: exam sites and third parties that sign people in here.
//!
//! [`Clients`] answers from memory ([`registry`]); what it hands out, a [`Client`], has passed every rule of
//! registration. Redirect URIs are compared in [`redirect_uri`], secrets in [`secret`].

pub mod certificate_name;
pub mod dynamic;
pub mod imitation;
pub mod lint;
pub mod logos;
pub mod metadata;
pub mod model;
mod problem;
pub mod redirect_uri;
pub mod registry;
pub mod rules;
pub mod secret;
pub mod sector;
pub mod signals;
pub mod store;
mod suspension;
mod uses;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{BATCH, Db, DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::secret::SecretString;

pub use self::dynamic::{Admission, Registered};
pub use self::metadata::{Bilingual, Metadata, Tile};
pub use self::model::{ApplicationType, AuthMethod, Client, ClientId, ClientKeys, GrantType, Profile};
pub use self::problem::{Problem, Rule};
pub use self::redirect_uri::RedirectUri;
pub use self::uses::SecretUse;

use self::registry::{FRESH, Held, STALE, Snapshot};
use self::uses::SecretUses;
use crate::audit::{Actor, Audit, Event};

/// The registry. Cheap to clone.
#[derive(Clone)]
pub struct Clients {
    db: Db,
    clock: SharedClock,
    entropy: SharedEntropy,
    audit: Audit,
    held: Arc<Held>,
    uses: Arc<SecretUses>,
    refreshing: Arc<tokio::sync::Mutex<()>>,
}

/// Why the registry did not take a change.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// The metadata breaks rules.
    #[error("the client's metadata breaks {} rule(s)", .0.len())]
    Metadata(Vec<Problem>),
    /// There is no such client.
    #[error("there is no such client")]
    Unknown,
    /// A public client has no secret (RFC 6749 §2.1), and one that signs needs none.
    #[error("the client does not authenticate with a secret")]
    NoSecret,
    /// The initial access token is unknown, spent or expired.
    #[error("the initial access token is unknown, spent or expired")]
    NotInvited,
    /// Two secrets are valid already.
    #[error("two secrets are valid already: let the older one end first")]
    TooManySecrets,
    /// The client has no valid secret of that name.
    #[error("the client has no such secret")]
    SecretUnknown,
    /// It is the only valid one.
    #[error("the client has no other secret")]
    LastSecret,
    /// A secret that was brought along is not good enough.
    #[error(transparent)]
    Secret(#[from] secret::SecretError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What came of writing a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is new.
    Registered,
    /// Its metadata changed.
    Changed,
    /// It was so already.
    Unchanged,
}

impl Clients {
    /// A registry in that database.
    pub fn new(db: Db, clock: SharedClock, entropy: SharedEntropy, audit: Audit) -> Self {
        Self { db, clock, entropy, audit, held: Arc::default(), uses: Arc::default(), refreshing: Arc::default() }
    }

    /// The client of that id, as it was no longer than a second ago.
    ///
    /// # Errors
    /// There is no copy young enough, and the database does not answer.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<Client>>, DbError> {
        Ok(self.snapshot().await?.find(id))
    }

    /// Clients that have a tile on the candidate's home, in their order.
    ///
    /// # Errors
    /// Like [`Clients::find`].
    pub async fn tiles(&self) -> Result<Vec<Arc<Client>>, DbError> {
        Ok(self.snapshot().await?.tiles().to_vec())
    }

    /// Whether the server of one of these resources wants opaque access tokens.
    ///
    /// # Errors
    /// Like [`Clients::find`].
    pub async fn any_is_opaque(&self, resources: &[String]) -> Result<bool, DbError> {
        let snapshot = self.snapshot().await?;
        Ok(resources.iter().any(|resource| snapshot.is_opaque(resource)))
    }

    /// Every client, by id.
    ///
    /// # Errors
    /// Like [`Clients::find`].
    pub async fn all(&self) -> Result<Vec<Arc<Client>>, DbError> {
        Ok(self.snapshot().await?.all())
    }

    /// Registers a client, or brings the registered one to this metadata.
    ///
    /// # Errors
    /// The metadata breaks rules, or the database refused.
    pub async fn apply(&self, actor: Actor, metadata: Metadata) -> Result<Applied, ClientsError> {
        Ok(self.write(actor, metadata, None).await?.0)
    }

    /// Brings a client to what it says about itself now. Where it begins to authenticate with a secret, and has none, it
    /// gets one together with that.
    ///
    /// # Errors
    /// Like [`Clients::apply`].
    pub async fn replace(&self, actor: Actor, metadata: Metadata) -> Result<Option<SecretString>, ClientsError> {
        let new = secret::generate(&*self.entropy);
        let (_, used) = self.write(actor, metadata, Some(secret::import(&new)?)).await?;
        Ok(used.then_some(new))
    }

    /// Writes the metadata, and the first secret of a client that lacks one; whether that was needed.
    async fn write(
        &self,
        actor: Actor,
        metadata: Metadata,
        first_secret: Option<[u8; 32]>,
    ) -> Result<(Applied, bool), ClientsError> {
        let client = Client::new(metadata, Vec::new()).map_err(ClientsError::Metadata)?;
        let (clients, audit, now) = (self.clone(), self.audit.clone(), self.clock.now());
        let written = self
            .db
            .write(move |tx| {
                let (client, clients, audit, actor) = (client.clone(), clients.clone(), audit.clone(), actor.clone());
                async move {
                    let old = store::find(tx, &client.id).await?;
                    let has_secret =
                        old.as_ref().is_some_and(|old| old.secrets.iter().any(|secret| secret.is_valid(now)));
                    let applied = clients.put(tx, &actor, (old.as_ref(), &client)).await?;
                    let secret = first_secret.filter(|_| client.uses_secret() && !has_secret);
                    if let Some(hash) = secret {
                        store::add_secret(tx, &client.id, hash, now).await?;
                        store::touch(tx).await?;
                        audit.record(tx, &actor, &Event::ClientSecretAdded { client: client.id.to_string() }).await?;
                    }
                    Ok::<_, DbError>((applied, secret.is_some()))
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(written)
    }

    /// Brings a client to what it is to be, within the caller's transaction; `old` is what it is. The caller calls
    /// [`Clients::reload`] when that is written.
    ///
    /// # Errors
    /// The database refused.
    pub(crate) async fn put(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (old, client): (Option<&Client>, &Client),
    ) -> Result<Applied, DbError> {
        let id = client.id.to_string();
        let (applied, event) = match old {
            Some(old) if old.metadata == client.metadata => return Ok(Applied::Unchanged),
            Some(_) => (Applied::Changed, Event::ClientChanged { client: id }),
            None => (Applied::Registered, Event::ClientRegistered { client: id }),
        };
        store::put(tx, client, self.clock.now()).await?;
        store::touch(tx).await?;
        self.audit.record(tx, actor, &event).await?;
        Ok(applied)
    }

    /// Makes a secret. Others that the client has stay valid for `overlap`, so that its nodes can be changed
    /// over one by one.
    ///
    /// # Errors
    /// See [`ClientsError`].
    pub async fn rotate_secret(&self, actor: Actor, id: &str, overlap: Duration) -> Result<SecretString, ClientsError> {
        let new = secret::generate(&*self.entropy);
        let hash = secret::import(&new)?;
        self.store_secret(actor, id, hash, Some(overlap)).await?;
        Ok(new)
    }

    /// Adds a secret that was made elsewhere; nothing happens if the client has it.
    ///
    /// # Errors
    /// See [`ClientsError`].
    pub async fn import_secret(&self, actor: Actor, id: &str, secret: &SecretString) -> Result<(), ClientsError> {
        let hash = secret::import(secret)?;
        self.store_secret(actor, id, hash, None).await
    }

    async fn store_secret(
        &self,
        actor: Actor,
        id: &str,
        hash: [u8; 32],
        overlap: Option<Duration>,
    ) -> Result<(), ClientsError> {
        let id = ClientId::parse(id).ok_or(ClientsError::Unknown)?;
        let (audit, now) = (self.audit.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let (id, audit, actor) = (id.clone(), audit.clone(), actor.clone());
                async move {
                    store::remove_expired_secrets(tx, &id, now).await?;
                    let client = store::find(tx, &id).await?.ok_or(ClientsError::Unknown)?;
                    if !client.uses_secret() {
                        return Err(ClientsError::NoSecret);
                    }
                    if client.secrets.iter().any(|s| s.hash == hash) {
                        return Ok(());
                    }
                    // Without an overlap the others end now, and make room.
                    if client.secrets.len() >= secret::LIMIT && overlap != Some(Duration::ZERO) {
                        return Err(ClientsError::TooManySecrets);
                    }
                    store::add_secret(tx, &id, hash, now).await?;
                    let client = id.to_string();
                    let added = Event::ClientSecretAdded { client: client.clone() };
                    audit.record(tx, &actor, &added).await?;
                    if let Some(overlap) = overlap {
                        let end = now + overlap;
                        if store::retire_others(tx, &id, hash, end).await? > 0 {
                            let at = end.millis();
                            let retired = Event::ClientSecretsRetired { client, at };
                            audit.record(tx, &actor, &retired).await?;
                        }
                    }
                    store::touch(tx).await?;
                    Ok(())
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(())
    }

    /// Has the secret of that [handle](secret::StoredSecret::handle) refused from now on.
    ///
    /// # Errors
    /// See [`ClientsError`]; the only valid one stays.
    pub async fn end_secret(&self, actor: Actor, id: &ClientId, handle: &str) -> Result<(), ClientsError> {
        let (audit, now) = (self.audit.clone(), self.clock.now());
        let (id, handle) = (id.clone(), handle.to_owned());
        self.db
            .write(move |tx| {
                let (id, handle, audit, actor) = (id.clone(), handle.clone(), audit.clone(), actor.clone());
                async move {
                    let client = store::find(tx, &id).await?.ok_or(ClientsError::Unknown)?;
                    let valid: Vec<_> = client.secrets.iter().filter(|secret| secret.is_valid(now)).collect();
                    let Some(ending) = valid.iter().find(|secret| secret.handle() == handle) else {
                        return Err(ClientsError::SecretUnknown);
                    };
                    if valid.len() == 1 {
                        return Err(ClientsError::LastSecret);
                    }
                    store::end_secret(tx, &id, ending.hash, now).await?;
                    store::touch(tx).await?;
                    let ended = Event::ClientSecretsRetired { client: id.to_string(), at: now.millis() };
                    Ok(audit.record(tx, &actor, &ended).await?)
                }
                .boxed()
            })
            .await?;
        Ok(self.reload().await?)
    }

    /// Keeps in mind that a client used one of its secrets, until [`Clients::write_uses`].
    pub fn used_secret(&self, client: &ClientId, hash: [u8; 32], at: Timestamp) {
        self.uses.note(client, hash, at);
    }

    /// Writes down when secrets were used, as far as this node saw it since the last time.
    ///
    /// # Errors
    /// See [`DbError`]; what was not written is kept for the next time.
    pub async fn write_uses(&self) -> Result<(), DbError> {
        let uses = self.uses.take();
        let mut batches = uses.chunks(usize::try_from(BATCH).unwrap_or(1)).map(Arc::<[SecretUse]>::from);
        while let Some(batch) = batches.next() {
            let writing = Arc::clone(&batch);
            let written = self.db.write(move |tx| {
                let writing = Arc::clone(&writing);
                async move { store::write_uses(tx, &writing).await }.boxed()
            });
            if let Err(error) = written.await {
                let left = std::iter::once(batch).chain(batches);
                left.for_each(|batch| batch.iter().for_each(|one| self.uses.note(&one.client, one.hash, one.at)));
                return Err(error);
            }
        }
        Ok(())
    }

    async fn snapshot(&self) -> Result<Arc<Snapshot>, DbError> {
        let now = self.clock.now();
        if let Some(fresh) = self.held.within(FRESH, now) {
            return Ok(fresh);
        }
        let _one_of_us = self.refreshing.lock().await;
        let now = self.clock.now();
        if let Some(fresh) = self.held.within(FRESH, now) {
            return Ok(fresh);
        }
        match (self.read().await, self.held.within(STALE, now)) {
            (Ok(snapshot), _) => {
                self.held.put(now, Arc::clone(&snapshot));
                Ok(snapshot)
            }
            (Err(error), Some(stale)) if error.is_unavailable() => {
                tracing::warn!(%error, "the client registry could not be read again: serving the last copy");
                Ok(stale)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Reads the registry after a change of our own, so that this node sees it at once.
    ///
    /// # Errors
    /// The database refused.
    pub(crate) async fn reload(&self) -> Result<(), DbError> {
        let _one_of_us = self.refreshing.lock().await;
        let now = self.clock.now();
        self.held.put(now, self.read().await?);
        Ok(())
    }

    async fn read(&self) -> Result<Arc<Snapshot>, DbError> {
        let last = self.held.last();
        self.db
            .read(move |tx| {
                let last = last.clone();
                async move {
                    let revision = store::revision(tx).await?;
                    if let Some(last) = last.filter(|s| s.revision == revision) {
                        return Ok(last);
                    }
                    Ok(Arc::new(Snapshot::new(revision, store::all(tx).await?)))
                }
                .boxed()
            })
            .await
    }
}
