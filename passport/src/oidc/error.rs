//! Errors of the protocol, for their three readers: a code of the standard for the client, a sentence and the rule
//! ([`Rule`]) for its developer, and, in [`Failure`](super::failure::Failure), the cause for the operator.
//!
//! Descriptions are ASCII without quotes and backslashes (RFC 6749 §4.1.2.1), and are fixed texts: nothing of
//! a request is echoed in them.

use std::fmt;

use http::StatusCode;

use super::rules::Rule;

/// An error code of OAuth 2.0 or OpenID Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidRequest,
    /// RFC 6749 §5.2
    InvalidClient,
    /// RFC 6749 §5.2
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2
    UnauthorizedClient,
    /// RFC 6749 §5.2
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidScope,
    /// RFC 6749 §4.1.2.1
    AccessDenied,
    /// RFC 6749 §4.1.2.1
    ServerError,
    /// RFC 6749 §4.1.2.1
    TemporarilyUnavailable,
    /// The same code, since the standards have none of its own: of one client there is too much.
    TooManyRequests,
    /// OIDC Core §3.1.2.6
    LoginRequired,
    /// OIDC Core §3.1.2.6
    ConsentRequired,
    /// OIDC Core §3.1.2.6
    InteractionRequired,
    /// OIDC Unmet Authentication Requirements 1.0 §2
    UnmetAuthenticationRequirements,
    /// OIDC Core §3.1.2.6
    RegistrationNotSupported,
    /// RFC 8707 §2
    InvalidTarget,
    /// OIDC Core §3.1.2.6
    InvalidRequestUri,
    /// OIDC Core §3.1.2.6
    InvalidRequestObject,
    /// RFC 6750 §3.1
    InvalidToken,
    /// RFC 6750 §3.1
    InsufficientScope,
    /// RFC 9449 §5
    InvalidDpopProof,
    /// RFC 9449 §8
    UseDpopNonce,
    /// RFC 7591 §3.2.2
    InvalidClientMetadata,
    /// RFC 7591 §3.2.2
    InvalidRedirectUri,
}

impl Code {
    /// The code as it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable | Self::TooManyRequests => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
        }
    }

    /// The status of a direct answer with this code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            // RFC 6585 §4
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that breaks a rule, or that a person declined. [`Rule::error`] makes one: there is none without a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {} ({}, {})", .code, .rule.says(), .rule.section(), .rule.name())]
pub struct ProtocolError {
    /// For the client's program.
    pub code: Code,
    /// For the client's developer: what is wrong.
    pub description: &'static str,
    /// What was broken, as the owner of the client may know it.
    rule: Rule,
}

impl ProtocolError {
    /// The error of a request that breaks that rule.
    pub const fn of(rule: Rule) -> Self {
        let told = rule.told();
        Self { code: told.code(), description: told.says(), rule }
    }

    /// The rule that was broken. Whoever asks may have to be told of another: see [`Rule::told`].
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// Where the rule stands that is told.
    pub const fn section(&self) -> &'static str {
        self.rule.told().section()
    }

    /// `error_uri`: the page about it (RFC 6749 §4.1.2.1, §5.2).
    pub fn uri(&self, issuer: &str) -> String {
        self.rule.told().page(issuer)
    }

    /// `error_description`: what is wrong, where the rule stands and, unless it is empty, the reference, in the characters
    /// of RFC 6749 §4.1.2.1.
    pub fn describe(&self, reference: &str) -> String {
        let section = self.section();
        let mut text = String::with_capacity(self.description.len() + section.len() + reference.len() + 16);
        text.push_str(self.description);
        text.push_str(" (");
        text.push_str(section);
        if !reference.is_empty() {
            text.push_str(", reference ");
            text.extend(reference.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-'));
        }
        text.push(')');
        text
    }
}

impl From<Rule> for ProtocolError {
    fn from(rule: Rule) -> Self {
        Self::of(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_holds_only_what_the_standard_allows() {
        let error = Rule::CodeMissing.error();
        assert_eq!(error.describe("a\"\\\r\n你b"), "code is missing (RFC 6749 4.1.3, reference ab)");
        assert_eq!(error.describe(""), "code is missing (RFC 6749 4.1.3)");
    }
}
