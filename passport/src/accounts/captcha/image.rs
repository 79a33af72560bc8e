//! The picture itself, drawn when it is asked for.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;

use super::ticket::{Asked, Ticket};
use super::{Captchas, picture};

/// Which picture.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The sealed challenge.
    c: String,
}

/// `GET /captcha/image?c=…`: the picture of a challenge, always the same one; 404 for what is none.
///
/// It is drawn even after its time, so that a page left open does not show a hole: the answer is refused with a new
/// picture and a sentence.
pub async fn show(State(captchas): State<Captchas>, Query(wanted): Query<Wanted>) -> Response {
    let Some(Ticket { id, asked: Asked::Picture { answer, .. } | Asked::Work { answer, .. }, .. }) =
        Ticket::open(captchas.sealer.as_ref(), &wanted.c)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match picture::draw(answer.bytes(), id) {
        Some(png) => ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
