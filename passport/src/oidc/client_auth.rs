//! Client authentication (RFC 6749 §2.3, OIDC Core §9): by the registered method, and by no other.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use shared::secret::SecretString;

use super::Oidc;
use super::error::{Code, ProtocolError};
use super::failure::Failure;
use super::params::Params;
use crate::clients::{AuthMethod, Client};
use crate::web::form;

const RULE: &str = "RFC 6749 2.3";

/// What a request says about who sends it.
#[derive(Debug, PartialEq, Eq)]
struct Credentials {
    client_id: String,
    method: AuthMethod,
    secret: SecretString,
}

/// The client that sends the request.
///
/// # Errors
/// `invalid_request` for several ways at once, `invalid_client` for everything else that does not authenticate: an
/// unknown client, a wrong secret and the wrong method read the same.
pub async fn authenticate(oidc: &Oidc, headers: &HeaderMap, params: &Params) -> Result<Arc<Client>, Failure> {
    let credentials = credentials(headers, params)?;
    let client = oidc.0.clients.find(&credentials.client_id).await?.ok_or_else(refused)?;
    let proven = match credentials.method {
        AuthMethod::None => true,
        // Refused while the request is read.
        AuthMethod::PrivateKeyJwt => false,
        AuthMethod::Basic | AuthMethod::Post => client.verify_secret(credentials.secret.expose(), oidc.0.clock.now()),
    };
    if client.auth_method == credentials.method && proven { Ok(client) } else { Err(refused().into()) }
}

fn refused() -> ProtocolError {
    ProtocolError::new(Code::InvalidClient, "client authentication failed", "RFC 6749 5.2")
}

fn credentials(headers: &HeaderMap, params: &Params) -> Result<Credentials, ProtocolError> {
    if params.get("client_assertion").is_some() || params.get("client_assertion_type").is_some() {
        return Err(ProtocolError::new(Code::InvalidClient, "client assertions are not supported", "RFC 7521 4.2"));
    }
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (authorization.next(), authorization.next());
    if second.is_some() {
        return Err(ProtocolError::invalid_request("several Authorization headers", RULE));
    }
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    match (first, id, secret) {
        (Some(_), _, Some(_)) => {
            Err(ProtocolError::invalid_request("credentials were sent in the header and in the body", RULE))
        }
        (Some(value), id, None) => {
            let basic = value.to_str().ok().and_then(basic).ok_or_else(refused)?;
            if id.is_some_and(|id| id != basic.client_id) {
                return Err(ProtocolError::invalid_request("client_id differs from the header", RULE));
            }
            Ok(basic)
        }
        (None, Some(id), Some(secret)) => {
            Ok(Credentials { client_id: id.to_owned(), method: AuthMethod::Post, secret: SecretString::new(secret) })
        }
        (None, Some(id), None) => {
            Ok(Credentials { client_id: id.to_owned(), method: AuthMethod::None, secret: SecretString::default() })
        }
        (None, None, _) => Err(refused()),
    }
}

/// RFC 7617, with both parts form-encoded first (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<Credentials> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let at = decoded.iter().position(|b| *b == b':')?;
    let (id, secret) = (form::decode(&decoded[..at]).ok()?, form::decode(&decoded[at + 1..]).ok()?);
    Some(Credentials { client_id: id, method: AuthMethod::Basic, secret: SecretString::new(secret) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(authorization: &[&str], body: &str) -> Result<(String, AuthMethod, String), Code> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(header::AUTHORIZATION, value.parse().expect("a header"));
        }
        let params = Params::parse(body.as_bytes()).expect("parameters");
        let found = credentials(&headers, &params).map_err(|e| e.code)?;
        Ok((found.client_id.clone(), found.method, found.secret.expose().to_owned()))
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = basic_of("a%2Db:x+y%3Az");
        assert_eq!(read(&[&header], ""), Ok(("a-b".to_owned(), AuthMethod::Basic, "x y:z".to_owned())));
        let lower = header.replace("Basic", "basic");
        assert!(read(&[&lower], "client_id=a-b").is_ok());
    }

    #[test]
    fn two_ways_at_once_are_an_invalid_request() {
        let header = basic_of("a:x");
        assert_eq!(read(&[&header], "client_id=a&client_secret=x"), Err(Code::InvalidRequest));
        assert_eq!(read(&[&header], "client_id=b"), Err(Code::InvalidRequest));
        assert_eq!(read(&[&header, &header], ""), Err(Code::InvalidRequest));
    }

    #[test]
    fn the_body_authenticates_or_names_a_public_client() {
        assert_eq!(read(&[], "client_id=a&client_secret=x").map(|c| c.1), Ok(AuthMethod::Post));
        assert_eq!(read(&[], "client_id=a").map(|c| c.1), Ok(AuthMethod::None));
    }

    #[test]
    fn anything_else_is_an_invalid_client() {
        for header in ["Basic", "Basic !!!", "Bearer abc", &basic_of("nocolon"), &basic_of("a:%ff")] {
            assert_eq!(read(&[header], ""), Err(Code::InvalidClient), "{header}");
        }
        assert_eq!(read(&[], ""), Err(Code::InvalidClient));
        assert_eq!(read(&[], "client_id=a&client_assertion=x"), Err(Code::InvalidClient));
    }
}
