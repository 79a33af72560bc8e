//! The redemption of a code through the machine (RFC 6749 §4.1.3, RFC 7636 §4.6).

use std::borrow::Cow;

use oxide_auth::code_grant::accesstoken::{AccessToken, Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::{Extensions, Grant, Value};

use super::{FAR, NO_REDIRECT, OUT_OF_STEP, refusal, to_machine};
use crate::oidc::error::ProtocolError;
use crate::oidc::rules::Rule;
use crate::oidc::scope::Scope;

/// The request of a client that has authenticated.
#[derive(Debug, Clone, Copy)]
pub struct CodeRequest<'r> {
    /// The client, by its authentication.
    pub client_id: &'r str,
    /// `grant_type`
    pub grant_type: &'r str,
    /// `code`
    pub code: Option<&'r str>,
    /// `redirect_uri`. OAuth 2.1 §4.1.3 does without it where PKCE binds the code.
    pub redirect_uri: Option<&'r str>,
    /// `code_verifier`
    pub code_verifier: Option<&'r str>,
}

/// What is stored of the authorization that the code stands for.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'s> {
    /// To whom the code was issued.
    pub client_id: &'s str,
    /// Whose authorization it is.
    pub owner: &'s str,
    /// What was authorized.
    pub scope: &'s Scope,
    /// The URI of the authorization request.
    pub redirect_uri: &'s str,
    /// The S256 challenge of the authorization request.
    pub code_challenge: Option<&'s str>,
}

/// A redemption under way: the request is well-formed, the grant has not been recovered.
pub struct Redemption<'r> {
    machine: AccessToken,
    request: CodeRequest<'r>,
}

impl<'r> Redemption<'r> {
    /// Begins.
    ///
    /// # Errors
    /// `invalid_request` for what is missing or malformed, `unsupported_grant_type`.
    pub fn begin(request: CodeRequest<'r>) -> Result<Self, ProtocolError> {
        if request.code.is_none() {
            return Err(Rule::CodeMissing.into());
        }
        if request.redirect_uri.is_none() && request.code_verifier.is_none() {
            return Err(Rule::TokenRedirectUriMissing.into());
        }
        if request.code_verifier.is_some_and(|v| !is_verifier(v)) {
            return Err(Rule::VerifierMalformed.into());
        }
        let mut machine = AccessToken::new(&Asked(request));
        match machine.advance(Input::None) {
            Output::Authenticate { client, .. } if client == request.client_id => {}
            Output::Err(error) => return Err(refused(*error)),
            _ => return Err(OUT_OF_STEP),
        }
        // Client authentication is the endpoint's first phase and lies behind us.
        match machine.advance(Input::Authenticated) {
            Output::Recover { .. } => Ok(Self { machine, request }),
            Output::Err(error) => Err(refused(*error)),
            _ => Err(OUT_OF_STEP),
        }
    }

    /// Decides whether the recovered authorization may become tokens for this client.
    ///
    /// # Errors
    /// `invalid_grant`: none was recovered, it is another client's, the redirect URI differs, or verifier and
    /// challenge do not belong together.
    pub fn recover(mut self, stored: Option<Stored<'_>>) -> Result<(), ProtocolError> {
        let Some(stored) = stored else {
            return Err(Rule::CodeUnreadable.into());
        };
        if self.request.redirect_uri.is_some_and(|presented| presented != stored.redirect_uri) {
            return Err(Rule::CodeRedirectUriDiffers.into());
        }
        let grant = machine_grant(&stored, self.request.redirect_uri)?;
        let extensions = match self.machine.advance(Input::Recovered(Some(Box::new(grant)))) {
            Output::Extend { extensions } => std::mem::take(extensions),
            Output::Err(_) if stored.client_id != self.request.client_id => {
                return Err(Rule::GrantOfAnotherClient.into());
            }
            Output::Err(error) => return Err(refused(*error)),
            _ => return Err(OUT_OF_STEP),
        };
        verify_challenge(extensions, self.request.code_verifier)?;
        match self.machine.advance(Input::Extended { access_extensions: Extensions::new() }) {
            Output::Issue { grant } if grant.client_id == self.request.client_id => Ok(()),
            Output::Err(error) => Err(refused(*error)),
            _ => Err(OUT_OF_STEP),
        }
    }
}

fn machine_grant(stored: &Stored<'_>, presented: Option<&str>) -> Result<Grant, ProtocolError> {
    let uri = if presented.is_some() { stored.redirect_uri } else { NO_REDIRECT };
    let mut extensions = Extensions::new();
    if let Some(challenge) = stored.code_challenge {
        extensions.set(&Pkce::required(), Value::private(Some(format!("{challenge}S"))));
    }
    Ok(Grant {
        owner_id: stored.owner.to_owned(),
        client_id: stored.client_id.to_owned(),
        scope: to_machine(stored.scope)?,
        redirect_uri: uri.parse().map_err(|_| OUT_OF_STEP)?,
        until: FAR,
        extensions,
    })
}

