//! Answers that are no answers: another media type, JSON that ends too early, a connection that breaks.

use std::io;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, StatusCode, header};

use crate::oidc::direct::respond;

const PAGE: &str =
    "<!doctype html><html lang=\"en\"><title>Gateway</title><p>The gateway is looking for its server.</p></html>";

/// What a proxy in front of a passport might say: 200, and a page.
pub(in crate::simulator) fn html() -> Response {
    let html = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    (StatusCode::OK, html, PAGE).into_response()
}

/// The first half of a JSON body, as if it were whole.
pub(in crate::simulator) fn broken_json(body: &[u8]) -> Response {
    respond::json(body[..body.len() / 2].to_vec())
}

/// The first half of a body, after which the connection breaks.
pub(in crate::simulator) fn cut_off(body: &[u8]) -> Response {
    let first: io::Result<Vec<u8>> = Ok(body[..body.len() / 2].to_vec());
    // What is there is sent before there turns out to be no more.
    let broken = async {
        tokio::task::yield_now().await;
        io::Result::<Vec<u8>>::Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut off on demand"))
    };
    let mut response = respond::json(Vec::new());
    *response.body_mut() = Body::from_stream(stream::iter([first]).chain(stream::once(broken)));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    response
}
