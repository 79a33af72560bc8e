//! What a protected resource of ours asks for: an access token, sent as its binding demands (RFC 6750, RFC 9449 §7).

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use shared::http::ClientCertificate;

use super::Oidc;
use super::access_token::{self, AccessToken};
use super::confirmation::Confirmation;
use super::direct::respond;
use super::dpop::{self, Asked};
use super::error::{Code, ProtocolError};
use super::failure::Failure;
use super::params::Params;
use super::rules::Rule;
use crate::keys::received::Thumbprint;
use crate::web::form::is_form;

/// What is said of any token that does not count.
pub(crate) const DEAD: ProtocolError = Rule::AccessTokenDead.error();

/// How an access token was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it (RFC 6750).
    Bearer,
    /// Beside a proof (RFC 9449 §7.1).
    Dpop,
}

/// An access token that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// How.
    pub scheme: Scheme,
    /// Its text.
    pub text: String,
}

/// A request for a resource.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Its method.
    pub method: &'r Method,
    /// Its path below our issuer.
    pub path: &'r str,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its body: of a POST, a form.
    pub body: &'r [u8],
    /// The certificate that was shown.
    pub certificate: Option<&'r ClientCertificate>,
}

impl Request<'_> {
    /// The token of the request: in the header, or in the form of a POST (RFC 6750 §2), but not in both.
    ///
    /// # Errors
    /// `invalid_request`
    pub fn presented(&self) -> Result<Option<Presented>, ProtocolError> {
        let in_header = presented_in_header(self.headers)?;
        // §2.2: a body that is no form carries no token, and does not make the one in the header a wrong one.
        let in_body = if *self.method == Method::POST && is_form(self.headers) {
            Params::parse(self.body)?.take("access_token")
        } else {
            None
        };
        match (in_header, in_body) {
            (Some(_), Some(_)) => Err(Rule::AccessTokenTwice.into()),
            (found, None) => Ok(found),
            (None, Some(text)) => Ok(Some(Presented { scheme: Scheme::Bearer, text })),
        }
    }

    /// Reads a token that was sent and holds the request to what it is bound to; its proof is then spent. Whether the
    /// token was revoked is not looked at.
    ///
    /// # Errors
    /// `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`.
    pub async fn token(&self, oidc: &Oidc, sent: &Presented) -> Result<AccessToken, Failure> {
        let token = access_token::read_for_us(oidc, &sent.text).map_err(|_| DEAD)?;
        match (&token.cnf, sent.scheme) {
            (None, Scheme::Bearer) => {}
            (Some(Confirmation::Dpop(key)), Scheme::Dpop) => {
                let client = oidc.0.clients.find(&token.client_id).await?.ok_or(DEAD)?;
                let asked = Asked { method: self.method.as_str(), path: self.path, access_token: &sent.text, key };
                dpop::at_resource(oidc, self.headers, &client, asked).await?;
            }
            (Some(Confirmation::Certificate(wanted)), Scheme::Bearer) => {
                let shown = self.certificate.map(|shown| Thumbprint::of_certificate(shown.own()));
                if shown.as_ref() != Some(wanted) {
                    return Err(Rule::AccessTokenOtherCertificate.into());
                }
            }
            // Otherwise a stolen token would be good without its key (RFC 9449 §7.2).
            (Some(Confirmation::Dpop(_)), Scheme::Bearer) => {
                return Err(Rule::AccessTokenBound.into());
            }
            (Some(Confirmation::Certificate(_)) | None, Scheme::Dpop) => {
                return Err(Rule::AccessTokenNotBound.into());
            }
        }
        Ok(token)
    }
}

/// The token in the header of a request (RFC 6750 §2.1, RFC 9449 §7.1).
///
/// # Errors
/// `invalid_request` for several headers: who reads the first and who reads the last would see different tokens.
pub fn presented_in_header(headers: &HeaderMap) -> Result<Option<Presented>, ProtocolError> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (sent.next(), sent.next());
    if second.is_some() {
        return Err(Rule::ResourceHeaderTwice.into());
    }
    Ok(first.and_then(|value| value.to_str().ok()).and_then(credentials))
}

fn credentials(value: &str) -> Option<Presented> {
    let (scheme, token) = value.split_once(' ')?;
    let scheme = if scheme.eq_ignore_ascii_case("bearer") {
        Scheme::Bearer
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Scheme::Dpop
    } else {
        return None;
    };
    Some(Presented { scheme, text: token.trim().to_owned() })
}

/// The answer to who sent no token: the schemes and nothing else (RFC 6750 §3.1, RFC 9449 §7.1).
pub fn unauthorized() -> Response {
    let mut response = challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"passport\"");
    if let Ok(value) = HeaderValue::from_str(&format!("DPoP algs=\"{}\"", dpop::algorithm_names())) {
        response.headers_mut().append(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// The answer to who sent one that does not do.
pub fn refuse(issuer: &str, failure: &Failure, scheme: Scheme) -> Response {
    let error = failure.public();
    let proof = matches!(error.code, Code::InvalidDpopProof | Code::UseDpopNonce);
    // RFC 9449 §7.1: here they answer a challenge, which at the token endpoint they do not.
    let status = if proof { StatusCode::UNAUTHORIZED } else { error.code.status() };
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return respond::error(failure, issuer);
    }
    failure.log();
    let (code, text) = (error.code, error.description);
    // RFC 6750 §3
    let page = error.uri(issuer);
    let said = format!("realm=\"passport\", error=\"{code}\", error_description=\"{text}\", error_uri=\"{page}\"");
    let scope = if error.code == Code::InsufficientScope { ", scope=\"openid\"" } else { "" };
    match scheme {
        Scheme::Bearer => challenge(status, &format!("Bearer {said}{scope}")),
        Scheme::Dpop => challenge(status, &format!("DPoP {said}{scope}, algs=\"{}\"", dpop::algorithm_names())),
    }
}

/// An answer of that status that says how to authenticate, and nothing else.
pub(super) fn challenge(status: StatusCode, value: &str) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &Method, authorization: Option<&str>, body: &str) -> Result<Option<Presented>, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        }
        let request =
            Request { method, path: "/userinfo", headers: &headers, body: body.as_bytes(), certificate: None };
        request.presented().map_err(|e| e.code)
    }

    #[test]
    fn a_token_is_taken_from_the_header_or_the_form_but_not_from_both() {
        let token = |scheme| Ok(Some(Presented { scheme, text: "t".to_owned() }));
        assert_eq!(read(&Method::GET, Some("Bearer t"), ""), token(Scheme::Bearer));
        assert_eq!(read(&Method::POST, Some("bearer t"), ""), token(Scheme::Bearer));
        assert_eq!(read(&Method::GET, Some("dpop t"), ""), token(Scheme::Dpop));
        assert_eq!(read(&Method::POST, None, "access_token=t"), token(Scheme::Bearer));
        for both in ["Bearer t", "DPoP t"] {
            assert_eq!(read(&Method::POST, Some(both), "access_token=t"), Err(Code::InvalidRequest));
        }
        assert_eq!(read(&Method::GET, Some("Basic t"), ""), Ok(None));
        assert_eq!(read(&Method::GET, None, ""), Ok(None));
    }
}
