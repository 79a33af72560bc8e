//! Metadata and keys, as a passport shows them, without what is not simulated.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::faults::{Fault, Set};
use super::{LIFETIMES, Simulator};
use crate::oidc::direct::respond;
use crate::oidc::document::Document;
use crate::oidc::failure::Failure;
use crate::oidc::rules::Rule;
use crate::oidc::{IssuerError, discovery};

/// The members of the metadata.
pub type Members = Map<String, Value>;

/// Members that a passport has and a simulator does not, and why.
pub const ABSENT: [(&str, &str); 8] = [
    ("pushed_authorization_request_endpoint", "requests are not pushed here"),
    ("check_session_iframe", "sessions are not watched from frames"),
    ("dpop_signing_alg_values_supported", "tokens are not bound to keys"),
    ("request_object_signing_alg_values_supported", "requests are not signed"),
    ("require_request_uri_registration", "requests are not fetched"),
    ("token_endpoint_auth_signing_alg_values_supported", "clients sign nothing"),
    ("revocation_endpoint_auth_signing_alg_values_supported", "clients sign nothing"),
    ("introspection_endpoint_auth_signing_alg_values_supported", "clients sign nothing"),
];

/// Members that a passport says yes to and a simulator no, and why.
pub const DENIED: [(&str, &str); 4] = [
    ("request_parameter_supported", "requests are not signed"),
    ("request_uri_parameter_supported", "requests are not fetched"),
    ("frontchannel_logout_supported", "sites are told from server to server alone"),
    ("frontchannel_logout_session_supported", "sites are told from server to server alone"),
];

/// Members that list ways of authentication, of which those by a key of the client's are left out.
pub const AUTHENTICATION: [&str; 3] = [
    "token_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_methods_supported",
];

/// The way of authentication that is not simulated.
const BY_KEY: &str = "private_key_jwt";

/// The metadata of that issuer.
///
/// # Errors
/// The issuer is no URL.
pub fn members(issuer: &str) -> Result<Members, IssuerError> {
    let mut members = discovery::members(issuer)?;
    for (absent, _) in ABSENT {
        members.remove(absent);
    }
    for (denied, _) in DENIED {
        members.insert(denied.to_owned(), false.into());
    }
    for name in AUTHENTICATION {
        if let Some(Value::Array(methods)) = members.get_mut(name) {
            methods.retain(|method| method != BY_KEY);
        }
    }
    Ok(members)
}

/// `GET /.well-known/openid-configuration`
pub async fn show(State(simulator): State<Simulator>, asked: HeaderMap) -> Response {
    let on = simulator.switches().on;
    simulator.wait_for(Fault::MetadataSlow, &on).await;
    if on.contains(&Fault::MetadataServerError) {
        return broken(&simulator);
    }
    let mut members = simulator.0.metadata.clone();
    if on.contains(&Fault::MetadataIssuer) {
        members.insert("issuer".to_owned(), "https://another-issuer.invalid".into());
    }
    document(&members).respond(&asked, discovery::CACHE)
}

/// `GET /jwks`
pub async fn keys(State(simulator): State<Simulator>, asked: HeaderMap) -> Response {
    let on: Set = simulator.switches().on;
    simulator.wait_for(Fault::KeysSlow, &on).await;
    if on.contains(&Fault::KeysServerError) {
        return broken(&simulator);
    }
    let keys = match simulator.ring().await {
        Ok(_) if on.contains(&Fault::KeysEmpty) => Vec::new(),
        Ok(ring) => ring.jwks(),
        Err(error) => return respond::error(&Failure::Keys(error), &simulator.0.issuer),
    };
    let cache = format!("public, max-age={}", LIFETIMES.jwks.as_secs());
    document(&json!({ "keys": keys })).respond(&asked, &cache)
}

fn document(content: &impl serde::Serialize) -> Document {
    // Texts and lists: nothing in it can fail to be written.
    Document::new(serde_json::to_vec(content).unwrap_or_default())
}

/// What a passport says when something of it broke.
pub(super) fn broken(simulator: &Simulator) -> Response {
    respond::refusal(&Rule::ServerError.error(), &simulator.0.issuer)
}
