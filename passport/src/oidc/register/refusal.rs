//! What a client is told when it cannot be registered (RFC 7591 §3.2.2, RFC 7592 §2).

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use shared::db::DbError;

use super::super::direct::respond;
use super::super::failure::Failure;
use super::super::resource;
use crate::clients::{ClientsError, Problem, Rule, secret::SecretError};

/// Why a registration was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody registers without an operator here.
    Closed,
    /// The request has no token.
    NoToken,
    /// Its token is unknown, spent or expired.
    Token,
    /// Too many clients from one network.
    TooMany,
    /// There is no metadata, or a field of it breaks a rule: its name and what it needs.
    Metadata(String),
    /// A redirect URI does.
    RedirectUri(String),
    /// The request brings what it must not (RFC 7592 §2.2).
    Request(&'static str),
    /// Our concern.
    Failure(Failure),
}

impl Refusal {
    /// The answer. A cause of ours is logged.
    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Closed => answer(StatusCode::FORBIDDEN, "access_denied", "clients are registered by operators here"),
            // RFC 6750 §3.1: who presented nothing made no mistake that could be named.
            Self::NoToken => resource::challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"passport\""),
            Self::Token => {
                let text = "the access token is unknown, spent or expired";
                let mut response = answer(StatusCode::UNAUTHORIZED, "invalid_token", text);
                let challenge = HeaderValue::from_static("Bearer realm=\"passport\", error=\"invalid_token\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Self::TooMany => {
                let text = "too many clients were registered from this network";
                let mut response = answer(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", text);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3600"));
                response
            }
            Self::Metadata(text) => answer(StatusCode::BAD_REQUEST, "invalid_client_metadata", &text),
            Self::RedirectUri(text) => answer(StatusCode::BAD_REQUEST, "invalid_redirect_uri", &text),
            Self::Request(text) => answer(StatusCode::BAD_REQUEST, "invalid_request", text),
            Self::Failure(failure) => respond::error(&failure),
        }
    }

    /// A field that breaks a rule.
    pub(super) fn field(name: &str, needs: &str) -> Self {
        Self::Metadata(format!("{name}: {needs}"))
    }

    fn of(problems: &[Problem]) -> Self {
        let Some(first) = problems.first() else { return Self::Metadata(String::new()) };
        match (&first.rule, first.field) {
            // The address stands in the request: it is not repeated.
            (Rule::Redirect(_, why), "redirect_uris") => Self::RedirectUri(format!("a redirect URI {why}")),
            (Rule::NoRedirect, _) => Self::RedirectUri(first.to_string()),
            (Rule::SectorLacks(_), field) => Self::field(field, "does not list every redirect URI"),
            (Rule::Redirect(_, why), field) => Self::field(field, &format!("an address {why}")),
            (Rule::Scope(_) | Rule::Resource(_), field) => Self::field(field, "holds a value that is none of its kind"),
            _ => Self::Metadata(first.to_string()),
        }
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<ClientsError> for Refusal {
    fn from(error: ClientsError) -> Self {
        match error {
            ClientsError::Metadata(problems) => Self::of(&problems),
            ClientsError::Db(error) => error.into(),
            // The client may have been removed a moment ago.
            ClientsError::NotInvited | ClientsError::Unknown => Self::Token,
            ClientsError::NoSecret
            | ClientsError::TooManySecrets
            | ClientsError::Secret(SecretError::Short | SecretError::Character) => {
                Self::Request("the client's secret cannot be changed so")
            }
        }
    }
}

fn answer(status: StatusCode, code: &str, text: &str) -> Response {
    // The characters of RFC 6749 §5.2.
    let text: String = text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect();
    let body = json!({ "error": code, "error_description": text }).to_string();
    let mut response = respond::json(body);
    *response.status_mut() = status;
    response
}
