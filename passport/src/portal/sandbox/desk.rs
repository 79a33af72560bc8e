//! What the sandbox tells and does for a site beside its registration, at the addresses below that one: its secrets, what
//! was refused to it, and its stream of security events.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::secret::SecretString;

use super::remote::{Call, Managed, Sandbox, SandboxError, refusal};
use crate::oidc::discovery::paths::REGISTER;

/// The secrets of a site that count.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Secrets {
    /// The oldest first.
    pub(super) secrets: Vec<Secret>,
    /// How many there may be.
    pub(super) most: usize,
}

/// A secret, without what it is.
#[derive(Debug, Deserialize)]
pub(super) struct Secret {
    /// What it is called.
    pub(super) id: String,
    /// When it was made, in seconds since the epoch, as the others.
    pub(super) created_at: i64,
    /// When it ends; 0: it does not.
    pub(super) expires_at: i64,
    /// When it was last used, if it was.
    pub(super) last_used_at: Option<i64>,
}

/// What was refused to a site.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refused {
    /// The first day that is told of.
    pub(super) since: String,
    /// By rule, the most frequent first.
    pub(super) refusals: Vec<ByRule>,
}

/// What was refused by one rule.
#[derive(Debug, Deserialize)]
pub(super) struct ByRule {
    pub(super) rule: String,
    pub(super) proven: bool,
    pub(super) times: i64,
    pub(super) days: Vec<OnDay>,
    pub(super) first_at: String,
    pub(super) last_at: String,
    pub(super) section: Option<String>,
    pub(super) cause: Words,
    pub(super) mend: Words,
    pub(super) example: String,
    pub(super) page: Option<String>,
}

/// How often on a day.
#[derive(Debug, Deserialize)]
pub(super) struct OnDay {
    pub(super) day: String,
    pub(super) times: i64,
}

/// A text in both languages; none, where the sandbox does not know the rule itself.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    #[serde(rename = "zh-CN")]
    pub(super) zh: Option<String>,
    pub(super) en: Option<String>,
}

/// The stream of security events of a site.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Signals {
    /// None, as long as no endpoint is registered.
    pub(super) stream: Option<Stream>,
}

/// How a stream stands.
#[derive(Debug, Deserialize)]
pub(super) struct Stream {
    pub(super) endpoint: String,
    pub(super) state: String,
    pub(super) since: String,
    pub(super) events: Vec<String>,
    /// Whether something is sent as `Authorization`.
    pub(super) authorization: bool,
    pub(super) waiting: i64,
    pub(super) given_up: i64,
    pub(super) last_delivery: Option<Delivery>,
}

/// What became of the last event.
#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) state: String,
    pub(super) attempts: i64,
    pub(super) status: Option<String>,
    pub(super) error: Option<String>,
    pub(super) written_at: String,
    pub(super) finished_at: Option<String>,
}

/// The last rehearsal of a site.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Rehearsed {
    pub(super) rehearsal: Option<Rehearsal>,
}

/// A change of the signing key, rehearsed for a site.
#[derive(Debug, Deserialize)]
pub(super) struct Rehearsal {
    pub(super) alg: String,
    pub(super) kid: String,
    /// Seconds since the epoch, as the next.
    pub(super) since: i64,
    pub(super) until: i64,
    pub(super) outcome: Option<String>,
    /// How many tokens the site was given to verify.
    pub(super) given: i64,
}

impl Sandbox {
    /// The last rehearsal of a site.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn rehearsal(&self, site: Managed<'_>) -> Result<Rehearsed, SandboxError> {
        read(StatusCode::OK, self.below(Method::GET, site, "rehearsal", None).await?)
    }

    /// Begins one.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn rehearse(&self, site: Managed<'_>) -> Result<(), SandboxError> {
        let (status, body) = self.below(Method::POST, site, "rehearsal", None).await?;
        if status == StatusCode::ACCEPTED { Ok(()) } else { Err(refusal(status, &body)) }
    }

    /// How the stream of security events of a site stands.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn signals(&self, site: Managed<'_>) -> Result<Signals, SandboxError> {
        read(StatusCode::OK, self.below(Method::GET, site, "signals", None).await?)
    }

    /// Changes the stream: what is named of endpoint, events, authorization and state.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn set_signals(&self, site: Managed<'_>, to: &Map<String, Value>) -> Result<(), SandboxError> {
        let (status, body) = self.below(Method::PUT, site, "signals", Some(to)).await?;
        if status == StatusCode::OK { Ok(()) } else { Err(refusal(status, &body)) }
    }

    /// Has a verification event sent.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn verify_signals(&self, site: Managed<'_>) -> Result<(), SandboxError> {
        let (status, body) = self.below(Method::POST, site, "signals/verification", Some(&Map::new())).await?;
        if status == StatusCode::ACCEPTED { Ok(()) } else { Err(refusal(status, &body)) }
    }

    /// The secrets of a site.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn secrets(&self, site: Managed<'_>) -> Result<Secrets, SandboxError> {
        let body = self.below(Method::GET, site, "secrets", None).await?;
        read(StatusCode::OK, body)
    }

    /// Has a new secret made; the others count for so many seconds more.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn make_secret(&self, site: Managed<'_>, overlap: u64) -> Result<SecretString, SandboxError> {
        let wanted = Map::from_iter([("overlap".to_owned(), overlap.into())]);
        let (status, body) = self.below(Method::POST, site, "secrets", Some(&wanted)).await?;
        if status != StatusCode::CREATED {
            return Err(refusal(status, &body));
        }
        let secret = body.get("client_secret").and_then(Value::as_str);
        secret.map(|secret| SecretString::new(secret.to_owned())).ok_or(SandboxError::Answer(status))
    }

    /// Has the secret of that name refused from now on.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn end_secret(&self, site: Managed<'_>, secret: &str) -> Result<(), SandboxError> {
        let (status, body) = self.below(Method::DELETE, site, &format!("secrets/{secret}"), None).await?;
        if status == StatusCode::NO_CONTENT { Ok(()) } else { Err(refusal(status, &body)) }
    }

    /// What was refused to a site on the last days.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn refused(&self, site: Managed<'_>) -> Result<Refused, SandboxError> {
        read(StatusCode::OK, self.below(Method::GET, site, "refusals", None).await?)
    }

    async fn below(
        &self,
        method: Method,
        Managed { client_id, token }: Managed<'_>,
        page: &str,
        body: Option<&Map<String, Value>>,
    ) -> Result<(StatusCode, Map<String, Value>), SandboxError> {
        let path = format!("{REGISTER}/{client_id}/{page}");
        self.send(Call { method, path: &path, body, timeout: self.timeout() }, token).await
    }
}

fn read<A: serde::de::DeserializeOwned>(
    wanted: StatusCode,
    (status, body): (StatusCode, Map<String, Value>),
) -> Result<A, SandboxError> {
    if status != wanted {
        return Err(refusal(status, &body));
    }
    serde_json::from_value(Value::Object(body)).map_err(|_| SandboxError::Answer(status))
}
