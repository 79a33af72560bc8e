//! This node among those that serve keys: it follows changes, says so, and moves on what is due.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::entropy::bytes;

use super::lease::Lease;
use super::model::Change;
use super::store;
use super::store::nodes::{self, Node};
use super::{Keys, KeysError};

/// How long a node is remembered that was heard of last.
pub(super) const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

impl Keys {
    /// Joins the nodes that serve keys, with a lease that lasts so long. From then on this node signs only while it holds
    /// the lease: [`Keys::watch`] renews it. `name` tells people which node it is.
    ///
    /// # Errors
    /// The database refused, or the token that has keys does not show that it has them.
    pub async fn join(&self, name: &str, lasts: Duration) -> Result<(), KeysError> {
        let id = URL_SAFE_NO_PAD.encode(bytes::<12>(&*self.0.parts.entropy));
        // Nobody is to wait for a node that cannot sign.
        self.prove_token().await?;
        // Once joined, a node stays who it is.
        self.0.lease.get_or_init(|| Lease::new(id, name.to_owned(), lasts));
        // No key signs from now on that this node does not know; it looks once more for those that began to before.
        self.renew().await?;
        self.refresh().await?;
        self.prove_token().await?;
        self.renew().await
    }

    /// Takes over what others changed, says so, writes down what it saw of clients, renews the lease when it is time, and
    /// moves on the keys that are due; what moved. To be called more than once a second.
    ///
    /// # Errors
    /// The database refused, or a key cannot be opened; the keys in memory go on serving for a while. Or the token that has
    /// keys does not show that it has them: then nothing is signed until it does.
    pub async fn watch(&self) -> Result<Vec<Change>, KeysError> {
        self.refresh().await?;
        self.write_down_if_due().await;
        if let Err(error) = self.prove_token().await {
            // Others can sign, and no key is to wait for a node that could not.
            self.lapse();
            return Err(error);
        }
        self.tidy_token().await;
        let (ring, now) = (self.ring(), self.0.parts.clock.now());
        if self.0.lease.get().is_some_and(|lease| lease.wants_renewal(now, ring.revision)) {
            self.renew().await?;
        }
        match ring.next_due {
            Some(at) if at <= now => match self.tend().await {
                // Without the master key, moving keys is for the nodes that have it.
                Err(KeysError::OtherMasterKey { .. }) => Ok(Vec::new()),
                Err(KeysError::Token(error)) => {
                    tracing::debug!(%error, "keys are moved on when the token can be reached");
                    Ok(Vec::new())
                }
                done => done,
            },
            _ => Ok(Vec::new()),
        }
    }

    /// How many nodes serve at this moment, as far as their leases tell.
    ///
    /// # Errors
    /// The database refused.
    pub async fn count_nodes(&self) -> Result<usize, DbError> {
        let parts = Arc::clone(&self.0.parts);
        let reading = self.0.parts.db.read::<_, DbError, _>(move |tx| {
            let parts = Arc::clone(&parts);
            async move {
                let now = parts.time.now(tx).await?;
                Ok(nodes::live(tx, now).await?.len())
            }
            .boxed()
        });
        reading.await
    }

    /// Whether this node may sign.
    pub fn may_sign(&self) -> bool {
        self.signing_ring().is_ok()
    }

    /// For how long this node may still sign, unless its lease is renewed; none: it is no node that serves.
    pub fn lease_left(&self) -> Option<Duration> {
        Some(self.0.lease.get()?.left(self.0.parts.clock.now()))
    }

    /// How many changes of the keys the database knows that this node has not taken over.
    ///
    /// # Errors
    /// The database refused.
    pub async fn revision_lag(&self) -> Result<i64, DbError> {
        let stored =
            self.0.parts.db.read::<_, DbError, _>(|tx| async move { store::revision(tx).await }.boxed()).await?;
        Ok((stored - self.ring().revision).max(0))
    }

    /// Signs nothing any more until the lease is renewed.
    pub fn lapse(&self) {
        if let Some(lease) = self.0.lease.get() {
            lease.lapse();
        }
    }

    /// Leaves: nobody waits for this node any more.
    ///
    /// # Errors
    /// The database refused; the lease runs out by itself.
    pub async fn leave(&self) -> Result<(), DbError> {
        let Some(lease) = self.0.lease.get() else { return Ok(()) };
        lease.lapse();
        if let Err(error) = self.write_down().await {
            tracing::warn!(%error, "what clients know of the keys could not be written down");
        }
        let node = Arc::<str>::from(lease.node.as_str());
        self.0
            .parts
            .db
            .write(move |tx| {
                let node = Arc::clone(&node);
                async move { nodes::leave(tx, &node).await }.boxed()
            })
            .await
    }

    async fn renew(&self) -> Result<(), KeysError> {
        let Some(lease) = self.0.lease.get() else { return Ok(()) };
        let (began, revision) = (self.0.parts.clock.now(), self.ring().revision);
        let (id, name, lasts) = (lease.node.clone(), lease.name.clone(), lease.lasts);
        let node = Node { id, name, revision, lease_until: Timestamp::default() };
        let parts = Arc::clone(&self.0.parts);
        self.0
            .parts
            .db
            .write::<_, DbError, _>(move |tx| {
                let (parts, node) = (Arc::clone(&parts), node.clone());
                async move {
                    let now = parts.time.now(tx).await?;
                    nodes::forget(tx, now - KEEP).await?;
                    nodes::renew(tx, &Node { lease_until: now + lasts, ..node }).await
                }
                .boxed()
            })
            .await?;
        lease.renewed(began, revision);
        Ok(())
    }
}
