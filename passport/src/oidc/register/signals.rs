//! The stream of security events of a client, chosen by whoever manages its registration: the same that `passport clients
//! signals` does for an operator. The addresses lie below the one of RFC 7592 §2 and take the same token; they are ours.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::secret::SecretString;

use super::super::Oidc;
use super::super::direct::Sent;
use super::super::rules::Rule;
use super::super::signals::herald;
use super::super::signals::report::Report;
use super::endpoint::{object, reply};
use super::own::{Id, own, refuse};
use super::refusal::Refusal;
use crate::audit::Actor;
use crate::clients::signals::{SignalsError, StreamState, Wanted};

/// What is to become of a stream; what is left out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    endpoint: Option<String>,
    events: Option<Vec<String>>,
    /// What is sent as `Authorization`; an empty one ends that.
    authorization: Option<String>,
    state: Option<String>,
}

/// The longest text that comes back in a verification event.
const LONGEST_STATE: usize = 256;

/// `GET /clients/{client_id}/signals`: how the stream stands; `null` where there is none.
pub async fn show(State(oidc): State<Oidc>, id: Id, headers: HeaderMap) -> Response {
    let shown = async {
        let (client, _) = own(&oidc, id, &headers).await?;
        described(&oidc, client.id.as_str()).await
    };
    match shown.await {
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, None, refusal),
    }
}

async fn described(oidc: &Oidc, client: &str) -> Result<Map<String, Value>, Refusal> {
    let stream = match oidc.0.clients.signals(client).await? {
        Some(stream) => Report::read(&oidc.0.db, stream).await?.value(),
        None => Value::Null,
    };
    Ok(Map::from_iter([("client_id".to_owned(), client.into()), ("stream".to_owned(), stream)]))
}

/// `PUT /clients/{client_id}/signals`: sets the stream up, changes it, or brings it to another state.
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
        Ok(body) => reply(StatusCode::OK, body),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}

/// `POST /clients/{client_id}/signals/verification`: has a verification event sent (SSF §8.1.4); `state` comes back in it.
pub async fn verify(State(oidc): State<Oidc>, id: Id, headers: HeaderMap, Sent(body): Sent) -> Response {
    let client = match own(&oidc, id, &headers).await {
        Ok((client, _)) => client,
        Err(refusal) => return refuse(&oidc, None, refusal),
    };
    let done = async {
        let sent = object(&headers, &body)?;
        let state = match sent.get("state") {
            None => None,
            Some(Value::String(state)) if state.len() <= LONGEST_STATE => Some(state.as_str()),
            Some(_) => return Err(Rule::RegistrationSignals.into()),
        };
        let asked = (client.id.as_str(), state);
        let sent = herald::verify(&oidc.0.db, &oidc.0.accounts.parts().outbox, asked, oidc.0.clock.now()).await?;
        sent.ok_or(Refusal::from(Rule::RegistrationNoStream))
    };
    match done.await {
        Ok(id) => reply(StatusCode::ACCEPTED, Map::from_iter([("message".to_owned(), json!(id.to_string()))])),
        Err(refusal) => refuse(&oidc, Some(&client), refusal),
    }
}
