//! What a client is told when it cannot be registered (RFC 7591 §3.2.2, RFC 7592 §2).

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use shared::db::DbError;

use super::super::direct::respond::{self, Body};
use super::super::failure::Failure;
use super::super::resource;
use super::super::rules::Rule;
use crate::clients::signals::{SignalsError, WrongWish};
use crate::clients::{ClientsError, Problem, Rule as MetadataRule, secret::SecretError};
use crate::keys::KeysError;

/// Why a registration was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The request has no token.
    NoToken,
    /// It breaks a rule, and what there is to say of it beside the rule.
    Rule(Rule, Option<String>),
    /// Our concern.
    Failure(Failure),
}

impl Refusal {
    /// The answer, by that issuer. A cause of ours is logged.
    pub(super) fn into_response(self, issuer: &str) -> Response {
        match self {
            // RFC 6750 §3.1: who presented nothing made no mistake that could be named.
            Self::NoToken => resource::challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"passport\""),
            Self::Rule(rule, text) => {
                let mut response = answer(rule, text.as_deref(), issuer);
                let headers = response.headers_mut();
                if rule == Rule::RegistrationTokenRefused {
                    let page = rule.page(issuer);
                    let challenge = format!("Bearer realm=\"passport\", error=\"invalid_token\", error_uri=\"{page}\"");
                    headers.extend(HeaderValue::from_str(&challenge).ok().map(|how| (header::WWW_AUTHENTICATE, how)));
                }
                if matches!(rule, Rule::RegistrationTooMany | Rule::RegistrationTooOften) {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("3600"));
                }
                response
            }
            Self::Failure(failure) => respond::error(&failure, issuer),
        }
    }

    /// The rule that it breaks, if it is the sender's mistake.
    pub(super) const fn rule(&self) -> Option<Rule> {
        match self {
            Self::Rule(rule, _) => Some(*rule),
            Self::NoToken | Self::Failure(_) => None,
        }
    }

    /// A body that is no metadata.
    pub(super) fn body(text: &str) -> Self {
        Self::Rule(Rule::RegistrationBody, Some(text.to_owned()))
    }

    /// Metadata that break a rule, and what is to be said of it.
    fn metadata(text: impl Into<String>) -> Self {
        Self::Rule(Rule::RegistrationMetadata, Some(text.into()))
    }

    /// A redirect URI that breaks a rule.
    fn redirect_uri(text: impl Into<String>) -> Self {
        Self::Rule(Rule::RegistrationRedirectUri, Some(text.into()))
    }

    /// A field that breaks a rule.
    pub(super) fn field(name: &str, needs: &str) -> Self {
        Self::metadata(format!("{name}: {needs}"))
    }

    fn of(problems: &[Problem]) -> Self {
        let Some(first) = problems.first() else { return Self::metadata(String::new()) };
        match (&first.rule, first.field) {
            // The address stands in the request: it is not repeated.
            (MetadataRule::Redirect(_, why), "redirect_uris") => Self::redirect_uri(format!("a redirect URI {why}")),
            (MetadataRule::NoRedirect, _) => Self::redirect_uri(first.to_string()),
            (MetadataRule::SectorLacks(_), field) => Self::field(field, "does not list every redirect URI"),
            (MetadataRule::Redirect(_, why), field) => Self::field(field, &format!("an address {why}")),
            (MetadataRule::Scope(_) | MetadataRule::Resource(_), field) => {
                Self::field(field, "holds a value that is none of its kind")
            }
            _ => Self::metadata(first.to_string()),
        }
    }
}

impl From<Rule> for Refusal {
    fn from(rule: Rule) -> Self {
        Self::Rule(rule, None)
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<KeysError> for Refusal {
    fn from(error: KeysError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<ClientsError> for Refusal {
    fn from(error: ClientsError) -> Self {
        match error {
            ClientsError::Metadata(problems) => Self::of(&problems),
            ClientsError::Db(error) => error.into(),
            // The client may have been removed a moment ago.
            ClientsError::NotInvited | ClientsError::Unknown => Rule::RegistrationTokenRefused.into(),
            ClientsError::TooManySecrets => Rule::RegistrationTwoSecrets.into(),
            ClientsError::SecretUnknown => Rule::RegistrationSecretUnknown.into(),
            ClientsError::LastSecret => Rule::RegistrationLastSecret.into(),
            ClientsError::NoSecret | ClientsError::Secret(SecretError::Short | SecretError::Character) => {
                Rule::RegistrationSecretUnchangeable.into()
            }
        }
    }
}

impl From<SignalsError> for Refusal {
    fn from(error: SignalsError) -> Self {
        match error {
            SignalsError::Db(error) => error.into(),
            SignalsError::Unknown => Rule::RegistrationTokenRefused.into(),
            SignalsError::NoStream | SignalsError::NoEndpoint => Rule::RegistrationNoStream.into(),
            // The name of the event that does not exist stands in the request: it is not repeated.
            SignalsError::Wrong(WrongWish::Event(_)) => Rule::RegistrationSignals.into(),
            SignalsError::Wrong(wrong) => Self::Rule(Rule::RegistrationSignals, Some(wrong.to_string())),
        }
    }
}

fn answer(rule: Rule, text: Option<&str>, issuer: &str) -> Response {
    // The characters of RFC 6749 §5.2.
    let text = text.unwrap_or(rule.says());
    let text: String = text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect();
    let body = Body { error: rule.code().as_str(), error_description: &text, error_uri: &rule.page(issuer) };
    let mut response = respond::json(serde_json::to_vec(&body).unwrap_or_default());
    // RFC 6749 has no status of its own for it.
    let closed = rule == Rule::RegistrationClosed;
    *response.status_mut() = if closed { StatusCode::FORBIDDEN } else { rule.code().status() };
    response
}
