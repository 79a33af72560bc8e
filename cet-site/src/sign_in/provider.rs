//! What is known of the passport: its discovery document and its keys, kept and refreshed.
//!
//! * The document is fetched once and again after an hour; an old one serves on while the passport is away.
//! * Keys are fetched again when a token names a key that is not known, at most once per 10 s, so that forged
//!   key ids can't make this site hammer the passport.
//! * One request at a time asks; those that waited take what it found, also when that was a failure.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySet, ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use shared::clock::{SharedClock, Timestamp};
use shared::http::client;
use shared::telemetry::traces;
use tokio::sync::{Mutex, RwLock};
use tracing::Instrument as _;

use super::passport::PassportError;

/// How long the discovery document is used without asking again.
const FRESH: Duration = Duration::from_secs(3600);
/// The least time between two fetches of the keys.
const KEYS_COOL_DOWN: Duration = Duration::from_secs(10);
/// How long a failure to reach the passport is taken for granted, so that a crowd does not wait in line to
/// learn the same.
const FAILURE_COOL_DOWN: Duration = Duration::from_secs(2);
/// No document or answer of the passport is larger.
const MOST: usize = 256 << 10;

/// What discovery says beyond the standard fields of the library.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Extra {
    /// OpenID Connect RP-Initiated Logout §2.1
    #[serde(default)]
    pub(super) end_session_endpoint: Option<url::Url>,
    /// RFC 9207 §3
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

/// The discovery document (OpenID Connect Discovery §3), with the keys.
pub(super) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known, with the moments it was asked for.
#[derive(Clone)]
struct Known {
    metadata: Arc<Metadata>,
    asked_at: Timestamp,
    keys_asked_at: Timestamp,
}

#[derive(Default)]
struct Memory {
    known: Option<Known>,
    failed_at: Option<Timestamp>,
}

/// The passport, as it presents itself.
pub(super) struct Provider {
    issuer: IssuerUrl,
    back_channel: BackChannel,
    clock: SharedClock,
    memory: RwLock<Memory>,
    asking: Mutex<()>,
}

impl Provider {
    pub(super) fn new(issuer: IssuerUrl, http: reqwest::Client, clock: SharedClock) -> Self {
        Self { issuer, back_channel: BackChannel(http), clock, memory: RwLock::default(), asking: Mutex::default() }
    }

    /// What the passport says of itself.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, PassportError> {
        if let Some(answer) = self.remembered().await {
            return answer;
        }
        let _one_at_a_time = self.asking.lock().await;
        if let Some(answer) = self.remembered().await {
            return answer;
        }
        let now = self.clock.now();
        let fetched = Metadata::discover_async(self.issuer.clone(), &self.back_channel).await;
        let mut memory = self.memory.write().await;
        match (fetched, &mut memory.known) {
            (Ok(metadata), known) => {
                let metadata = Arc::new(metadata);
                *known = Some(Known { metadata: Arc::clone(&metadata), asked_at: now, keys_asked_at: now });
                memory.failed_at = None;
                Ok(metadata)
            }
            (Err(error), Some(known)) => {
                tracing::warn!(cause = %chain(&error), "the passport's discovery document is old and cannot be renewed");
                // Serve on with the old one, and ask again after a while rather than at once.
                known.asked_at = now - (FRESH - KEYS_COOL_DOWN);
                Ok(Arc::clone(&known.metadata))
            }
            (Err(error), None) => {
                memory.failed_at = Some(now);
                Err(PassportError::Unreachable(chain(&error)))
            }
        }
    }

    async fn remembered(&self) -> Option<Result<Arc<Metadata>, PassportError>> {
        let now = self.clock.now();
        let memory = self.memory.read().await;
        match &memory.known {
            Some(known) if now.since(known.asked_at) < FRESH => Some(Ok(Arc::clone(&known.metadata))),
            Some(_) => None,
            None => {
                let just_failed = memory.failed_at.is_some_and(|at| now.since(at) < FAILURE_COOL_DOWN);
                just_failed.then(|| Err(PassportError::Unreachable("it was away a moment ago".to_owned())))
            }
        }
    }

    /// Newer keys than those of `seen`, in which a key id was missing; `None` while it is too early to ask.
    pub(super) async fn newer_keys(&self, seen: &Arc<Metadata>) -> Option<Arc<Metadata>> {
        let _one_at_a_time = self.asking.lock().await;
        let now = self.clock.now();
        let known = self.memory.read().await.known.clone()?;
        if !Arc::ptr_eq(&known.metadata, seen) {
            return Some(known.metadata);
        }
        if now.since(known.keys_asked_at) < KEYS_COOL_DOWN {
            return None;
        }
        let keys: Result<CoreJsonWebKeySet, _> =
            JsonWebKeySet::fetch_async(known.metadata.jwks_uri(), &self.back_channel).await;
        let mut memory = self.memory.write().await;
        let known = memory.known.as_mut()?;
        known.keys_asked_at = now;
        match keys {
            Ok(keys) => {
                known.metadata = Arc::new((*known.metadata).clone().set_jwks(keys));
                Some(Arc::clone(&known.metadata))
            }
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "the passport's keys cannot be fetched");
                None
            }
        }
    }

    /// The way to the passport for other calls.
    pub(super) fn back_channel(&self) -> &BackChannel {
        &self.back_channel
    }
}

/// Calls from server to server, for the library to make. An answer of the 5xx kind is a failure to reach the
/// passport: nothing in its body is an answer of the protocol.
pub(super) struct BackChannel(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for BackChannel {
    type Error = CallError;
    type Future = BoxFuture<'static, Result<HttpResponse, CallError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        call(self.0.clone(), request).boxed()
    }
}

async fn call(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let mut request = reqwest::Request::try_from(request).map_err(CallError::Http)?;
    let method = if request.method() == reqwest::Method::POST { "POST" } else { "GET" };
    let span = traces::call(method, request.url().host_str());
    traces::name_in(request.headers_mut(), &span);
    let response = http.execute(request).instrument(span).await.map_err(CallError::Http)?;
    let (status, headers) = (response.status(), response.headers().clone());
    if status.is_server_error() {
        return Err(CallError::Status(status));
    }
    let body = client::body(response, MOST).await.map_err(CallError::Body)?;
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Why the passport gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("no connection")]
    Http(#[source] reqwest::Error),
    #[error("it answered {0}")]
    Status(http::StatusCode),
    #[error("its answer could not be read")]
    Body(#[source] client::BodyError),
}

/// An error with what lies behind it, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |e| e.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
