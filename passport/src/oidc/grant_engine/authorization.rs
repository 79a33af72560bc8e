//! The authorization request through the machine (RFC 6749 §4.1.1): response type, PKCE, scope.

use std::borrow::Cow;

use oxide_auth::code_grant::authorization::{Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::error::AuthorizationErrorType;
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::{Extensions, GrantExtension as _};
use oxide_auth::primitives::registrar::{BoundClient, PreGrant};

use super::{OUT_OF_STEP, registered, to_machine};
use crate::clients::Client;
use crate::oidc::authorize::request::RawRequest;
use crate::oidc::error::ProtocolError;
use crate::oidc::rules::Rule;
use crate::oidc::scope::Scope;

/// What came out of the negotiation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// What the client may be given of what it asked for.
    pub scope: Scope,
    /// The S256 challenge to be met, if the client made one.
    pub code_challenge: Option<String>,
}

/// What the machine asks for, without its borrows.
enum Ask {
    Bind,
    Extend,
    Negotiate(BoundClient<'static>),
    Done(Extensions),
}

/// Leads a request of a known client, whose redirect URI is proven, through the machine.
///
/// # Errors
/// What the machine refuses, and a scope of which nothing is left (`invalid_scope`).
pub fn negotiate(raw: &RawRequest, client: &Client) -> Result<Negotiated, ProtocolError> {
    let asked = Asked(raw);
    let granted = Scope::requested(raw.scope.as_deref().unwrap_or_default())?.granted_to(client);
    if granted.is_empty() {
        return Err(Rule::ScopeNothingLeft.into());
    }
    let mut machine = Authorization::new(&asked);
    let mut input = Input::None;
    loop {
        input = match advance(&mut machine, input)? {
            Ask::Bind => Input::Bound { request: &asked, bound_client: bind(raw, client)? },
            Ask::Extend => Input::Extended(challenge(raw)?),
            Ask::Negotiate(bound) => Input::Negotiated {
                pre_grant: PreGrant {
                    client_id: bound.client_id.into_owned(),
                    redirect_uri: bound.redirect_uri.into_owned(),
                    scope: to_machine(&granted)?,
                },
                state: raw.state.clone(),
            },
            Ask::Done(extensions) => {
                return Ok(Negotiated { scope: granted, code_challenge: stored_challenge(extensions) });
            }
        };
    }
}

fn advance(machine: &mut Authorization, input: Input<'_>) -> Result<Ask, ProtocolError> {
    match machine.advance(input) {
        Output::Bind { .. } => Ok(Ask::Bind),
        Output::Extend => Ok(Ask::Extend),
        Output::Negotiate { bound_client, .. } => Ok(Ask::Negotiate(bound_client.clone())),
        Output::Ok { extensions, .. } => Ok(Ask::Done(extensions)),
        Output::Err(error) => Err(refusal(error)),
    }
}

fn bind(raw: &RawRequest, client: &Client) -> Result<BoundClient<'static>, ProtocolError> {
    let uri = raw.redirect_uri.as_deref().unwrap_or_default();
    Ok(BoundClient { client_id: Cow::Owned(client.id.as_str().to_owned()), redirect_uri: Cow::Owned(registered(uri)?) })
}

/// The challenge as an extension of the grant. Whether one is required is a rule of the client, checked before.
fn challenge(raw: &RawRequest) -> Result<Extensions, ProtocolError> {
    let asked = Asked(raw);
    let (method, challenge) = (asked.extension("code_challenge_method"), asked.extension("code_challenge"));
    let value = Pkce::optional().challenge(method, challenge).map_err(|()| Rule::ChallengeMethodNotS256.error())?;
    let mut extensions = Extensions::new();
    if let Some(value) = value {
        extensions.set(&Pkce::optional(), value);
    }
    Ok(extensions)
}

/// The challenge as the store keeps it: the machine marks its method by a last letter.
fn stored_challenge(extensions: Extensions) -> Option<String> {
    let name = Pkce::optional().identifier();
    let (_, value) = extensions.private().find(|(key, _)| *key == name)?;
    value.and_then(|v| v.strip_suffix('S')).map(str::to_owned)
}

fn refusal(error: Error) -> ProtocolError {
    let Error::Redirect(mut url) = error else {
        return Rule::RequestMalformed.into();
    };
    match url.description().kind() {
        AuthorizationErrorType::UnsupportedResponseType => Rule::ResponseTypeNotCode.into(),
        AuthorizationErrorType::InvalidScope => Rule::ScopeMalformed.into(),
        AuthorizationErrorType::InvalidRequest => Rule::RequestMalformed.into(),
        _ => OUT_OF_STEP,
    }
}

/// A request in the machine's words.
struct Asked<'r>(&'r RawRequest);

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.0.client_id.as_deref().map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.0.scope.as_deref().map(Cow::Borrowed)
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.0.redirect_uri.as_deref().map(Cow::Borrowed)
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.0.state.as_deref().map(Cow::Borrowed)
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.0.response_type.as_deref().map(Cow::Borrowed)
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        match key {
            "code_challenge" => self.0.code_challenge.as_deref(),
            "code_challenge_method" => self.0.code_challenge_method.as_deref(),
            _ => None,
        }
        .map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::authorize::request::Given;
    use crate::oidc::error::Code;
    use crate::oidc::params::Params;
    use crate::oidc::testing::client;

    fn raw(query: &str) -> RawRequest {
        let base = "client_id=a&redirect_uri=https://a.example/cb&response_type=code&scope=openid";
        let params = Params::parse(format!("{base}{query}").as_bytes()).expect("parameters");
        RawRequest::read(&params, Given::default())
    }

    #[test]
    fn the_machine_keeps_an_s256_challenge() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let query = format!("&code_challenge={challenge}&code_challenge_method=S256");
        let negotiated = negotiate(&raw(&query), &client("")).expect("negotiated");
        assert_eq!(negotiated.code_challenge.as_deref(), Some(challenge));
        assert_eq!(negotiate(&raw(""), &client("")).expect("negotiated").code_challenge, None);
    }

    #[test]
    fn the_machine_refuses_a_plain_challenge_and_another_response_type() {
        let plain = negotiate(&raw("&code_challenge=abc&code_challenge_method=plain"), &client(""));
        assert_eq!(plain.map_err(|e| e.code), Err(Code::InvalidRequest));
        let mut other = raw("");
        other.response_type = Some("token".to_owned());
        assert_eq!(negotiate(&other, &client("")).map_err(|e| e.code), Err(Code::UnsupportedResponseType));
    }
}
