//! Client credentials through the machine (RFC 6749 §4.4).

use std::borrow::Cow;

use oxide_auth::code_grant::client_credentials::{ClientCredentials, Error, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, PreGrant};

use super::{NO_REDIRECT, OUT_OF_STEP, refusal, registered, to_machine};
use crate::clients::Client;
use crate::oidc::error::ProtocolError;
use crate::oidc::rules::Rule;
use crate::oidc::scope::Scope;

/// The request of a client that has authenticated.
#[derive(Debug, Clone, Copy)]
pub struct CredentialsRequest<'r> {
    /// The client, by its authentication.
    pub client: &'r Client,
    /// `grant_type`
    pub grant_type: &'r str,
    /// `scope`
    pub scope: Option<&'r str>,
}

/// What the machine asks for, without its borrows.
enum Ask {
    Authenticate,
    Bind,
    Extend,
    Negotiate(BoundClient<'static>),
    Done,
}

/// Decides what the client gets for itself.
///
/// # Errors
/// `invalid_scope` when it asks for something and nothing is left of it, and what the machine refuses.
pub fn negotiate(request: CredentialsRequest<'_>) -> Result<Scope, ProtocolError> {
    let granted = match request.scope.map(Scope::requested).transpose()? {
        None => Scope::registered(request.client).granted_to_client_itself(request.client),
        Some(asked) => {
            let granted = asked.granted_to_client_itself(request.client);
            if granted.is_empty() && !is_openid_alone(&asked) {
                return Err(Rule::ScopeNotForClient.into());
            }
            granted
        }
    };
    let mut machine = ClientCredentials::new(&Asked(request));
    let mut input = Input::None;
    loop {
        input = match advance(&mut machine, input)? {
            // Client authentication is the endpoint's first phase and lies behind us.
            Ask::Authenticate => Input::Authenticated,
            Ask::Bind => Input::Bound {
                bound_client: BoundClient {
                    client_id: Cow::Owned(request.client.id.as_str().to_owned()),
                    redirect_uri: Cow::Owned(registered(NO_REDIRECT)?),
                },
            },
            Ask::Extend => Input::Extended { extensions: Extensions::new() },
            Ask::Negotiate(bound) => Input::Negotiated {
                pre_grant: PreGrant {
                    client_id: bound.client_id.into_owned(),
                    redirect_uri: bound.redirect_uri.into_owned(),
                    scope: to_machine(&granted)?,
                },
            },
            Ask::Done => return Ok(granted),
        };
    }
}

/// Libraries that always send `scope=openid` do so here too; it means nothing without a person, and is no error.
fn is_openid_alone(scope: &Scope) -> bool {
    scope.as_str() == crate::oidc::scope::OPENID
}

fn advance(machine: &mut ClientCredentials, input: Input) -> Result<Ask, ProtocolError> {
    match machine.advance(input) {
        Output::Authenticate { .. } => Ok(Ask::Authenticate),
        Output::Binding { .. } => Ok(Ask::Bind),
        Output::Extend => Ok(Ask::Extend),
        Output::Negotiate { bound_client, .. } => Ok(Ask::Negotiate(bound_client.clone())),
        Output::Ok { .. } => Ok(Ask::Done),
        Output::Err(error) => Err(refused(*error)),
    }
}

fn refused(mut error: Error) -> ProtocolError {
    error.description().map_or(OUT_OF_STEP, |description| refusal(description.kind()))
}

/// A request in the machine's words.
struct Asked<'r>(CredentialsRequest<'r>);

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.0.client.id.as_str()), Cow::Borrowed(&[])))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.0.scope.map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0.grant_type))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::error::Code;
    use crate::oidc::testing::client;

    fn run(scope: Option<&str>) -> Result<String, Code> {
        let client = client("scopes = ['openid', 'email', 'reports', 'rosters']");
        let request = CredentialsRequest { client: &client, grant_type: "client_credentials", scope };
        negotiate(request).map(|s| s.to_string()).map_err(|e| e.code)
    }

    #[test]
    fn a_client_gets_what_it_registered_for_itself() {
        assert_eq!(run(None).as_deref(), Ok("reports rosters"));
        assert_eq!(run(Some("rosters")).as_deref(), Ok("rosters"));
        assert_eq!(run(Some("openid")).as_deref(), Ok(""));
    }

    #[test]
    fn what_it_may_not_have_is_an_invalid_scope() {
        for bad in ["email", "made_up", "a\"b"] {
            assert_eq!(run(Some(bad)), Err(Code::InvalidScope), "{bad}");
        }
    }
}
