//! Answers of the authorization endpoint that travel to the client through the browser (RFC 6749 §4.1.2).

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::super::error::ProtocolError;
use super::super::rules::Rule;
use super::super::scope::OPENID;
use super::super::session_state::Observer;
use super::request::RawRequest;
use super::response_mode::ResponseMode;
use crate::clients::Client;
use crate::keys::Alg;
use crate::web::return_to;

/// A redirect URI that the client registered. The one way to make it is to prove it, and no answer leaves for a
/// client but through it: hence no redirect before client and URI are proven (RFC 9700 §4.11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedRedirect {
    uri: String,
    state: Option<String>,
    issuer: Arc<str>,
    mode: ResponseMode,
    /// For whom answers are signed, if they are.
    recipient: Option<Recipient>,
    /// Who is told of the session's state: whoever asks who somebody is.
    observer: Option<Observer>,
    /// Whether the site is one of ours.
    own_site: bool,
}

/// For whom an answer is signed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The client.
    pub client_id: String,
    /// The algorithm that it registered.
    pub alg: Alg,
}

impl TrustedRedirect {
    /// Compares the URI of the request with those of the client.
    ///
    /// # Errors
    /// It is missing (OIDC Core §3.1.2.1 requires it), or not registered byte for byte (RFC 9700 §2.1).
    pub fn prove(client: &Client, request: &RawRequest, issuer: &Arc<str>) -> Result<Self, ProtocolError> {
        let Some(uri) = &request.redirect_uri else {
            return Err(Rule::RedirectUriMissing.into());
        };
        if client.redirect_uri(uri).is_none() {
            return Err(Rule::RedirectUriNotRegistered.into());
        }
        // A mode that we do not know is refused by a check, in the usual one.
        let mode = request.response_mode.as_deref().and_then(ResponseMode::parse).unwrap_or_default();
        let recipient =
            mode.signed.then(|| Recipient { client_id: client.id.as_str().to_owned(), alg: client.response_alg });
        let authenticates = request.scope.as_deref().is_some_and(|scope| scope.split(' ').any(|token| token == OPENID));
        Ok(Self {
            uri: uri.clone(),
            state: request.state.clone(),
            issuer: Arc::clone(issuer),
            mode,
            recipient,
            own_site: client.first_party,
            observer: if authenticates { Observer::of(client, uri) } else { None },
        })
    }

    /// The URI as the client sent it.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How answers reach it.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// For whom answers are signed, if the client asked for signed ones.
    pub fn recipient(&self) -> Option<&Recipient> {
        self.recipient.as_ref()
    }

    /// Who is told of the session's state, if anybody is.
    pub fn observer(&self) -> Option<&Observer> {
        self.observer.as_ref()
    }

    /// Whether it leads to a site of ours.
    pub fn is_to_our_own_site(&self) -> bool {
        self.own_site
    }

    /// Whether it leads to a site that TLS proves, and not to a program on a device.
    pub fn is_https(&self) -> bool {
        self.uri.starts_with("https://")
    }

    /// Where a form may end that is answered by this redirect.
    pub fn form_target(&self) -> Option<String> {
        return_to::form_target(&self.uri)
    }

    /// The answer with a code.
    pub fn with_code(&self, code: String) -> Answer<'_> {
        self.answer(vec![("code", code)])
    }

    /// The answer with an error. `reference` finds the request in our log.
    pub fn with_error(&self, error: &ProtocolError, reference: &str) -> Answer<'_> {
        let code = error.code.as_str().to_owned();
        let (description, page) = (error.describe(reference), error.uri(&self.issuer));
        self.answer(vec![("error", code), ("error_description", description), ("error_uri", page)])
    }

    /// With `state` and, against mix-up, `iss` (RFC 9207).
    fn answer(&self, mut parameters: Vec<(&'static str, String)>) -> Answer<'_> {
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", self.issuer.to_string()));
        Answer { redirect: self, parameters }
    }
}

/// What a client is told; [`deliver`](super::deliver::deliver) sends it.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'r> {
    /// Where it goes.
    pub redirect: &'r TrustedRedirect,
    /// What it says.
    pub parameters: Vec<(&'static str, String)>,
}

/// 303 to `location`, never stored: a code or a sealed request may stand in it.
pub fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    fn prove(uri: Option<&str>, mode: Option<&str>) -> Result<TrustedRedirect, ProtocolError> {
        let request = RawRequest {
            redirect_uri: uri.map(str::to_owned),
            response_mode: mode.map(str::to_owned),
            state: Some("s".to_owned()),
            ..RawRequest::default()
        };
        TrustedRedirect::prove(&client(""), &request, &"https://p.test".into())
    }

    #[test]
    fn a_uri_that_differs_by_one_byte_is_never_trusted() {
        assert!(prove(Some("https://a.example/cb"), None).is_ok());
        for bad in [
            "https://a.example/cb/",
            "https://a.example/CB",
            "https://a.example:443/cb",
            "https://a.example/cb#x",
            "https://a.example/cb?x=1",
            "https://u@a.example/cb",
            "http://a.example/cb",
        ] {
            assert!(prove(Some(bad), None).is_err(), "{bad}");
        }
        assert!(prove(None, None).is_err());
    }

    #[test]
    fn state_and_issuer_travel_with_success_and_with_errors() {
        let redirect = prove(Some("https://a.example/cb"), None).expect("registered");
        let good = redirect.with_code("xyz".to_owned()).parameters;
        let own = |name, value: &str| (name, value.to_owned());
        assert_eq!(good, [own("code", "xyz"), own("state", "s"), own("iss", "https://p.test")]);
        let error = Rule::NobodySignedIn.error();
        let bad = redirect.with_error(&error, "R7K4").parameters;
        assert_eq!(bad.first(), Some(&own("error", "login_required")));
        assert!(bad[1].1.contains("R7K4"), "{bad:?}");
        assert_eq!(bad[2], own("error_uri", "https://p.test/errors/nobody-signed-in"));
        assert_eq!(bad[3..], good[1..]);
    }

    #[test]
    fn only_an_answer_that_is_asked_for_signed_has_a_recipient() {
        let recipient = |mode| prove(Some("https://a.example/cb"), mode).expect("registered").recipient().cloned();
        assert_eq!(recipient(None), None);
        assert_eq!(recipient(Some("form_post")), None);
        let expected = Recipient { client_id: "a".to_owned(), alg: Alg::RS256 };
        assert_eq!(recipient(Some("fragment.jwt")), Some(expected));
    }
}
