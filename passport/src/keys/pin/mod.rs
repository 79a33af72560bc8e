//! Pins: a client that cannot follow a change stays with the key that it knows, until a day that it and we are told.
//!
//! When that key retires, its private half is kept for these clients alone, and the key is published until the last token
//! for them is over. A pin never outlives a compromise of its key. When one begins and ends is part of the rules
//! ([`super::rotate`]); which key signs for whom at a moment, each node knows by itself ([`super::ring`]).

pub mod model;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use self::model::{PinEnd, PinWanted};
use super::alg::Alg;
use super::rotate::Request;
use super::rotate::pin::refusal;
use super::{Change, Keys, KeysError, store};

/// A pin as its client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedTo {
    /// The algorithm.
    pub alg: Alg,
    /// The key.
    pub kid: String,
    /// From when on another one signs for the client.
    pub until: Timestamp,
}

impl Keys {
    /// Pins a client to a key, or moves the end of its pin; what changed.
    ///
    /// # Errors
    /// There is no such key, it signs for nobody, or the day will not do; or the database refused.
    pub async fn pin(&self, wanted: PinWanted) -> Result<Vec<Change>, KeysError> {
        let changes = self.change(Request::Pin(wanted.clone())).await?;
        if changes.iter().any(|change| matches!(change, Change::Pinned { .. })) {
            return Ok(changes);
        }
        let stock = self.stock().await?;
        if let Some(kid) = wanted.kid.as_ref().filter(|kid| !stock.keys.iter().any(|key| key.kid == **kid)) {
            return Err(KeysError::UnknownKey(kid.clone()));
        }
        let refusal = refusal(&wanted, &stock.keys, stock.now);
        Err(refusal.map_or(KeysError::Changed, |refusal| KeysError::Pin(Box::new(refusal))))
    }

    /// Ends the pins of a client; what changed, which is nothing if it has none.
    ///
    /// # Errors
    /// The database refused.
    pub async fn unpin(&self, client: &str, algs: Vec<Alg>) -> Result<Vec<Change>, KeysError> {
        let changes = self.change(Request::Unpin { client: client.to_owned(), algs }).await?;
        let lifted = |change: &Change| matches!(change, Change::PinEnded { how: PinEnd::Lifted, .. });
        Ok(if changes.iter().any(lifted) { changes } else { Vec::new() })
    }

    /// The keys that a client is pinned to now.
    pub fn pins_of(&self, client: &str) -> Vec<PinnedTo> {
        self.ring().pins_of(client, self.0.parts.clock.now())
    }
}

/// Ends the pins of a client that is removed, within the caller's transaction; the keys and their algorithms. Private
/// halves that nobody needs any more are destroyed by the next node that looks, which is within a second.
///
/// # Errors
/// The database refused.
pub async fn client_removed(tx: &mut Tx, client: &str, now: Timestamp) -> Result<Vec<(String, Alg)>, DbError> {
    let ended = store::pins::end_of_client(tx, client, now).await?;
    if !ended.is_empty() {
        store::touch(tx).await?;
    }
    Ok(ended)
}
