//! The public keys of clients, for what they sign.
//!
//! Keys that a client keeps at an address of its own are fetched through egress and kept for as long as their server
//! says, within bounds. An id that is not among them may be of a new key, so they are fetched again, but not more often
//! than every ten seconds, whoever asks. While the server is away the last good copy serves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::Timestamp;
use url::Url;

use super::Oidc;
use crate::clients::{Client, ClientKeys};
use crate::keys::Alg;
use crate::keys::received::{Claims, KeySet, Received, Refusal};

/// The least time between two fetches from one address.
const PAUSE: Duration = Duration::from_secs(10);

/// How long a copy is kept if its server says nothing, and the bounds of what it may say.
const KEPT: Duration = Duration::from_secs(10 * 60);
const KEPT_AT_LEAST: Duration = Duration::from_secs(60);
const KEPT_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// Copies of the keys that clients keep elsewhere.
#[derive(Default)]
pub struct Copies(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Copy>>>>);

/// What is known of one address.
#[derive(Default)]
struct Copy {
    /// The keys as they were last had.
    keys: Arc<KeySet>,
    /// When they were last asked for.
    asked_at: Option<Timestamp>,
    /// Until when they need not be asked for again.
    fresh_until: Option<Timestamp>,
}

/// The keys that this client signs with; none for a client that registered none, or whose keys cannot be had.
pub async fn of(oidc: &Oidc, client: &Client) -> Arc<KeySet> {
    match &client.keys {
        ClientKeys::None => Arc::default(),
        ClientKeys::Registered(keys) => Arc::clone(keys),
        ClientKeys::At(url) => look(oidc, url, Want::Fresh).await,
    }
}

/// The claims of a token that the client signed with one of these algorithms.
///
/// # Errors
/// See [`Refusal`].
pub async fn verify(oidc: &Oidc, client: &Client, received: Received<'_>, allowed: &[Alg]) -> Result<Claims, Refusal> {
    let keys = of(oidc, client).await;
    match (received.clone().verify(&keys, allowed), &client.keys) {
        (Err(Refusal::UnknownKey), ClientKeys::At(url)) => {
            received.verify(&*look(oidc, url, Want::Newer).await, allowed)
        }
        (outcome, _) => outcome,
    }
}

/// What a copy must be to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// Fresh.
    Fresh,
    /// Newer than the one that lacks a key.
    Newer,
}

async fn look(oidc: &Oidc, url: &Url, want: Want) -> Arc<KeySet> {
    let copy = {
        let mut copies = oidc.0.client_keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(copies.entry(url.to_string()).or_default())
    };
    // Held while the keys are fetched: those who come meanwhile wait for them instead of fetching them as well.
    let mut copy = copy.lock().await;
    let now = oidc.0.clock.now();
    let fresh = want == Want::Fresh && copy.fresh_until.is_some_and(|end| now < end);
    let paused = copy.asked_at.is_some_and(|at| at <= now && now.since(at) < PAUSE);
    if !fresh && !paused {
        copy.asked_at = Some(now);
        match fetch(oidc, url).await {
            Ok((keys, kept)) => {
                copy.keys = Arc::new(keys);
                copy.fresh_until = Some(now + kept);
            }
            Err(error) => tracing::warn!(%error, address = %url, "the keys of a client could not be had"),
        }
    }
    Arc::clone(&copy.keys)
}

/// Why keys could not be had.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Egress(#[from] crate::egress::EgressError),
    #[error("what stands there is no JSON")]
    Json,
    #[error("what stands there is no key set: {0}")]
    KeySet(#[from] crate::keys::received::KeySetProblem),
}

async fn fetch(oidc: &Oidc, url: &Url) -> Result<(KeySet, Duration), FetchError> {
    let fetched = oidc.0.egress.get(url).await?;
    let set = serde_json::from_slice(&fetched.body).map_err(|_| FetchError::Json)?;
    let kept = fetched.fresh_for.unwrap_or(KEPT).clamp(KEPT_AT_LEAST, KEPT_AT_MOST);
    Ok((KeySet::usable(&set)?, kept))
}
