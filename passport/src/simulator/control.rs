//! Control calls: what the desk does, in JSON, for test drivers. A page of another site cannot make them: a browser asks
//! before it sends JSON to another origin, and is told nothing.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use toml::Table;
use url::Url;

use super::candidates::Candidate;
use super::faults::{self, Fault, Set, Switches};
use super::keys::Step;
use super::{Simulator, logout};
use crate::web::form::{is_foreign, is_of_type};

/// What is to be wrong for everybody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switching {
    faults: Vec<String>,
    #[serde(default)]
    slow_ms: Option<u64>,
}

/// A step of the exchange of keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchanging {
    step: String,
}

/// Whom to tell of what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tell {
    client_id: String,
    #[serde(default)]
    uri: Option<Url>,
    #[serde(default)]
    candidate: Option<String>,
    #[serde(default)]
    faults: Vec<String>,
}

fn refused(status: StatusCode, why: impl Into<String>) -> Response {
    (status, Json(json!({ "error": why.into() }))).into_response()
}

/// The document that was sent.
fn read<T: DeserializeOwned>(simulator: &Simulator, headers: &HeaderMap, body: &[u8]) -> Result<T, Box<Response>> {
    if !is_of_type(headers, "application/json") {
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is application/json").into());
    }
    ours(simulator, headers)?;
    serde_json::from_slice(body).map_err(|error| refused(StatusCode::BAD_REQUEST, error.to_string()).into())
}

fn ours(simulator: &Simulator, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let foreign = is_foreign(headers, &simulator.0.web.origin);
    if foreign { Err(refused(StatusCode::FORBIDDEN, "a page of another site sent this").into()) } else { Ok(()) }
}

fn named(names: &[String]) -> Result<Set, Box<Response>> {
    let read = faults::read(names.iter().map(String::as_str));
    read.map_err(|name| refused(StatusCode::BAD_REQUEST, format!("there is no fault {name:?}")).into())
}

fn state(simulator: &Simulator) -> Value {
    let Switches { on, slow } = simulator.switches();
    let all = Fault::ALL.iter().map(|fault| {
        json!({
            "name": fault.name(),
            "place": fault.place().name(),
            "must": fault.must().name(),
            "section": fault.section(),
        })
    });
    let on: Vec<&str> = on.iter().map(|fault| fault.name()).collect();
    json!({ "on": on, "slow_ms": u64::try_from(slow.as_millis()).unwrap_or(u64::MAX), "all": all.collect::<Vec<_>>() })
}

/// `GET /simulator/faults`
pub(super) async fn faults(State(simulator): State<Simulator>) -> Json<Value> {
    Json(state(&simulator))
}

/// `POST /simulator/faults`: these, and no others.
pub(super) async fn switch(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    let Switching { faults, slow_ms } = match read(&simulator, &headers, &body) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    match named(&faults) {
        Ok(on) => {
            simulator.switch(Switches::new(on, slow_ms.map(Duration::from_millis)));
            Json(state(&simulator)).into_response()
        }
        Err(answer) => *answer,
    }
}

/// `DELETE /simulator/faults`: none.
pub(super) async fn switch_off(State(simulator): State<Simulator>, headers: HeaderMap) -> Response {
    if let Err(answer) = ours(&simulator, &headers) {
        return *answer;
    }
    simulator.switch(Switches::default());
    Json(state(&simulator)).into_response()
}

/// `GET /simulator/keys`
pub(super) async fn keys(State(simulator): State<Simulator>) -> Response {
    match simulator.ring().await {
        Ok(ring) => {
            let next: Vec<&str> = Step::ALL.into_iter().filter(|step| ring.may(*step)).map(Step::name).collect();
            Json(json!({ "keys": ring.view(), "steps": next })).into_response()
        }
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// `POST /simulator/keys`: a step.
pub(super) async fn exchange(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    let sent: Exchanging = match read(&simulator, &headers, &body) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let Some(step) = Step::named(&sent.step) else {
        return refused(StatusCode::BAD_REQUEST, "a step is publish, sign or withdraw");
    };
    match simulator.exchange(step).await {
        Ok(true) => keys(State(simulator)).await,
        Ok(false) => refused(StatusCode::CONFLICT, "it is not the turn of that step"),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// `GET /simulator/logout`: what sites were told, the latest first.
pub(super) async fn told(State(simulator): State<Simulator>) -> Json<Value> {
    let told: Vec<logout::Told> = simulator.memory().told.iter().cloned().collect();
    Json(json!({ "told": told }))
}

/// `POST /simulator/logout`: tells a site of its latest sign-in.
pub(super) async fn tell(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    let sent: Tell = match read(&simulator, &headers, &body) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    let faults = match named(&sent.faults) {
        Ok(faults) => faults,
        Err(answer) => return *answer,
    };
    let whom = (sent.client_id.as_str(), sent.candidate.as_deref());
    match simulator.tell_of_latest(whom, sent.uri, &faults).await {
        Ok(told) => Json(told).into_response(),
        Err(error) => refused(StatusCode::CONFLICT, error.to_string()),
    }
}

fn listed(simulator: &Simulator) -> Value {
    let one = |candidate: &Candidate| {
        let faults: Vec<&str> = candidate.faults.iter().map(|fault| fault.name()).collect();
        json!({
            "id": candidate.id,
            "sub": candidate.account.to_string(),
            "state": candidate.state.as_str(),
            "acr": candidate.shown.acr().uri(),
            "faults": faults,
        })
    };
    json!({ "candidates": simulator.candidates().iter().map(one).collect::<Vec<_>>() })
}

/// `GET /simulator/candidates`
pub(super) async fn candidates(State(simulator): State<Simulator>) -> Json<Value> {
    Json(listed(&simulator))
}

/// `POST /simulator/candidates`: one more, with the fields of a file; or in place of one of the same id.
pub(super) async fn add_candidate(State(simulator): State<Simulator>, headers: HeaderMap, body: Bytes) -> Response {
    let sent: Table = match read(&simulator, &headers, &body) {
        Ok(sent) => sent,
        Err(answer) => return *answer,
    };
    match Candidate::read(sent) {
        Ok(candidate) => {
            simulator.memory().put_candidate(candidate);
            (StatusCode::CREATED, Json(listed(&simulator))).into_response()
        }
        Err(error) => refused(StatusCode::BAD_REQUEST, error.to_string()),
    }
}

/// `POST /simulator/reset`: nobody is signed in, nothing is wrong. Candidates and keys stay.
pub(super) async fn reset(State(simulator): State<Simulator>, headers: HeaderMap) -> Response {
    if let Err(answer) = ours(&simulator, &headers) {
        return *answer;
    }
    simulator.memory().forget();
    StatusCode::NO_CONTENT.into_response()
}
