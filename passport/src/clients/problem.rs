//! What can be wrong with client metadata, in words for whoever wrote it.

use super::redirect_uri::RedirectUriError;
use crate::keys::received::KeySetProblem;

/// What is wrong with one field of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Problem {
    /// The field's name in the metadata.
    pub field: &'static str,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A rule of client metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// See [`ClientId::parse`](super::ClientId::parse).
    #[error("takes 1 to 64 of A–Z, a–z, 0–9, '-', '.', '_'")]
    Id,
    /// People must be able to read whom they deal with, in either language.
    #[error("needs a Chinese and an English text of at most 80 characters")]
    Name,
    /// It becomes a class name.
    #[error("takes 1 to 20 of a–z and 0–9")]
    Accent,
    /// See [`RedirectUriError`].
    #[error("{0} {1}")]
    Redirect(String, RedirectUriError),
    /// A page that people are sent to.
    #[error("must be an https URL without user information; http is for loopback addresses only")]
    Url,
    /// A code needs somewhere to go.
    #[error("needs at least one entry for the grant authorization_code")]
    NoRedirect,
    /// RFC 6749 §4.4: a client that cannot authenticate cannot act for itself.
    #[error("client_credentials is not for public clients")]
    PublicCredentials,
    /// A refresh token comes from a code.
    #[error("refresh_token needs authorization_code as well")]
    RefreshAlone,
    /// FAPI 2.0 Security Profile §5.3.2.1 forbids public clients.
    #[error("the profile fapi2 is not for public clients")]
    PublicFapi,
    /// OIDC Registration §2
    #[error("goes together with no jwks_uri: a client has one of the two")]
    TwoKeySets,
    /// See [`KeySetProblem`].
    #[error("{0}")]
    KeySet(KeySetProblem),
    /// OIDC Core §8.1
    #[error("needs redirect URIs of one host, or a sector_identifier_uri")]
    Sector,
    /// See [`sector`](super::sector).
    #[error("cannot be asked for its redirect URIs: {0}")]
    SectorUnknown(String),
    /// OIDC Registration §5
    #[error("does not list {0}")]
    SectorLacks(String),
    /// RFC 9101 §5.2.1: what is fetched there must come from its host.
    #[error("takes https URLs without user information")]
    Https,
    /// See [`is_line`](shared::text::is_line).
    #[error("takes texts of one line, of at most 254 characters")]
    Line,
    /// What the client signs cannot be verified without.
    #[error("needs jwks or jwks_uri")]
    NoKeys,
    /// FAPI 2.0 Security Profile §5.4
    #[error("the profile fapi2 takes ES256, PS256 and EdDSA")]
    FapiAlgorithm,
    /// RFC 8705 §2.1.2
    #[error("tls_client_auth takes exactly one of the five names that a certificate may have, well-formed")]
    CertificateName,
    /// RFC 8705 §4: nothing but the certificate would protect its refresh tokens.
    #[error("certificate-bound tokens are not for public clients")]
    PublicCertificate,
    /// A token has one confirmation.
    #[error("goes together with no tls_client_certificate_bound_access_tokens")]
    BoundTwice,
    /// FAPI 2.0 Security Profile §5.3.2.1: a secret that travels proves too little.
    #[error("the profile fapi2 takes private_key_jwt, tls_client_auth and self_signed_tls_client_auth")]
    FapiAuthentication,
    /// OIDC Front-Channel Logout §2. It is fetched from an https page, whose frames hold nothing less.
    #[error("must be an https URL with the scheme, host and port of one of redirect_uris")]
    FrontChannel,
    /// A stranger could keep people from closing their accounts.
    #[error("is for our own sites: first_party = true")]
    FirstParty,
    /// RFC 8707 §2
    #[error("{0:?} is not an absolute URI without a fragment")]
    Resource(String),
    /// RFC 7662 §2.1: it could not prove who asks.
    #[error("a public client cannot be the server of a resource")]
    PublicServer,
    /// Nobody else would learn what such tokens allow.
    #[error("needs serves_resources")]
    OpaqueNothing,
    /// RFC 6749 §3.3.
    #[error("{0:?} is not a scope")]
    Scope(String),
}
