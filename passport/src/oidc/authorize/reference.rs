//! Request objects by reference (RFC 9101 §5.2, OIDC Core §6.2): the client keeps its object at an address of its own.
//!
//! Only addresses that the client registered are asked, through egress. A copy whose hash is the one that the reference
//! carries serves for good (OIDC Core §6.2.1), any other for as long as its server says. While that server is away the
//! last copy serves for as long as one sign-in may take, because the person comes back from our pages to the same
//! reference.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::clock::Timestamp;
use shared::secret::sha256;
use url::Url;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::rules::Rule;
use super::interaction::Began;
use crate::clients::Client;

/// The least time between two fetches from one address: whoever sends people around must not be able to send us.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest that a copy is kept because its server says so.
const KEPT_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// The most copies that are kept. Beyond them all are forgotten, and had again.
const MOST: usize = 1_000;

/// Copies of the request objects that clients keep elsewhere.
#[derive(Default)]
pub struct Copies(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Place>>>>);

/// What is known of one address.
#[derive(Default)]
struct Place {
    asked_at: Option<Timestamp>,
    copy: Option<Copy>,
}

#[derive(Clone)]
struct Copy {
    text: Arc<str>,
    hash: String,
    had_at: Timestamp,
    fresh_until: Timestamp,
}

impl Copy {
    fn is(&self, hash: Option<&str>) -> bool {
        hash.is_none_or(|hash| hash == self.hash)
    }
}

/// The request object that `reference` stands for.
///
/// # Errors
/// `invalid_request_uri`: the client did not register the address, or what it should hold cannot be had.
pub async fn follow(oidc: &Oidc, client: &Client, reference: &str) -> Result<Arc<str>, ProtocolError> {
    let (address, hash) = reference.split_once('#').map_or((reference, None), |(a, hash)| (a, Some(hash)));
    let known = Url::parse(address).ok().and_then(|url| client.requests.uris.iter().find(|own| **own == url));
    let url = known.ok_or(Rule::ObjectAddressNotRegistered)?;
    let place = oidc.0.request_objects.place(url);
    // Held while the object is fetched: those who come meanwhile wait for it instead of fetching it as well.
    let mut place = place.lock().await;
    let now = oidc.0.clock.now();
    let kept = place.copy.as_ref().filter(|copy| copy.is(hash));
    if let Some(copy) = kept.filter(|copy| hash.is_some() || now < copy.fresh_until) {
        return Ok(Arc::clone(&copy.text));
    }
    if place.asked_at.is_none_or(|at| now < at || now.since(at) >= PAUSE) {
        place.asked_at = Some(now);
        match fetch(oidc, url, now).await {
            Ok(copy) => place.copy = Some(copy),
            Err(error) => tracing::warn!(%error, address = %url, "the request object of a client could not be had"),
        }
    }
    let usable = place.copy.as_ref().filter(|copy| copy.is(hash) && now.since(copy.had_at) <= Began::LIFETIME);
    Ok(Arc::clone(&usable.ok_or(Rule::ObjectNotHad)?.text))
}

impl Copies {
    fn place(&self, url: &Url) -> Arc<tokio::sync::Mutex<Place>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST && !places.contains_key(url.as_str()) {
            places.clear();
        }
        Arc::clone(places.entry(url.to_string()).or_default())
    }
}

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Egress(#[from] crate::egress::EgressError),
    #[error("what stands there is no text")]
    Text,
}

async fn fetch(oidc: &Oidc, url: &Url, now: Timestamp) -> Result<Copy, FetchError> {
    let fetched = oidc.0.egress.get(url).await?;
    let text = std::str::from_utf8(&fetched.body).map_err(|_| FetchError::Text)?;
    Ok(Copy {
        hash: URL_SAFE_NO_PAD.encode(sha256(&fetched.body)),
        text: text.trim().into(),
        had_at: now,
        fresh_until: now + fetched.fresh_for.unwrap_or_default().min(KEPT_AT_MOST),
    })
}
