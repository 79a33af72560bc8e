//! Client authentication (RFC 6749 §2.3, OIDC Core §9): by the registered method, and by no other.

pub(super) mod assertion;
mod secret;

use std::sync::Arc;

use http::{HeaderMap, header};
use shared::clock::Timestamp;

use self::assertion::Assertion;
use self::secret::Shown;
use super::Oidc;
use super::error::ProtocolError;
use super::failure::Failure;
use super::mtls::{self, Sender};
use super::once::{self, Once};
use super::params::Params;
use super::refusals::Attempt;
use super::rules::Rule;
use crate::clients::secret::StoredSecret;
use crate::clients::{AuthMethod, Client};
use crate::limits::quota;

/// A client that has authenticated.
pub struct Authenticated {
    /// Who it is.
    pub client: Arc<Client>,
    /// What it authenticated with, if that may be used once: to be spent before anything else happens.
    pub assertion: Option<Once>,
}

/// What a request says about who sends it.
pub(crate) enum Credentials<'r> {
    /// An identifier alone.
    Nothing(&'r str),
    /// A secret.
    Secret(Shown),
    /// A signed token.
    Assertion(Assertion<'r>),
}

/// The client that sends the request, its assertion spent.
///
/// # Errors
/// As [`verify`], and `invalid_client` for an assertion that was used before.
pub async fn authenticate(
    oidc: &Oidc,
    sender: Sender<'_>,
    params: &Params,
    attempt: &mut Attempt,
) -> Result<Arc<Client>, Failure> {
    let Authenticated { client, assertion } = verify(oidc, sender, params, attempt).await?;
    once::spend(oidc, assertion, None).await?;
    Ok(client)
}

/// The client that sends the request.
///
/// # Errors
/// `invalid_request` for several ways at once, `invalid_client` for everything else that does not authenticate: an
/// unknown client, a wrong secret or key and the wrong method read the same. `unauthorized_client` for one that the staff
/// suspended. And what a client that has authenticated may
/// ask for is used up: strangers who name it use up nothing of that. `attempt` learns who it was.
pub async fn verify(
    oidc: &Oidc,
    sender: Sender<'_>,
    params: &Params,
    attempt: &mut Attempt,
) -> Result<Authenticated, Failure> {
    let credentials = Credentials::read(sender.headers, params)?;
    let client = oidc.0.clients.find(credentials.client_id()).await?.ok_or(Rule::ClientUnknown)?;
    attempt.names(&client);
    let assertion = match credentials {
        Credentials::Nothing(_)
            if client.auth_method != AuthMethod::None && shows_its_certificate(oidc, sender, &client).await =>
        {
            None
        }
        Credentials::Assertion(assertion) if client.auth_method == AuthMethod::PrivateKeyJwt => {
            Some(assertion.verify(oidc, &client).await?)
        }
        credentials => {
            let now = oidc.0.clock.now();
            if let Some(secret) = credentials.prove(&client, now)? {
                oidc.0.clients.used_secret(&client.id, secret.hash, now);
            }
            None
        }
    };
    attempt.prove();
    // Only who has proven to be the client learns it.
    if client.is_suspended() {
        return Err(Rule::ClientSuspended.into());
    }
    if !client.is_public() {
        oidc.0.quotas.take(client.id.as_str(), quota::Kind::Calls, oidc.0.clock.now())?;
    }
    Ok(Authenticated { client, assertion })
}

async fn shows_its_certificate(oidc: &Oidc, sender: Sender<'_>, client: &Client) -> bool {
    match sender.certificate {
        Some(shown) => mtls::authenticates(oidc, client, shown).await,
        None => false,
    }
}

/// What is missing where a client only says who it is.
fn nothing_shown(client: &Client) -> Rule {
    match client.auth_method {
        AuthMethod::Certificate | AuthMethod::OwnCertificate => Rule::ClientCertificateRefused,
        _ => Rule::ClientCredentialsMissing,
    }
}

impl<'r> Credentials<'r> {
    /// What the request says.
    ///
    /// # Errors
    /// `invalid_request` for several ways at once, `invalid_client` for what cannot be read.
    pub(crate) fn read(headers: &HeaderMap, params: &'r Params) -> Result<Self, ProtocolError> {
        credentials(headers, params)
    }

    /// The client that it says it is of.
    pub(crate) fn client_id(&self) -> &str {
        match self {
            Self::Nothing(id) => id,
            Self::Secret(shown) => shown.client_id.as_str(),
            Self::Assertion(assertion) => assertion.client_id(),
        }
    }

    /// Whether it is of that client, as far as that needs neither keys nor certificates; by which secret, if by one.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub(crate) fn prove<'c>(&self, client: &'c Client, now: Timestamp) -> Result<Option<&'c StoredSecret>, Rule> {
        match self {
            Self::Nothing(_) if client.auth_method == AuthMethod::None => Ok(None),
            Self::Nothing(_) => Err(nothing_shown(client)),
            Self::Secret(shown) => shown.proves(client, now).map(Some).ok_or_else(|| shown.refusal(client)),
            Self::Assertion(_) => Err(Rule::ClientMethodNotRegistered),
        }
    }
}

