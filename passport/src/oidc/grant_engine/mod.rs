//! The grants, driven by the state machines of `oxide-auth` without any input or output.
//!
//! The machines say what comes next (bind the client, extend, negotiate, recover, issue) and refuse what
//! RFC 6749 refuses; each borrowed output is turned into an owned value before anything is awaited. Their ready
//! endpoints are not used, and where a machine is laxer than the standards or the wall clock would decide, the
//! rule stands here:
//!
//! * the extension `()` drops PKCE, and `Pkce::optional` lets a verifier without a challenge pass: presence on
//!   both sides is compared here;
//! * the refresh machine compares the client only if it saw credentials: it always sees the authenticated id;
//! * redirect URIs are compared as parsed URLs: bytes are compared here;
//! * expiry is read from the wall clock: machines get a far date, the store asks our clock;
//! * its scope has no order: ours goes to the client;
//! * a spent code is called `invalid_request`: here every grant that cannot be recovered is `invalid_grant`.

pub mod access_token;
pub mod authorization;
pub mod client_credentials;
pub mod refresh;

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::error::AccessTokenErrorType;
use oxide_auth::primitives::registrar::{ExactUrl, RegisteredUrl};

use super::error::ProtocolError;
use super::rules::Rule;
use super::scope::Scope;

/// For machines that insist on a redirect URI where the flow has none. Nothing is ever sent there.
const NO_REDIRECT: &str = "https://nowhere.invalid/";

/// A date that no machine will find in the past.
const FAR: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// A defect of the machine or of the way it is driven: a step came that cannot come.
const OUT_OF_STEP: ProtocolError = Rule::ServerError.error();

fn registered(uri: &str) -> Result<RegisteredUrl, ProtocolError> {
    let exact = ExactUrl::new(uri.to_owned());
    exact.map(RegisteredUrl::Exact).map_err(|_| Rule::RedirectUriNotAbsolute.error())
}

/// The scope in the machine's type. A [`Scope`] holds only what that type takes.
fn to_machine(scope: &Scope) -> Result<oxide_auth::primitives::scope::Scope, ProtocolError> {
    scope.as_str().parse().map_err(|_| OUT_OF_STEP)
}

/// A refusal by a machine of the token endpoint, as the standard names it.
fn refusal(kind: AccessTokenErrorType) -> ProtocolError {
    let rule = match kind {
        AccessTokenErrorType::InvalidGrant => Rule::GrantRefused,
        AccessTokenErrorType::InvalidScope => Rule::ScopeExceedsGrant,
        AccessTokenErrorType::UnsupportedGrantType => Rule::GrantTypeUnsupported,
        AccessTokenErrorType::UnauthorizedClient => Rule::GrantNotAllowed,
        AccessTokenErrorType::InvalidClient => Rule::ClientAuthenticationFailed,
        AccessTokenErrorType::InvalidRequest => Rule::TokenRequestMalformed,
    };
    rule.error()
}
