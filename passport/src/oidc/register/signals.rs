//! The stream of security events of a client, chosen by whoever manages its registration: the same that `passport clients
//! signals` does for an operator. The addresses lie below the one of RFC 7592 §2 and take the same token; they are ours.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::secret::SecretString;
use utoipa::ToSchema;

use super::super::Oidc;
use super::super::direct::Sent;
use super::super::discovery::paths;
use super::super::rules::Rule;
use super::super::signals::herald;
use super::super::signals::report::{Report, Stream};
use super::endpoint::{object, reply};
use super::openapi::Refusals;
use super::own::{Id, count, own, refuse};
use super::refusal::Refusal;
use crate::audit::Actor;
use crate::clients::signals::{SignalsError, StreamState, Wanted};
use crate::limits::Limit;

/// What is to become of a stream; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StreamChange)]
pub struct Asked {
    /// Where events go.
    endpoint: Option<String>,
    /// Which events, by their codes.
    events: Option<Vec<String>>,
    /// What is sent as `Authorization`; an empty one ends that.
    authorization: Option<String>,
    /// `enabled`, `paused` or `disabled`.
    state: Option<String>,
}

/// The stream of a client.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Signals {
    /// Whose it is.
    #[serde(default)]
    pub client_id: String,
    /// None, as long as no endpoint is registered.
    pub stream: Option<Stream>,
}

/// What a verification event brings back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// A text of 256 bytes at most.
    #[schema(max_length = 256)]
    state: Option<String>,
}

/// A verification event that will be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sending {
    /// Its message in the outbox.
    message: String,
}

/// Verification events that a client may have sent: each goes to an address that it named.
static VERIFICATIONS: Limit = Limit::rate("client_verifications", 30, Duration::from_secs(60 * 60));

/// The longest text that comes back in a verification event.
const LONGEST_STATE: usize = 256;

/// `GET /clients/{client_id}/signals`: how the stream stands; `null` where there is none.
#[utoipa::path(
    get,
    path = paths::CLIENT_SIGNALS,
    operation_id = "readSignals",
    summary = "Tells how the stream of security events stands",
    params(("client_id" = String, Path, description = "The client.")),
    responses((status = 200, description = "The stream.", body = Signals), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        described(&oidc, client.id.as_str()).await
    };
    match shown.await {
        Ok(signals) => reply(StatusCode::OK, &signals),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn described(oidc: &Oidc, client: &str) -> Result<Signals, Refusal> {
    let stream = match oidc.0.clients.signals(client).await? {
        Some(stream) => Some(Report::read(&oidc.0.db, stream).await?.told()),
        None => None,
    };
    Ok(Signals { client_id: client.to_owned(), stream })
}

/// `PUT /clients/{client_id}/signals`: sets the stream up, changes it, or brings it to another state.
#[utoipa::path(
    put,
    path = paths::CLIENT_SIGNALS,
    operation_id = "setSignals",
    summary = "Changes the stream of security events",
    params(("client_id" = String, Path, description = "The client.")),
    request_body = Asked,
    responses((status = 200, description = "The stream.", body = Signals), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn set(State(oidc): State<Oidc>, id: Id, headers: HeaderMap, Sent(body): Sent) -> Response {
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let id = client.id.as_str();
    let done = async {
        let sent = Value::Object(object(&headers, &body)?);
        let asked = serde_json::from_value::<Asked>(sent).map_err(|_| Rule::RegistrationSignals)?;
        let state = asked.state.as_deref().map(|text| StreamState::parse(text).ok_or(Rule::RegistrationSignals));
        let state = state.transpose()?;
        let authorization = asked.authorization.map(SecretString::new);
        let changes = asked.endpoint.is_some() || asked.events.is_some() || authorization.is_some();
        let wanted = Wanted::parse(asked.endpoint.as_deref(), asked.events.as_deref(), authorization);
        let wanted = wanted.map_err(SignalsError::from)?;
        let actor = Actor::Client(id.to_owned());
        if changes {
            let sealer = &oidc.0.accounts.parts().sealer;
            oidc.0.clients.set_signals(actor.clone(), &**sealer, id, wanted).await?;
        }
        if let Some(state) = state {
            oidc.0.clients.set_signals_state(actor, id, state).await?;
        }
        described(&oidc, id).await
    };
    match done.await {
        Ok(signals) => reply(StatusCode::OK, &signals),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

/// `POST /clients/{client_id}/signals/verification`: has a verification event sent (SSF §8.1.4); `state` comes back in it.
#[utoipa::path(
    post,
    path = paths::CLIENT_VERIFICATION,
    operation_id = "verifySignals",
    summary = "Has a verification event sent",
    params(("client_id" = String, Path, description = "The client.")),
    request_body = Verification,
    responses((status = 202, description = "It will be sent.", body = Sending), Refusals),
    security(("registration_access_token" = [])),
    tag = "Beside the registration"
)]
pub async fn verify(State(oidc): State<Oidc>, id: Id, headers: HeaderMap, Sent(body): Sent) -> Response {
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let done = async {
        let sent = object(&headers, &body)?;
        let asked = serde_json::from_value::<Verification>(Value::Object(sent)).ok();
        let asked = asked.filter(|asked| asked.state.as_ref().is_none_or(|state| state.len() <= LONGEST_STATE));
        let asked = asked.ok_or(Rule::RegistrationSignals)?;
        count(&oidc, &client, &VERIFICATIONS).await?;
        let asked = (client.id.as_str(), asked.state.as_deref());
        let sent = herald::verify(&oidc.0.db, &oidc.0.accounts.parts().outbox, asked, oidc.0.clock.now()).await?;
        sent.ok_or(Refusal::from(Rule::RegistrationNoStream))
    };
    match done.await {
        Ok(id) => reply(StatusCode::ACCEPTED, &Sending { message: id.to_string() }),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}
