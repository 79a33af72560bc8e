//! A refresh through the machine (RFC 6749 §6).

use std::borrow::Cow;

use oxide_auth::code_grant::refresh::{Error, Input, Output, Refresh, Request};
use oxide_auth::primitives::grant::{Extensions, Grant};

use super::{FAR, NO_REDIRECT, OUT_OF_STEP, refusal, to_machine};
use crate::oidc::error::ProtocolError;
use crate::oidc::rules::Rule;
use crate::oidc::scope::Scope;

/// The request of a client that has authenticated.
#[derive(Debug, Clone, Copy)]
pub struct RefreshRequest<'r> {
    /// The client, by its authentication.
    pub client_id: &'r str,
    /// `grant_type`
    pub grant_type: &'r str,
    /// `refresh_token`
    pub refresh_token: Option<&'r str>,
    /// `scope`: what is asked for of what was granted.
    pub scope: Option<&'r str>,
}

/// What is stored of the family.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'s> {
    /// To whom its tokens were issued.
    pub client_id: &'s str,
    /// Whose authorization it is.
    pub owner: &'s str,
    /// What was authorized.
    pub scope: &'s Scope,
}

/// Decides whether the family may give this client new tokens; the scope of the new access token.
///
/// # Errors
/// `invalid_grant` if there is no such family or it is another client's, `invalid_scope` for more than was granted,
/// `invalid_request` for what is missing.
pub fn refresh(request: RefreshRequest<'_>, stored: Option<Stored<'_>>) -> Result<Scope, ProtocolError> {
    if request.refresh_token.is_none() {
        return Err(Rule::RefreshTokenMissing.into());
    }
    let asked = request.scope.map(Scope::requested).transpose()?;
    let mut machine = Refresh::new(&Asked(request));
    match machine.advance(Input::None) {
        Output::Unauthenticated { client, .. } if client == request.client_id => {}
        Output::Err(error) => return Err(refused(error)),
        _ => return Err(OUT_OF_STEP),
    }
    // Client authentication is the endpoint's first phase and lies behind us.
    match machine.advance(Input::Authenticated { scope: None }) {
        Output::RecoverRefresh { .. } => {}
        _ => return Err(OUT_OF_STEP),
    }
    let grant = stored.map(|stored| machine_grant(&stored)).transpose()?.map(Box::new);
    match machine.advance(Input::Recovered { scope: request.scope.map(Cow::Borrowed), grant }) {
        Output::Refresh { .. } => {}
        Output::Err(_) if stored.is_none() => return Err(Rule::RefreshTokenUnknown.into()),
        Output::Err(_) if stored.is_some_and(|stored| stored.client_id != request.client_id) => {
            return Err(Rule::GrantOfAnotherClient.into());
        }
        Output::Err(error) => return Err(refused(error)),
        _ => return Err(OUT_OF_STEP),
    }
    match (asked, stored) {
        (Some(asked), _) if !asked.is_empty() => Ok(asked),
        (_, Some(stored)) => Ok(stored.scope.clone()),
        _ => Err(OUT_OF_STEP),
    }
}

fn machine_grant(stored: &Stored<'_>) -> Result<Grant, ProtocolError> {
    Ok(Grant {
        owner_id: stored.owner.to_owned(),
        client_id: stored.client_id.to_owned(),
        scope: to_machine(stored.scope)?,
        redirect_uri: NO_REDIRECT.parse().map_err(|_| OUT_OF_STEP)?,
        until: FAR,
        extensions: Extensions::new(),
    })
}

fn refused(mut error: Error) -> ProtocolError {
    error.description().map_or(OUT_OF_STEP, |description| refusal(description.kind()))
}

/// A request in the machine's words.
struct Asked<'r>(RefreshRequest<'r>);

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.0.refresh_token.map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.0.scope.map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0.grant_type))
    }

    /// Always the authenticated client, a public one too: without it the machine compares nothing.
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.0.client_id), Cow::Borrowed(&[])))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::error::Code;

    fn run(client_id: &str, scope: Option<&str>, known: bool) -> Result<String, Code> {
        let granted = Scope::parse("openid email").expect("scope");
        let request = RefreshRequest { client_id, grant_type: "refresh_token", refresh_token: Some("t"), scope };
        let stored = Stored { client_id: "a", owner: "o", scope: &granted };
        let scope = refresh(request, known.then_some(stored)).map_err(|e| e.code)?;
        Ok(scope.to_string())
    }

    #[test]
    fn the_scope_is_the_granted_one_or_a_part_of_it() {
        assert_eq!(run("a", None, true).as_deref(), Ok("openid email"));
        assert_eq!(run("a", Some("email"), true).as_deref(), Ok("email"));
        assert_eq!(run("a", Some("email phone"), true), Err(Code::InvalidScope));
    }

    #[test]
    fn a_token_of_another_client_is_refused() {
        assert_eq!(run("b", None, true), Err(Code::InvalidGrant));
    }

    #[test]
    fn an_unknown_token_is_an_invalid_grant() {
        assert_eq!(run("a", None, false), Err(Code::InvalidGrant));
    }
}
