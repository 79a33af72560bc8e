//! `POST /sms` as a gateway of one's own would take it, `POST /` as an SMS operator, the page, and `/messages.json`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::operator::{self, Operator};
use crate::{Message, Messages};

/// Every path of the mailbox.
pub(crate) fn router(messages: Messages, operator: Operator) -> Router {
    let sending = Router::new().route("/", post(operator::send)).with_state((messages.clone(), operator));
    Router::new()
        .route("/", get(page))
        .route("/messages.json", get(list))
        .route("/messages/{id}/html", get(html))
        .route("/sms", post(take_sms))
        .with_state(messages)
        .merge(sending)
}

/// What the page may do: show itself, and mails in frames.
const PAGE: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// What a mail may do: nothing but look like itself. A mail program that loads no pictures shows the same.
const MAIL: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

#[derive(Deserialize)]
struct Filter {
    /// Only what went to this address or number.
    to: Option<String>,
}

async fn list(State(messages): State<Messages>, Query(filter): Query<Filter>) -> Json<Vec<Message>> {
    Json(messages.list(filter.to.as_deref()))
}

/// A text message as the passport's SMS adapter posts it.
#[derive(Deserialize)]
struct Sms {
    #[serde(alias = "mobile", alias = "phone")]
    to: String,
    #[serde(alias = "body", alias = "content", alias = "message")]
    text: String,
}

#[derive(Serialize)]
struct Taken {
    id: u64,
}

async fn take_sms(State(messages): State<Messages>, Json(sms): Json<Sms>) -> Json<Taken> {
    Json(Taken { id: messages.add(Message::sms(sms.to, sms.text)) })
}

#[derive(Template)]
#[template(path = "messages.html")]
struct Page {
    messages: Vec<Message>,
    shown_to: Option<String>,
}

async fn page(State(messages): State<Messages>, Query(filter): Query<Filter>) -> Response {
    let page = Page { messages: messages.list(filter.to.as_deref()), shown_to: filter.to };
    match page.render() {
        Ok(html) => ([(CONTENT_SECURITY_POLICY, PAGE)], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The HTML form of a mail, for the frame on the page.
async fn html(State(messages): State<Messages>, Path(id): Path<u64>) -> Response {
    match messages.find(id).and_then(|message| message.html) {
        Some(html) => ([(CONTENT_SECURITY_POLICY, MAIL)], Html(html)).into_response(),
        None => (StatusCode::NOT_FOUND, "no such mail, or it has no HTML form").into_response(),
    }
}
