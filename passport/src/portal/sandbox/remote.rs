//! The sandbox as it is reached from here: its registration endpoint.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode, header};
use serde_json::{Map, Value};
use shared::http::client::{self, BodyError, ClientBuilder, ClientError};
use shared::secret::SecretString;
use shared::telemetry::traces;
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use super::candidates::{self, Made};
use crate::config::SandboxSettings;
// It is a passport as this one is.
use crate::oidc::discovery::paths::REGISTER;

/// The largest answer that is read.
const MOST: usize = 256 << 10;

/// The sandbox. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    issuer: String,
    host: String,
    token: SecretString,
    settings: SandboxSettings,
    /// Made by the first call: reading the system's certificates takes a while.
    client: OnceCell<reqwest::Client>,
}

/// Why the sandbox did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The settings name certificates that cannot be used.
    #[error(transparent)]
    Setup(#[from] ClientError),
    /// It does not answer.
    #[error("the sandbox does not answer: {0}")]
    Away(#[source] reqwest::Error),
    /// Its answer broke off.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// It does not take what a site says about itself: its words.
    #[error("the sandbox refused: {0}")]
    Refused(String),
    /// The site is not registered there any more.
    #[error("the site is not registered in the sandbox any more")]
    Gone,
    /// It answers as no registration endpoint does.
    #[error("the sandbox answered {0}")]
    Answer(StatusCode),
}

/// A site that was just registered (RFC 7591 §3.2.1).
#[derive(Debug)]
pub struct Registered {
    /// Its client identifier.
    pub client_id: String,
    /// Its secret, if it authenticates with one.
    pub secret: Option<SecretString>,
    /// What it is changed by.
    pub token: SecretString,
}

/// A site, and the token by which the sandbox knows that it may be changed.
#[derive(Debug, Clone, Copy)]
pub struct Managed<'m> {
    /// Its client identifier.
    pub client_id: &'m str,
    /// The token.
    pub token: &'m SecretString,
}

impl Sandbox {
    /// Whether an address is one of the sandbox's own.
    pub(super) fn wrote(&self, address: &str) -> bool {
        address.strip_prefix(self.issuer()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The sandbox at that address, which knows the portal by `token`.
    pub fn new(settings: SandboxSettings, token: SecretString) -> Option<Self> {
        let issuer = settings.issuer.as_ref()?;
        let host = url::Url::parse(issuer.as_str()).ok()?.host_str()?.to_owned();
        let issuer = issuer.origin().to_owned();
        Some(Self(Arc::new(Inner { issuer, host, token, settings, client: OnceCell::new() })))
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// How long it may take to answer.
    pub(super) fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }

    /// Registers a site (RFC 7591 §3.1).
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn register(&self, metadata: &Map<String, Value>) -> Result<Registered, SandboxError> {
        let (status, body) = self.call(Method::POST, None, &self.0.token, Some(metadata)).await?;
        if status != StatusCode::CREATED {
            return Err(refusal(status, &body));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(client_id), Some(token)) = (text("client_id"), text("registration_access_token")) else {
            return Err(SandboxError::Answer(status));
        };
        let secret = text("client_secret").map(SecretString::new);
        Ok(Registered { client_id, secret, token: SecretString::new(token) })
    }

    /// What a site is registered with (RFC 7592 §2.1).
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn read(&self, site: Managed<'_>) -> Result<Map<String, Value>, SandboxError> {
        let (status, body) = self.call(Method::GET, Some(site.client_id), site.token, None).await?;
        if status == StatusCode::OK { Ok(body) } else { Err(refusal(status, &body)) }
    }

    /// Registers a site anew in place of what it was (RFC 7592 §2.2); a secret, if it has got one by that.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn replace(
        &self,
        site: Managed<'_>,
        metadata: &Map<String, Value>,
    ) -> Result<Option<SecretString>, SandboxError> {
        let mut whole = metadata.clone();
        whole.insert("client_id".to_owned(), site.client_id.into());
        let (status, body) = self.call(Method::PUT, Some(site.client_id), site.token, Some(&whole)).await?;
        if status != StatusCode::OK {
            return Err(refusal(status, &body));
        }
        Ok(body.get("client_secret").and_then(Value::as_str).map(SecretString::new))
    }

    /// Has the sandbox forget a site (RFC 7592 §2.3).
    ///
    /// # Errors
    /// See [`SandboxError`]; [`SandboxError::Gone`] if it has done so before.
    pub(super) async fn remove(&self, site: Managed<'_>) -> Result<(), SandboxError> {
        let (status, body) = self.call(Method::DELETE, Some(site.client_id), site.token, None).await?;
        if status == StatusCode::NO_CONTENT { Ok(()) } else { Err(refusal(status, &body)) }
    }

    /// Has the sandbox make the stand-ins of a set anew.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn make_candidates(&self, set: &str) -> Result<Made, SandboxError> {
        let wanted = Map::from_iter([("set".to_owned(), set.into())]);
        // Hashing a password and making six accounts is more work than anything else that is asked of it.
        let timeout = self.0.settings.timeout * 4;
        let call = Call { method: Method::POST, path: candidates::PATH, body: Some(&wanted), timeout };
        let (status, body) = self.send(call, &self.0.token).await?;
        if status != StatusCode::OK {
            return Err(SandboxError::Answer(status));
        }
        serde_json::from_value(Value::Object(body)).map_err(|_| SandboxError::Answer(status))
    }

