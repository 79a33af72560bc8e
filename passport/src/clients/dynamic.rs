//! Clients that register themselves (RFC 7591) and manage themselves afterwards, by a token of their own (RFC 7592).

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::entropy::token;
use shared::secret::{SecretString, constant_time_eq, sha256};

use super::metadata::Metadata;
use super::model::{Client, ClientId};
use super::{Clients, ClientsError, secret, store};
use crate::audit::{Actor, Event};
use crate::keys::pin::{self, model::PinEnd};

/// The `software_id` (RFC 7591 §2) of clients that the portal registers for a sign-in to look at, and removes after it.
pub const ATTEMPT: &str = "portal-try";

/// For how long such a client is kept that nobody came back to remove.
const ATTEMPT_KEPT: Duration = Duration::from_secs(60 * 60);

/// By what right somebody registers a client.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Everybody may.
    Open,
    /// The portal may, for organisations that try their sites out.
    Portal,
    /// By an initial access token, which is spent.
    Invited(SecretString),
}

/// A client that was just registered, with what is shown this once only.
#[derive(Debug)]
pub struct Registered {
    /// The client.
    pub client: Arc<Client>,
    /// Its secret, if it authenticates with one.
    pub secret: Option<SecretString>,
    /// What it manages itself with (RFC 7592 §1.2).
    pub token: SecretString,
}

/// An initial access token, to be handed to whoever may register clients.
#[derive(Debug)]
pub struct Invitation {
    /// What they send.
    pub token: SecretString,
    /// How many clients it registers.
    pub uses: u32,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Clients {
    /// Registers a new client, whose id is drawn here.
    ///
    /// # Errors
    /// The metadata breaks rules, the invitation does not count, or the database refused.
    pub async fn register(&self, mut metadata: Metadata, admission: Admission) -> Result<Registered, ClientsError> {
        metadata.client_id = token(&*self.entropy).chars().take(22).collect();
        let client = Client::new(metadata, Vec::new()).map_err(ClientsError::Metadata)?;
        let new_secret = client.uses_secret().then(|| secret::generate(&*self.entropy));
        let secret_hash = new_secret.as_ref().map(secret::import).transpose()?;
        let management = SecretString::new(token(&*self.entropy));
        let hash = sha256(management.expose().as_bytes());
        let (audit, now, id) = (self.audit.clone(), self.clock.now(), client.id.clone());
        self.db
            .write(move |tx| {
                let (client, audit, admission) = (client.clone(), audit.clone(), admission.clone());
                async move {
                    if let Admission::Invited(token) = &admission {
                        let presented = sha256(token.expose().as_bytes());
                        if !store::spend_invitation(tx, presented, now).await? {
                            return Err(ClientsError::NotInvited);
                        }
                    }
                    store::put(tx, &client, now).await?;
                    store::set_registration_hash(tx, &client.id, hash).await?;
                    if let Some(secret_hash) = secret_hash {
                        store::add_secret(tx, &client.id, secret_hash, now).await?;
                    }
                    store::touch(tx).await?;
                    let registered = Event::ClientRegistered { client: client.id.to_string() };
                    Ok(audit.record(tx, &Actor::Visitor, &registered).await?)
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        let client = self.find(id.as_str()).await?.ok_or(ClientsError::Unknown)?;
        Ok(Registered { client, secret: new_secret, token: management })
    }

    /// The client of that id, if the token is the one that it manages itself with. Read from the database: what is
    /// shown must be what is stored.
    ///
    /// # Errors
    /// The database refused.
    pub async fn managed(&self, id: &str, token: &SecretString) -> Result<Option<Client>, DbError> {
        let Some(id) = ClientId::parse(id) else { return Ok(None) };
        let found = self.db.read(move |tx| {
            let id = id.clone();
            async move { store::find(tx, &id).await }.boxed()
        });
        let presented = sha256(token.expose().as_bytes());
        Ok(found.await?.filter(|client| client.registration_hash.is_some_and(|own| constant_time_eq(&own, &presented))))
    }

    /// Forgets a client that gives up its registration (RFC 7592 §2.3). No key is kept for it any longer.
    ///
    /// # Errors
    /// The database refused.
    pub async fn remove(&self, actor: Actor, id: &ClientId) -> Result<(), DbError> {
        let (audit, id, now) = (self.audit.clone(), id.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let (audit, actor, id) = (audit.clone(), actor.clone(), id.clone());
                async move {
                    for (kid, alg) in pin::client_removed(tx, id.as_str(), now).await? {
                        let (alg, client) = (alg.as_str().into(), id.to_string());
                        let how = PinEnd::ClientRemoved.as_str().into();
                        audit.record(tx, &actor, &Event::SigningKeyPinEnded { kid, alg, client, how }).await?;
                    }
                    store::remove(tx, &id).await?;
                    store::touch(tx).await?;
                    audit.record(tx, &actor, &Event::ClientRemoved { client: id.to_string() }).await
                }
                .boxed()
            })
            .await?;
        self.reload().await
    }

    /// Forgets the clients of [attempts](ATTEMPT) that nobody came back to.
    ///
    /// # Errors
    /// The database refused.
    pub async fn forget_attempts(&self) -> Result<(), DbError> {
        let before = self.clock.now() - ATTEMPT_KEPT;
        let stale =
            self.db.read(move |tx| async move { store::of_software(tx, ATTEMPT, before).await }.boxed()).await?;
        for id in stale {
            self.remove(Actor::System, &id).await?;
        }
        Ok(())
    }

    /// Makes an initial access token.
    ///
    /// # Errors
    /// The database refused.
    pub async fn invite(&self, actor: Actor, uses: u32, expires_at: Timestamp) -> Result<Invitation, DbError> {
        let token = SecretString::new(token(&*self.entropy));
        let hash = sha256(token.expose().as_bytes());
        let (audit, now) = (self.audit.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let (audit, actor) = (audit.clone(), actor.clone());
                async move {
                    store::forget_invitations(tx, now).await?;
                    store::add_invitation(tx, hash, uses, expires_at, now).await?;
                    audit.record(tx, &actor, &Event::ClientInvited { uses }).await
                }
                .boxed()
            })
            .await?;
        Ok(Invitation { token, uses, expires_at })
    }
}
