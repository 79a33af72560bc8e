//! Suspending a client: nothing is issued to it, and what was issued does not count, until it is let again. Its registration
//! and secrets stay, and so do the consents of people.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::{ClientId, Clients, store};
use crate::audit::{Actor, Event};

impl Clients {
    /// Suspends a client, or lets it again; whether that changed anything. Every node knows within a second.
    ///
    /// # Errors
    /// The database refused.
    pub async fn suspend(&self, actor: Actor, id: &ClientId, suspended: bool) -> Result<bool, DbError> {
        let (clients, id) = (self.clone(), id.clone());
        let done = self.db.write(move |tx| {
            let (clients, id, actor) = (clients.clone(), id.clone(), actor.clone());
            async move { clients.suspend_within(tx, &actor, (&id, suspended)).await }.boxed()
        });
        let changed = done.await?;
        self.reload().await?;
        Ok(changed)
    }

    /// The same within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn suspend_within(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (id, suspended): (&ClientId, bool),
    ) -> Result<bool, DbError> {
        let changed = match suspended {
            true => store::suspend(tx, id, self.clock.now()).await?,
            false => store::reinstate(tx, id).await?,
        };
        if !changed {
            return Ok(false);
        }
        store::touch(tx).await?;
        let client = id.to_string();
        let event = if suspended { Event::ClientSuspended { client } } else { Event::ClientReinstated { client } };
        self.audit.record(tx, actor, &event).await?;
        Ok(true)
    }

    /// Reads the registry after [`Self::suspend_within`], so that this node sees the change at once.
    ///
    /// # Errors
    /// The database refused.
    pub async fn look_again(&self) -> Result<(), DbError> {
        self.reload().await
    }
}
