//! Logos, served by us.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{KEPT, Logos};

/// Where a logo stands, by its name.
pub const PATH: &str = "/logos/{hash}";

/// The address of the logo of that name.
pub fn path(hash: &str) -> String {
    PATH.replace("{hash}", hash)
}

/// `GET /logos/{hash}`
pub async fn show(State(logos): State<Logos>, Path(hash): Path<String>) -> Response {
    let is_name = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = if is_name { logos.find(&hash).await } else { Ok(None) };
    match found {
        Ok(Some((media_type, picture))) => {
            let kind = HeaderValue::from_static(media_type);
            let kept = HeaderValue::from_static(KEPT);
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], picture).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a logo could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
