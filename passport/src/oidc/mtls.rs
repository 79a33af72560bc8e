//! Clients that show a certificate (RFC 8705): to authenticate, or to have their tokens bound to it.
//!
//! Certificates are taken at addresses of their own, so that no browser is ever asked for one. Who showed one has its
//! private key: the handshake proved that. Whose it is, is judged here.

pub mod authorities;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::http::ClientCertificate;

use self::authorities::Authorities;

use super::confirmation::Confirmation;
use super::discovery::paths;
use super::error::ProtocolError;
use super::rules::Rule;
use super::{Oidc, client_keys};
use crate::clients::{AuthMethod, Client};
use crate::keys::received::Thumbprint;

/// What the provider needs to take certificates.
#[derive(Clone)]
pub struct Mtls {
    /// The origin of the endpoints that take them.
    pub origin: String,
    /// Verifies those that an authority gave; none: only registered certificates count.
    pub authorities: Option<Authorities>,
}

impl Mtls {
    /// The ways of authentication that it adds.
    pub fn methods(&self) -> &'static [&'static str] {
        match self.authorities {
            Some(_) => &["tls_client_auth", "self_signed_tls_client_auth"],
            None => &["self_signed_tls_client_auth"],
        }
    }
}

/// Who sends a request that no browser sends, as far as the connection tells.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'s> {
    /// The headers.
    pub headers: &'s HeaderMap,
    /// The certificate that was shown.
    pub certificate: Option<&'s ClientCertificate>,
}

impl Sender<'_> {
    /// What tokens of that client are bound to for this sender, unless it proves possession of a key.
    ///
    /// # Errors
    /// `invalid_request`: the client's tokens are bound to its certificate, and it showed none.
    pub fn binding(&self, client: &Client) -> Result<Option<Confirmation>, ProtocolError> {
        match self.certificate {
            _ if !client.certificate_bound => Ok(None),
            Some(shown) => Ok(Some(Confirmation::Certificate(Thumbprint::of_certificate(shown.own())))),
            None => Err(Rule::CertificateRequired.into()),
        }
    }
}

/// Whether the certificate that was shown authenticates the client by the method that it registered.
pub async fn authenticates(oidc: &Oidc, client: &Client, shown: &ClientCertificate) -> bool {
    match client.auth_method {
        AuthMethod::Certificate => {
            let named = client.certificate_name.as_ref().is_some_and(|name| name.is_in(shown.own()));
            named && is_vouched_for(oidc, shown, oidc.0.clock.now())
        }
        AuthMethod::OwnCertificate => client_keys::of(oidc, client).await.has_certificate(shown.own()),
        _ => false,
    }
}

/// Whether an authority that we trust gave it, and it is neither over nor to come.
fn is_vouched_for(oidc: &Oidc, shown: &ClientCertificate, now: Timestamp) -> bool {
    let authorities = oidc.0.mtls.as_ref().and_then(|mtls| mtls.authorities.as_ref());
    authorities.is_some_and(|authorities| authorities.vouch_for(shown, now))
}

/// Where a direct request to that path may have gone: to our issuer, or to the address that takes certificates.
pub fn addresses(oidc: &Oidc, path: &str) -> Vec<String> {
    let aliases = oidc.0.mtls.as_ref().map(|mtls| mtls.origin.as_str());
    std::iter::once(&*oidc.0.issuer).chain(aliases).map(|origin| format!("{origin}{path}")).collect()
}

/// `mtls_endpoint_aliases` (RFC 8705 §5)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aliases {
    token_endpoint: String,
    pushed_authorization_request_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    userinfo_endpoint: String,
}

impl Aliases {
    /// Those below that origin.
    pub fn at(origin: &str) -> Self {
        let at = |path: &str| format!("{origin}{path}");
        Self {
            token_endpoint: at(paths::TOKEN),
            pushed_authorization_request_endpoint: at(paths::PAR),
            revocation_endpoint: at(paths::REVOKE),
            introspection_endpoint: at(paths::INTROSPECT),
            userinfo_endpoint: at(paths::USERINFO),
        }
    }
}