    /// Asks the registration endpoint, about that client if there is one.
    async fn call(
        &self,
        method: Method,
        client_id: Option<&str>,
        token: &SecretString,
        body: Option<&Map<String, Value>>,
    ) -> Result<(StatusCode, Map<String, Value>), SandboxError> {
        let below = client_id.map(|id| format!("/{id}")).unwrap_or_default();
        let path = format!("{REGISTER}{below}");
        self.send(Call { method, path: &path, body, timeout: self.0.settings.timeout }, token).await
    }

    pub(super) async fn send(
        &self,
        Call { method, path, body, timeout }: Call<'_>,
        token: &SecretString,
    ) -> Result<(StatusCode, Map<String, Value>), SandboxError> {
        let mut request = self.request(method, path).await?.timeout(timeout).bearer_auth(token.expose());
        if let Some(body) = body {
            let text = Value::Object(body.clone()).to_string();
            request = request.header(header::CONTENT_TYPE, "application/json").body(text);
        }
        self.answer(request).await
    }

    /// A request that is yet to be filled.
    pub(super) async fn request(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder, SandboxError> {
        let request = self.client().await?.request(method, format!("{}{path}", self.0.issuer));
        Ok(request.timeout(self.0.settings.timeout).header(header::ACCEPT, "application/json"))
    }

    /// Sends a request, and reads the answer as far as it is an object.
    pub(super) async fn answer(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Map<String, Value>), SandboxError> {
        let (client, request) = request.build_split();
        let request = request.map_err(SandboxError::Away)?;
        let span = traces::call(span_name(request.method()), Some(&self.0.host));
        let response = client.execute(request).instrument(span).await.map_err(SandboxError::Away)?;
        let status = response.status();
        let body = client::body(response, MOST).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    async fn client(&self) -> Result<&reqwest::Client, SandboxError> {
        let Inner { host, settings, client, .. } = &*self.0;
        let build = async || {
            let mut builder = ClientBuilder::new().ca_file(settings.ca_file.as_deref()).timeout(settings.timeout);
            if let Some(address) = settings.connect {
                builder = builder.resolve(host, address);
            }
            builder.build()
        };
        Ok(client.get_or_try_init(build).await?)
    }
}

/// What is asked of the sandbox, and how long that may take.
pub(super) struct Call<'c> {
    pub(super) method: Method,
    pub(super) path: &'c str,
    pub(super) body: Option<&'c Map<String, Value>>,
    pub(super) timeout: Duration,
}

fn span_name(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "GET",
    }
}

/// RFC 7591 §3.2.2, RFC 7592 §2
pub(super) fn refusal(status: StatusCode, body: &Map<String, Value>) -> SandboxError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => SandboxError::Gone,
        StatusCode::BAD_REQUEST => {
            let said = ["error_description", "error"].iter().find_map(|name| body.get(*name)?.as_str());
            SandboxError::Refused(said.unwrap_or("400").to_owned())
        }
        status => SandboxError::Answer(status),
    }
}
