//! Sign-in begun elsewhere: a tile of the passport's home leads here (OpenID Connect Core §4).
//!
//! Always goes by the passport, also for who is signed in here, so that the site follows the account that is
//! signed in there. A tile is pressed by a person; whatever else leads here is asked about first.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;

use crate::web::Frame;

use super::ask::Wanted;
use super::back_channel::form;
use super::callback::Parameters;
use super::fault::Fault;
use super::return_path::ReturnPath;
use super::service::SignIn;

/// Takes the request as a query.
pub async fn by_get(
    State(sign_in): State<SignIn>,
    frame: Frame,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    answer(&sign_in, &frame, &headers, parameters).await
}

/// Takes the request as a form.
pub async fn by_post(State(sign_in): State<SignIn>, frame: Frame, headers: HeaderMap, body: Bytes) -> Response {
    let parameters = form(&headers, &body).map_err(Fault::Malformed);
    answer(&sign_in, &frame, &headers, parameters).await
}

async fn answer(
    sign_in: &SignIn,
    frame: &Frame,
    headers: &HeaderMap,
    parameters: Result<Parameters, Fault>,
) -> Response {
    match parameters.and_then(|parameters| wanted(sign_in, &parameters)) {
        Ok(wanted) => wanted.begin(sign_in, frame, headers).await,
        Err(fault) => fault.respond(frame, &ReturnPath::desk()),
    }
}

fn wanted(sign_in: &SignIn, parameters: &Parameters) -> Result<Wanted, Fault> {
    match parameters.get("iss") {
        Some(issuer) if issuer == sign_in.issuer() => {}
        Some(_) => return Err(Fault::WrongIssuer),
        None => return Err(Fault::Malformed("iss is missing")),
    }
    let return_to = ReturnPath::parse(parameters.get("target_link_uri"), sign_in.base_url());
    Ok(Wanted::going_to(return_to).with_hint(parameters.get("login_hint")))
}