/// A verifier is due exactly if there was a challenge: with the one alone, a code could be injected or the
/// protection taken off (RFC 9700 §2.1.1).
fn verify_challenge(mut extensions: Extensions, verifier: Option<&str>) -> Result<(), ProtocolError> {
    let pkce = Pkce::required();
    match (extensions.remove(&pkce), verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) => {
            let verdict = pkce.verify(Some(challenge), Some(Cow::Borrowed(verifier)));
            verdict.map_err(|()| Rule::VerifierWrong.error())
        }
        (Some(_), None) => Err(Rule::VerifierMissing.into()),
        (None, Some(_)) => Err(Rule::VerifierUnexpected.into()),
    }
}

/// RFC 7636 §4.1
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn refused(mut error: Error) -> ProtocolError {
    error.description().map_or(OUT_OF_STEP, |description| refusal(description.kind()))
}

/// A request in the machine's words.
struct Asked<'r>(CodeRequest<'r>);

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.0.code.map(Cow::Borrowed)
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization::Username(Cow::Borrowed(self.0.client_id))
    }

    /// Hidden: the machine would count it as a second way of authentication.
    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0.redirect_uri.unwrap_or(NO_REDIRECT)))
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

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn request() -> CodeRequest<'static> {
        CodeRequest {
            client_id: "a",
            grant_type: "authorization_code",
            code: Some("c"),
            redirect_uri: Some("https://a.example/cb"),
            code_verifier: Some(VERIFIER),
        }
    }

    fn redeem(request: CodeRequest<'_>, change: impl FnOnce(&mut Stored<'_>)) -> Result<(), Code> {
        let scope = Scope::parse("openid").expect("scope");
        let mut stored = Stored {
            client_id: "a",
            owner: "o",
            scope: &scope,
            redirect_uri: "https://a.example/cb",
            code_challenge: Some(CHALLENGE),
        };
        change(&mut stored);
        let redemption = Redemption::begin(request).map_err(|e| e.code)?;
        redemption.recover(Some(stored)).map_err(|e| e.code)
    }

    #[test]
    fn the_client_with_the_verifier_may_redeem() {
        assert_eq!(redeem(request(), |_| ()), Ok(()));
    }

    #[test]
    fn another_client_may_not() {
        assert_eq!(redeem(request(), |s| s.client_id = "b"), Err(Code::InvalidGrant));
    }

    #[test]
    fn the_redirect_uri_is_compared_byte_for_byte() {
        let with = |uri| redeem(CodeRequest { redirect_uri: Some(uri), ..request() }, |_| ());
        assert_eq!(with("https://a.example/cb"), Ok(()));
        // The machine takes these for the same address.
        assert_eq!(with("https://a.example:443/cb"), Err(Code::InvalidGrant));
        assert_eq!(with("https://a.example/x/../cb"), Err(Code::InvalidGrant));
    }

    #[test]
    fn the_redirect_uri_may_be_left_out_where_pkce_binds_the_code() {
        let without = CodeRequest { redirect_uri: None, ..request() };
        assert_eq!(redeem(without, |_| ()), Ok(()));
        let bare = CodeRequest { redirect_uri: None, code_verifier: None, ..request() };
        assert_eq!(redeem(bare, |s| s.code_challenge = None), Err(Code::InvalidRequest));
    }

    #[test]
    fn verifier_and_challenge_come_together_or_not_at_all() {
        let none = CodeRequest { code_verifier: None, ..request() };
        assert_eq!(redeem(none, |s| s.code_challenge = None), Ok(()));
        assert_eq!(redeem(none, |_| ()), Err(Code::InvalidGrant));
        assert_eq!(redeem(request(), |s| s.code_challenge = None), Err(Code::InvalidGrant));
        let wrong = "x".repeat(43);
        let wrong = CodeRequest { code_verifier: Some(&wrong), ..request() };
        assert_eq!(redeem(wrong, |_| ()), Err(Code::InvalidGrant));
    }

    #[test]
    fn a_verifier_of_the_wrong_shape_is_refused_before_the_store_is_asked() {
        for bad in ["short", &"x".repeat(129), &format!("{}=", "x".repeat(43))] {
            let request = CodeRequest { code_verifier: Some(bad), ..request() };
            assert_eq!(Redemption::begin(request).map(drop).map_err(|e| e.code), Err(Code::InvalidRequest));
        }
    }

    #[test]
    fn what_cannot_be_recovered_is_an_invalid_grant() {
        let redemption = Redemption::begin(request()).expect("begun");
        assert_eq!(redemption.recover(None).map_err(|e| e.code), Err(Code::InvalidGrant));
        let missing = CodeRequest { code: None, ..request() };
        assert_eq!(Redemption::begin(missing).map(drop).map_err(|e| e.code), Err(Code::InvalidRequest));
    }
}
