//! Request objects: an authorization request that its client signed (RFC 9101, OIDC Core §6).
//!
//! What is signed wins. Under the profile `standard` a parameter that the object leaves out may stand beside it, as
//! OIDC Core §6.1 has it, unless the client said that it signs its requests; under `fapi2` nothing beside it counts
//! (RFC 9101 §6.3).

use std::time::Duration;

use serde_json::{Map, Value};
use shared::clock::Timestamp;

use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::params::Params;
use super::super::rules::{self, Rule};
use super::super::{Oidc, client_keys};
use crate::clients::{Client, Profile};
use crate::keys::received::{Audience, Claims, Purpose, Received, Refusal, Times};

/// OIDC Core §6.1 asks for no times; those that are there count.
const STANDARD: Times = Times { exp: false, nbf: false, longest: Duration::from_secs(100 * 365 * 24 * 60 * 60) };

/// FAPI 2.0 Message Signing §5.3.1
const FAPI: Times = Times { exp: true, nbf: true, longest: Duration::from_secs(60 * 60) };

/// Claims of the token itself, which are no parameters of the request.
const OF_THE_TOKEN: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// The parameters of the request whose object is `text` and beside which `outer` came. The object is valid if it was
/// when the request came, however long the person then took to sign in.
///
/// # Errors
/// `invalid_request_object`: it is not signed by a key of the client, not meant for us, not valid now, or names
/// another client.
pub async fn open(
    oidc: &Oidc,
    client: &Client,
    text: &str,
    (outer, came_at): (&Params, Timestamp),
) -> Result<Params, Failure> {
    let received = Received::parse(text, Purpose::RequestObject).map_err(refusal)?;
    let algorithms = client.signing_algorithms(client.requests.alg);
    let claims = client_keys::verify(oidc, client, received, &algorithms).await.map_err(refusal)?;
    judge(oidc, client, &claims, came_at).map_err(refusal)?;
    let mut params = parameters(claims.into_map())?;
    // An object that names no client is of the one whose key signed it.
    if params.get("client_id").is_none() && client.profile == Profile::Standard {
        params.put("client_id", client.id.as_str());
    }
    if params.get("client_id") != Some(client.id.as_str()) {
        return Err(Rule::ObjectClientDiffers.into());
    }
    if client.profile == Profile::Standard {
        let differs = |name| matches!((params.get(name), outer.get(name)), (Some(a), Some(b)) if a != b);
        if differs("response_type") {
            return Err(Rule::ObjectResponseTypeDiffers.into());
        }
        // Nobody could say that a client signs its requests if one parameter signed made up for all the others.
        if !client.requests.signed {
            params.complete_from(outer, &["request", "request_uri"]);
        }
    }
    Ok(params)
}

fn judge(oidc: &Oidc, client: &Client, claims: &Claims, came_at: Timestamp) -> Result<(), Refusal> {
    let strict = client.profile == Profile::Fapi2;
    // A token whose subject is its own client speaks for that client: it is an assertion, signed by the same key and
    // often without a type. No request object has that subject (RFC 9101 §10.8).
    if claims.text("sub")? == Some(client.id.as_str()) {
        return Err(Refusal::Claim);
    }
    let issuer = claims.text("iss")?;
    if issuer.is_some_and(|issuer| issuer != client.id.as_str()) || (strict && issuer.is_none()) {
        return Err(Refusal::Claim);
    }
    match claims.check_audience(Audience::OneOf(&[&oidc.0.issuer])) {
        Err(Refusal::Claim) if !strict => {}
        outcome => outcome?,
    }
    claims.check_times(if strict { FAPI } else { STANDARD }, came_at)
}

/// The claims as parameters. Texts are taken as they are; where a parameter is JSON, so is the claim (RFC 9101 §4).
fn parameters(claims: Map<String, Value>) -> Result<Params, ProtocolError> {
    let mut params = Params::default();
    for (name, value) in claims {
        if OF_THE_TOKEN.contains(&name.as_str()) {
            continue;
        }
        if name == "request" || name == "request_uri" {
            return Err(Rule::ObjectInObject.into());
        }
        match value {
            Value::Null => {}
            Value::String(text) => params.add(&name, text)?,
            Value::Array(values) if name == "resource" => {
                for value in values {
                    let text = value.as_str().ok_or(Rule::ObjectResourceNotText)?;
                    params.add(&name, text.to_owned())?;
                }
            }
            value => params.add(&name, value.to_string())?,
        }
    }
    Ok(params)
}

/// The parameters that a signed object holds, if it holds a request.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzzing_parameters(claims: Map<String, Value>) -> Option<Params> {
    parameters(claims).ok()
}

fn refusal(refusal: Refusal) -> ProtocolError {
    rules::of_request_object(refusal).error()
}
