//! In the sandbox: making stand-ins, for the portal alone.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use shared::entropy::token;
use shared::http::{Caller, ClientAddr};
use shared::secret::SecretString;

use super::{Candidate, Made, Wanted};
use crate::portal::Portal;

/// `POST /sandbox/candidates`: the stand-ins of a set, made anew. Nowhere but in a sandbox there is such an address.
pub async fn make(
    State(portal): State<Portal>,
    address: ClientAddr,
    headers: HeaderMap,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Response {
    let Some(own) = &portal.token else { return refuse(StatusCode::NOT_FOUND, "not_found") };
    let presented = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if presented.is_none_or(|presented| SecretString::new(presented) != **own) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_token");
    }
    let Some(set) = wanted.ok().map(|Json(wanted)| wanted.set).filter(|set| is_set(set)) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let password = SecretString::new(password(&portal));
    match portal.accounts.make_stand_ins(&set, &password, Caller::at(address.0)).await {
        Ok(made) => {
            let candidates = made.into_iter().map(|one| Candidate {
                state: one.state.as_str().to_owned(),
                login: one.login,
                totp_secret: one.app,
            });
            let made = Made { password: password.expose().to_owned(), candidates: candidates.collect() };
            ([(header::CACHE_CONTROL, "no-store")], Json(made)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, set, "stand-ins cannot be made");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
        }
    }
}

/// Letters of both sizes, digits and a mark, so that it keeps to every profile of passwords.
fn password(portal: &Portal) -> String {
    let random: String = token(&*portal.accounts.parts().entropy).chars().take(16).collect();
    format!("Try-{random}7")
}

fn is_set(text: &str) -> bool {
    (4..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn refuse(status: StatusCode, error: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response()
}