fn credentials<'r>(headers: &HeaderMap, params: &'r Params) -> Result<Credentials<'r>, ProtocolError> {
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (authorization.next(), authorization.next());
    if second.is_some() {
        return Err(Rule::ClientHeaderTwice.into());
    }
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    if let Some(assertion) = Assertion::sent(params)? {
        if first.is_some() || secret.is_some() {
            return Err(Rule::ClientCredentialsBesideAssertion.into());
        }
        return Ok(Credentials::Assertion(assertion));
    }
    match (first, id, secret) {
        (Some(_), _, Some(_)) => Err(Rule::ClientCredentialsTwice.into()),
        (Some(value), id, None) => {
            let shown = value.to_str().ok().and_then(Shown::basic).ok_or(Rule::ClientHeaderUnreadable)?;
            if id.is_some_and(|id| id != shown.client_id) {
                return Err(Rule::ClientIdDiffersFromHeader.into());
            }
            Ok(Credentials::Secret(shown))
        }
        (None, Some(id), Some(secret)) => Ok(Credentials::Secret(Shown::posted(id, secret))),
        (None, Some(id), None) => Ok(Credentials::Nothing(id)),
        (None, None, _) => Err(Rule::ClientCredentialsMissing.into()),
    }
}

/// Which client the credentials of a request name, if they are any.
pub(crate) fn named(headers: &HeaderMap, params: &Params) -> Option<String> {
    Some(credentials(headers, params).ok()?.client_id().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::oidc::error::Code;

    fn read(authorization: &[&str], body: &str) -> Result<(String, AuthMethod, String), Code> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(header::AUTHORIZATION, value.parse().expect("a header"));
        }
        let params = Params::parse(body.as_bytes()).expect("parameters");
        Ok(match credentials(&headers, &params).map_err(|e| e.code)? {
            Credentials::Nothing(id) => (id.to_owned(), AuthMethod::None, String::new()),
            Credentials::Secret(shown) => shown.for_tests(),
            Credentials::Assertion(a) => (a.client_id().to_owned(), AuthMethod::PrivateKeyJwt, String::new()),
        })
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    /// Well-formed, and signed by nobody.
    const ASSERTION: &str = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
        &client_assertion=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIiwiaXNzIjoiYSJ9.AAAA";

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
        assert_eq!(read(&[&header], ASSERTION), Err(Code::InvalidRequest));
        assert_eq!(read(&[], &format!("{ASSERTION}&client_id=a&client_secret=x")), Err(Code::InvalidRequest));
    }

    #[test]
    fn the_body_authenticates_or_names_a_public_client() {
        assert_eq!(read(&[], "client_id=a&client_secret=x").map(|c| c.1), Ok(AuthMethod::Post));
        assert_eq!(read(&[], "client_id=a").map(|c| c.1), Ok(AuthMethod::None));
    }

    #[test]
    fn an_assertion_names_its_client_and_the_body_may_repeat_it() {
        for body in [ASSERTION.to_owned(), format!("{ASSERTION}&client_id=a")] {
            assert_eq!(read(&[], &body).map(|c| (c.0, c.1)), Ok(("a".to_owned(), AuthMethod::PrivateKeyJwt)));
        }
        assert_eq!(read(&[], &format!("{ASSERTION}&client_id=b")), Err(Code::InvalidClient));
    }

    #[test]
    fn anything_else_is_an_invalid_client() {
        for header in ["Basic", "Basic !!!", "Bearer abc", &basic_of("nocolon"), &basic_of("a:%ff")] {
            assert_eq!(read(&[header], ""), Err(Code::InvalidClient), "{header}");
        }
        assert_eq!(read(&[], ""), Err(Code::InvalidClient));
        let saml = ASSERTION.replace("jwt-bearer", "saml2-bearer");
        let (kind, token) = ASSERTION.split_once('&').expect("two parameters");
        for body in [saml.as_str(), kind, token, &format!("{ASSERTION}x.y"), &format!("{token}&client_id=a")] {
            assert_eq!(read(&[], body), Err(Code::InvalidClient), "{body}");
        }
    }
}
