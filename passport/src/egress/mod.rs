//! Calls to addresses that strangers registered: logout endpoints, key sets, logos.
//!
//! Whoever registers an address could make the passport call into its own network. So only `https` is spoken, only
//! public addresses are connected to ([`address`], judged after resolution, [`resolve`]), no redirect is followed, and
//! each call ends in time and reads so much and no more. Hosts named in the settings are exempt from the rule about
//! addresses; only a development machine may name some.

pub mod address;
pub mod resolve;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use shared::http::client::{self, BodyError, ClientBuilder, ClientError};
use shared::secret::SecretString;
use shared::telemetry::traces;
use tokio::sync::OnceCell;
use tracing::Instrument as _;
use url::Url;

use self::resolve::{Allowed, Guard, Lookup, NotPublic, SystemLookup};
use crate::config::EgressSettings;

/// The largest answer that is read.
const MOST: usize = 256 << 10;

/// The largest explanation that is read.
const MOST_SAID: usize = 4 << 10;

/// Calls strangers. Cheap to clone.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    settings: EgressSettings,
    allowed: Allowed,
    lookup: Arc<dyn Lookup>,
    /// Made by the first call: reading the system's certificates takes a while, and most commands call nobody.
    client: OnceCell<reqwest::Client>,
}

/// Why a call came to nothing. The texts hold nothing that the other side said: they are stored and shown.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The settings name certificates that cannot be used.
    #[error(transparent)]
    Setup(#[from] ClientError),
    /// The address is not `https`, or carries a name and password.
    #[error("only https addresses without user information are called")]
    Address,
    /// See [`NotPublic`].
    #[error(transparent)]
    NotPublic(#[from] NotPublic),
    /// No answer within [`EgressSettings::timeout`].
    #[error("no answer in time")]
    Timeout,
    /// No connection, no TLS, or none that held.
    #[error("no connection")]
    Connection(#[source] reqwest::Error),
    /// The answer to a request for a document is not 200.
    #[error("the answer was {}", .0.as_u16())]
    Status(StatusCode),
    /// The document is too large or broke off.
    #[error(transparent)]
    Body(#[from] BodyError),
}

/// A document, and what its server says about keeping it.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The document.
    pub body: Vec<u8>,
    /// Its media type as it was sent.
    pub content_type: Option<String>,
    /// For how long it may be kept (RFC 9111 §4.2.1); `None` if nothing was said.
    pub fresh_for: Option<Duration>,
}

/// A document to be sent.
pub struct Sending<'s> {
    /// Its media type.
    pub content_type: &'static str,
    /// The media type of the answer that is understood.
    pub accept: &'static str,
    /// What is shown to whoever takes it.
    pub authorization: Option<&'s SecretString>,
    /// The document.
    pub body: String,
}

/// An answer to one.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    /// What it says, as far as it was read; empty where the document was taken.
    pub body: Vec<u8>,
}

impl Egress {
    /// Calls as the settings allow.
    pub fn new(settings: EgressSettings) -> Self {
        Self::with_lookup(settings, Arc::new(SystemLookup))
    }

    /// The same with another way to look names up.
    pub fn with_lookup(settings: EgressSettings, lookup: Arc<dyn Lookup>) -> Self {
        let allowed = Allowed::new(&settings.allow);
        Self(Arc::new(Inner { settings, allowed, lookup, client: OnceCell::new() }))
    }

    /// Fetches a document.
    ///
    /// # Errors
    /// See [`EgressError`]; a redirect is an answer other than 200.
    pub async fn get(&self, url: &Url) -> Result<Fetched, EgressError> {
        let request = self.client(url).await?.get(url.clone());
        let response = request.send().instrument(traces::call("GET", url.host_str())).await.map_err(failure)?;
        if response.status() != StatusCode::OK {
            return Err(EgressError::Status(response.status()));
        }
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let content_type = text(header::CONTENT_TYPE);
        let fresh_for = freshness(response.headers());
        Ok(Fetched { body: client::body(response, MOST).await?, content_type, fresh_for })
    }

    /// Sends a form, and reads no more of the answer than its status.
    ///
    /// # Errors
    /// There was no answer: see [`EgressError`].
    pub async fn post_form(&self, url: &Url, body: String) -> Result<StatusCode, EgressError> {
        let request = self.client(url).await?.post(url.clone());
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        Ok(request.send().instrument(traces::call("POST", url.host_str())).await.map_err(failure)?.status())
    }

    /// Sends a document, and reads what is said about it when it is not taken.
    ///
    /// # Errors
    /// There was no answer: see [`EgressError`].
    pub async fn post(&self, url: &Url, sending: Sending<'_>) -> Result<Answered, EgressError> {
        let mut request = self.client(url).await?.post(url.clone());
        request = request.header(header::CONTENT_TYPE, sending.content_type).header(header::ACCEPT, sending.accept);
        if let Some(authorization) = sending.authorization {
            let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| EgressError::Address)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let request = request.body(sending.body);
        let response = request.send().instrument(traces::call("POST", url.host_str())).await.map_err(failure)?;
        let status = response.status();
        // Whoever took it has nothing to say.
        let body =
            if status.is_success() { Vec::new() } else { client::body(response, MOST_SAID).await.unwrap_or_default() };
        Ok(Answered { status, body })
    }

    /// The client, for an address that may be called.
    async fn client(&self, url: &Url) -> Result<&reqwest::Client, EgressError> {
        if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::Address);
        }
        let Inner { settings, allowed, lookup, client } = &*self.0;
        allowed.check_literal(url)?;
        let build = async || {
            ClientBuilder::new()
                .ca_file(settings.ca_file.as_deref())
                .timeout(settings.timeout)
                .resolver(Guard::new(allowed.clone(), Arc::clone(lookup)))
                .build()
        };
        Ok(client.get_or_try_init(build).await?)
    }
}

/// What lies behind a failure of the HTTP library.
fn failure(error: reqwest::Error) -> EgressError {
    let first: &dyn std::error::Error = &error;
    if std::iter::successors(Some(first), |e| e.source()).any(|e| e.is::<NotPublic>()) {
        return EgressError::NotPublic(NotPublic);
    }
    if error.is_timeout() { EgressError::Timeout } else { EgressError::Connection(error) }
}

/// `max-age` less the `Age` that the document has already; nothing where it must not be kept (RFC 9111 §5.2.2).
fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let control = headers.get(header::CACHE_CONTROL)?.to_str().ok()?.to_ascii_lowercase();
    let mut directives = control.split(',').map(str::trim);
    if directives.clone().any(|directive| directive == "no-store" || directive.starts_with("no-cache")) {
        return Some(Duration::ZERO);
    }
    let age = directives.find_map(|directive| directive.strip_prefix("max-age=")?.trim_matches('"').parse().ok())?;
    let already = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.parse().ok()).unwrap_or(0);
    Some(Duration::from_secs(u64::saturating_sub(age, already)))
}

#[cfg(test)]
mod tests;
