//! What the sandbox tells and does for a site beside its registration, at the addresses below that one: its secrets, what
//! was refused to it, and its stream of security events.

use http::{Method, StatusCode};
use serde_json::{Map, Value};
use shared::secret::SecretString;

use super::remote::{Call, Managed, Sandbox, SandboxError, refusal};
use crate::oidc::discovery::paths::REGISTER;

use crate::oidc::register::evidence::Seen;
use crate::oidc::register::findings::Findings;

pub(super) use crate::oidc::refusals::report::Refused;
pub(super) use crate::oidc::register::rehearsal::{Rehearsal, Rehearsed};
pub(super) use crate::oidc::register::secrets::{Secret, Secrets};
pub(super) use crate::oidc::register::signals::Signals;
pub(super) use crate::oidc::signals::report::Stream;

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

    /// What was seen of a site: moments in seconds since the epoch, by their names.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(in crate::portal) async fn evidence(&self, site: Managed<'_>) -> Result<Seen, SandboxError> {
        read(StatusCode::OK, self.below(Method::GET, site, "evidence", None).await?)
    }

    /// What there is to point out about a site.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(super) async fn findings(&self, site: Managed<'_>) -> Result<Findings, SandboxError> {
        read(StatusCode::OK, self.below(Method::GET, site, "findings", None).await?)
    }

    /// How the last rehearsal of a site went, if there was one.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub(in crate::portal) async fn outcome(&self, site: Managed<'_>) -> Result<Option<String>, SandboxError> {
        Ok(self.rehearsal(site).await?.rehearsal.and_then(|last| last.outcome))
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
