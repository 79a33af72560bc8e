//! Sign-in begun elsewhere: a tile of the passport's home leads here (OpenID Connect Core §4).
//!
//! Always goes by the passport, also for who is signed in here, so that the site follows the account that is
//! signed in there.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use crate::web::Frame;

use super::callback::Parameters;
use super::fault::Fault;
use super::return_path::ReturnPath;
use super::service::{Departure, SignIn};

/// Longer hints are left out rather than carried.
const LONGEST_HINT: usize = 254;

/// Takes the request as a query.
pub async fn by_get(
    State(sign_in): State<SignIn>,
    frame: Frame,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&sign_in, &frame, &headers, query.unwrap_or_default().as_bytes()).await
}

/// Takes the request as a form.
pub async fn by_post(State(sign_in): State<SignIn>, frame: Frame, headers: HeaderMap, body: Bytes) -> Response {
    answer(&sign_in, &frame, &headers, &body).await
}

async fn answer(sign_in: &SignIn, frame: &Frame, headers: &HeaderMap, parameters: &[u8]) -> Response {
    match begin(sign_in, frame, headers, parameters).await {
        Ok(departure) => departure.into_response(),
        Err((fault, return_to)) => fault.respond(frame, &return_to),
    }
}

async fn begin(
    sign_in: &SignIn,
    frame: &Frame,
    headers: &HeaderMap,
    parameters: &[u8],
) -> Result<Departure, (Fault, ReturnPath)> {
    let parameters = Parameters::parse(parameters).map_err(|fault| (fault, ReturnPath::desk()))?;
    match parameters.get("iss") {
        Some(issuer) if issuer == sign_in.issuer() => {}
        Some(_) => return Err((Fault::WrongIssuer, ReturnPath::desk())),
        None => return Err((Fault::Malformed("iss is missing"), ReturnPath::desk())),
    }
    let return_to = ReturnPath::parse(parameters.get("target_link_uri"), sign_in.base_url());
    let hint = parameters.get("login_hint").filter(|h| !h.is_empty() && h.len() <= LONGEST_HINT);
    let begun = sign_in.begin(headers, frame.lang, return_to.clone(), hint.map(str::to_owned), false).await;
    begun.map_err(|fault| (fault, return_to))
}
