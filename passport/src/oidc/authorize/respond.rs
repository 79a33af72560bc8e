//! Answers of the authorization endpoint that travel to the client through the browser (RFC 6749 §4.1.2).

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use http::{StatusCode, header};

use super::super::error::ProtocolError;
use super::request::RawRequest;
use crate::clients::Client;
use crate::web::return_to;

/// A redirect URI that the client registered. The one way to make it is to prove it, and no answer leaves for a
/// client but through it: hence no redirect before client and URI are proven (RFC 9700 §4.11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedRedirect {
    uri: String,
    state: Option<String>,
    issuer: Arc<str>,
}

impl TrustedRedirect {
    /// Compares the URI of the request with those of the client.
    ///
    /// # Errors
    /// It is missing (OIDC Core §3.1.2.1 requires it), or not registered byte for byte (RFC 9700 §2.1).
    pub fn prove(client: &Client, request: &RawRequest, issuer: &Arc<str>) -> Result<Self, ProtocolError> {
        let Some(uri) = &request.redirect_uri else {
            return Err(ProtocolError::invalid_request("redirect_uri is missing", "OpenID Connect Core 1.0 3.1.2.1"));
        };
        if client.redirect_uri(uri).is_none() {
            return Err(ProtocolError::invalid_request("redirect_uri is not registered", "RFC 9700 2.1"));
        }
        Ok(Self { uri: uri.clone(), state: request.state.clone(), issuer: Arc::clone(issuer) })
    }

    /// The URI as the client sent it.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether it leads to a site that TLS proves, and not to a program on a device.
    pub fn is_https(&self) -> bool {
        self.uri.starts_with("https://")
    }

    /// Where a form may end that is answered by this redirect.
    pub fn form_target(&self) -> Option<String> {
        return_to::form_target(&self.uri)
    }

    /// Takes the browser back with a code.
    pub fn with_code(&self, code: &str) -> Response {
        self.answer(|query| {
            query.append_pair("code", code);
        })
    }

    /// Takes the browser back with an error. `reference` finds the request in our log.
    pub fn with_error(&self, error: &ProtocolError, reference: &str) -> Response {
        self.answer(|query| {
            query.append_pair("error", error.code.as_str());
            query.append_pair("error_description", &error.describe(reference));
        })
    }

    /// A 303, which makes a GET of whatever came before (RFC 9700 §4.12), with `state` and, against mix-up,
    /// `iss` (RFC 9207).
    fn answer(&self, parameters: impl FnOnce(&mut Serializer<'_, String>)) -> Response {
        let mut location = String::with_capacity(self.uri.len() + 256);
        location.push_str(&self.uri);
        location.push(if self.uri.contains('?') { '&' } else { '?' });
        let start = location.len();
        let mut query = Serializer::for_suffix(location, start);
        parameters(&mut query);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        see_other(&query.finish())
    }
}

/// 303 to `location`, never stored: a code or a sealed request may stand in it.
pub fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store")]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::error::Code;
    use crate::oidc::testing::client;

    fn redirect(uri: &str, state: Option<&str>) -> TrustedRedirect {
        TrustedRedirect { uri: uri.to_owned(), state: state.map(str::to_owned), issuer: "https://p.test".into() }
    }

    fn location(response: &Response) -> String {
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()[header::LOCATION].to_str().expect("ASCII").to_owned()
    }

    #[test]
    fn a_uri_that_differs_by_one_byte_is_never_trusted() {
        let client = client("");
        let issuer: Arc<str> = "https://p.test".into();
        let with = |uri: Option<&str>| {
            let request = RawRequest { redirect_uri: uri.map(str::to_owned), ..RawRequest::default() };
            TrustedRedirect::prove(&client, &request, &issuer)
        };
        assert!(with(Some("https://a.example/cb")).is_ok());
        for bad in [
            "https://a.example/cb/",
            "https://a.example/CB",
            "https://a.example:443/cb",
            "https://a.example/cb#x",
            "https://a.example/cb?x=1",
            "https://u@a.example/cb",
            "http://a.example/cb",
        ] {
            assert!(with(Some(bad)).is_err(), "{bad}");
        }
        assert!(with(None).is_err());
    }

    #[test]
    fn state_and_issuer_travel_with_success_and_with_errors() {
        let redirect = redirect("https://a.example/cb", Some("a b&c"));
        let good = location(&redirect.with_code("xyz"));
        assert_eq!(good, "https://a.example/cb?code=xyz&state=a+b%26c&iss=https%3A%2F%2Fp.test");
        let error = ProtocolError::new(Code::LoginRequired, "sign-in is needed", "OIDC");
        let bad = location(&redirect.with_error(&error, "R7K4"));
        assert!(bad.starts_with("https://a.example/cb?error=login_required&error_description="), "{bad}");
        assert!(bad.ends_with("&state=a+b%26c&iss=https%3A%2F%2Fp.test"), "{bad}");
        assert!(bad.contains("R7K4"), "{bad}");
    }

    #[test]
    fn a_registered_query_is_kept() {
        let location = location(&redirect("https://a.example/cb?x=1", None).with_code("c"));
        assert!(location.starts_with("https://a.example/cb?x=1&code=c&iss="), "{location}");
    }
}
