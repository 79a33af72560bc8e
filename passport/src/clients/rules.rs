//! The rules of client metadata: what makes a [`Client`] of it, or everything that is wrong with it at once.

use std::sync::Arc;
use std::time::Duration;

use shared::text::is_line;
use url::Url;

use super::certificate_name::CertificateName;
use super::metadata::{Bilingual, Metadata};
use super::model::{
    ApplicationType, AuthMethod, Client, ClientId, ClientKeys, GrantType, Profile, Requests, SubjectType,
};
use super::redirect_uri::{RedirectUri, RedirectUriError};
use super::secret::StoredSecret;
use crate::keys::Alg;
use crate::keys::received::{KeySet, KeySetProblem};

impl Client {
    /// Checks metadata against every rule.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(metadata: Metadata, secrets: Vec<StoredSecret>) -> Result<Self, Vec<Problem>> {
        Self::checked(metadata, secrets, KeySet::read)
    }

    /// The same for one that is registered already. Of its keys those that would be refused today count for nothing:
    /// one client's old key must not be in the way of all others.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn stored(metadata: Metadata, secrets: Vec<StoredSecret>) -> Result<Self, Vec<Problem>> {
        Self::checked(metadata, secrets, KeySet::usable)
    }

    fn checked(metadata: Metadata, secrets: Vec<StoredSecret>, keys: ReadKeys) -> Result<Self, Vec<Problem>> {
        let mut check = Check(Vec::new());
        let m = &metadata;
        let id = ClientId::parse(&m.client_id);
        check.require("client_id", id.is_some(), Rule::Id);
        check.names(m);
        check.lines(m);
        let application = m.application_type;
        let redirect_uris = check.redirects("redirect_uris", &m.redirect_uris, application);
        let post_logout_redirect_uris =
            check.redirects("post_logout_redirect_uris", &m.post_logout_redirect_uris, application);
        let home_uri = check.url("client_uri", m.client_uri.as_deref());
        let initiate_login_uri = check.url("initiate_login_uri", m.initiate_login_uri.as_deref());
        let policy_uri = check.url("policy_uri", m.policy_uri.as_deref());
        let tos_uri = check.url("tos_uri", m.tos_uri.as_deref());
        let logo_uri = check.called("logo_uri", m.logo_uri.as_deref());
        let keys = check.keys(m, keys);
        let certificate_name = check.certificate(m);
        let requests = check.requests(m);
        let sector = check.sector(m, &redirect_uris);
        let backchannel_logout_uri = check.called("backchannel_logout_uri", m.backchannel_logout_uri.as_deref());
        let frontchannel_logout_uri = check.front_channel(m, &redirect_uris);
        let open_registrations_uri = check.called("open_registrations_uri", m.open_registrations_uri.as_deref());
        // Whoever is asked can keep an account from being closed.
        let is_asked = m.open_registrations_uri.is_some();
        check.require("open_registrations_uri", !is_asked || m.first_party, Rule::FirstParty);
        check.grants(m);
        check.algorithms(m);
        check.scopes(&m.scopes);
        check.resources("resources", &m.resources);
        check.resources("serves_resources", &m.serves_resources);
        let public = m.token_endpoint_auth_method == AuthMethod::None;
        check.require("serves_resources", !public || m.serves_resources.is_empty(), Rule::PublicServer);
        let of_nothing = m.opaque_access_tokens && m.serves_resources.is_empty();
        check.require("opaque_access_tokens", !of_nothing, Rule::OpaqueNothing);
        let (Some(id), true) = (id, check.0.is_empty()) else {
            return Err(check.0);
        };
        // OIDC Registration §2 and JARM §3: a client that names none gets RS256, where its profile lets it.
        let usual_alg = if m.profile == Profile::Fapi2 { Alg::ES256 } else { Alg::RS256 };
        let of_home = home_uri.as_ref().and_then(Url::host_str);
        Ok(Self {
            id,
            name: m.client_name.clone(),
            host: m.host.as_deref().or(of_home).unwrap_or_default().to_owned(),
            accent: m.accent.as_deref().unwrap_or("other").to_owned(),
            profile: m.profile,
            first_party: m.first_party,
            auth_method: m.token_endpoint_auth_method,
            application_type: application,
            redirect_uris,
            post_logout_redirect_uris,
            home_uri,
            initiate_login_uri,
            policy_uri,
            tos_uri,
            logo_uri,
            logo: None,
            keys,
            assertion_alg: m.token_endpoint_auth_signing_alg,
            requests,
            response_alg: m.authorization_signed_response_alg.unwrap_or(usual_alg),
            userinfo_alg: m.userinfo_signed_response_alg,
            sector,
            dpop_bound: m.dpop_bound_access_tokens,
            certificate_bound: m.tls_client_certificate_bound_access_tokens,
            certificate_name,
            default_max_age: m.default_max_age.map(Duration::from_secs),
            default_acr_values: m.default_acr_values.clone(),
            backchannel_logout_uri,
            frontchannel_logout_uri,
            open_registrations_uri,
            grant_types: m.grant_types.clone(),
            scopes: m.scopes.clone(),
            resources: m.resources.clone(),
            serves_resources: m.serves_resources.clone(),
            opaque_access_tokens: m.opaque_access_tokens,
            id_token_alg: m.id_token_signed_response_alg.unwrap_or(usual_alg),
            tile: m.tile.clone(),
            secrets,
            registration_hash: None,
            metadata,
        })
    }
}

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
    /// See [`ClientId::parse`].
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
    /// See [`is_line`].
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

/// The most characters of a text that is no name: those of a mail address (RFC 5321 §4.5.3.1), or of a long
/// distinguished name.
const LINE: usize = 254;

/// How a key set is read.
type ReadKeys = fn(&serde_json::Value) -> Result<KeySet, KeySetProblem>;

struct Check(Vec<Problem>);

impl Check {
    fn require(&mut self, field: &'static str, holds: bool, rule: Rule) {
        if !holds {
            self.0.push(Problem { field, rule });
        }
    }

    fn names(&mut self, m: &Metadata) {
        let both = |b: &Bilingual| is_line(&b.zh, 80) && is_line(&b.en, 80);
        self.require("client_name", both(&m.client_name), Rule::Name);
        if let Some(tile) = &m.tile {
            self.require("tile.title", both(&tile.title), Rule::Name);
        }
        let class =
            |t: &str| (1..=20).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        self.require("accent", m.accent.as_deref().is_none_or(class), Rule::Accent);
    }

    fn lines(&mut self, m: &Metadata) {
        for (field, texts) in [
            ("contacts", m.contacts.as_slice()),
            ("default_acr_values", m.default_acr_values.as_slice()),
            ("software_id", m.software_id.as_slice()),
            ("software_version", m.software_version.as_slice()),
            ("tls_client_auth_subject_dn", m.tls_client_auth_subject_dn.as_slice()),
            ("tls_client_auth_san_dns", m.tls_client_auth_san_dns.as_slice()),
            ("tls_client_auth_san_uri", m.tls_client_auth_san_uri.as_slice()),
            ("tls_client_auth_san_ip", m.tls_client_auth_san_ip.as_slice()),
            ("tls_client_auth_san_email", m.tls_client_auth_san_email.as_slice()),
        ] {
            self.require(field, texts.iter().all(|text| is_line(text, LINE)), Rule::Line);
        }
    }

    fn redirects(&mut self, field: &'static str, uris: &[String], application: ApplicationType) -> Vec<RedirectUri> {
        let mut good = Vec::with_capacity(uris.len());
        for uri in uris {
            match RedirectUri::register(uri, application) {
                Ok(uri) => good.push(uri),
                Err(error) => self.require(field, false, Rule::Redirect(uri.clone(), error)),
            }
        }
        good
    }

    fn url(&mut self, field: &'static str, text: Option<&str>) -> Option<Url> {
        // The rules of a redirect URI of a site, a fragment aside, which no page of ours needs either.
        let good =
            RedirectUri::register(text?, ApplicationType::Web).ok().and_then(|uri| Url::parse(uri.as_str()).ok());
        self.require(field, good.is_some(), Rule::Url);
        good
    }

    /// An address that is called from here: `egress` calls nothing but https, for a site on a developer's machine too.
    fn called(&mut self, field: &'static str, text: Option<&str>) -> Option<Url> {
        let url = self.url(field, text)?;
        self.require(field, url.scheme() == "https", Rule::Https);
        Some(url)
    }

    /// OIDC Front-Channel Logout §2: scheme, host and port are those of a redirect URI.
    fn front_channel(&mut self, m: &Metadata, redirect_uris: &[RedirectUri]) -> Option<Url> {
        let uri = self.url("frontchannel_logout_uri", m.frontchannel_logout_uri.as_deref())?;
        let is_ours =
            |known: &RedirectUri| Url::parse(known.as_str()).is_ok_and(|known| known.origin() == uri.origin());
        let fits = uri.scheme() == "https" && redirect_uris.iter().any(is_ours);
        self.require("frontchannel_logout_uri", fits, Rule::FrontChannel);
        fits.then_some(uri)
    }

    fn keys(&mut self, m: &Metadata, read: ReadKeys) -> ClientKeys {
        let at = self.called("jwks_uri", m.jwks_uri.as_deref());
        self.require("jwks", m.jwks.is_none() || m.jwks_uri.is_none(), Rule::TwoKeySets);
        let registered = m.jwks.as_ref().map(read);
        if let Some(Err(problem)) = &registered {
            self.require("jwks", false, Rule::KeySet(*problem));
        }
        let none = m.jwks.is_none() && m.jwks_uri.is_none();
        let assertion = matches!(m.token_endpoint_auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::OwnCertificate);
        self.require("token_endpoint_auth_method", !(none && assertion), Rule::NoKeys);
        self.require("require_signed_request_object", !(none && m.require_signed_request_object), Rule::NoKeys);
        match (registered, at) {
            (Some(set), _) => ClientKeys::Registered(Arc::new(set.unwrap_or_default())),
            (None, Some(url)) => ClientKeys::At(url),
            (None, None) => ClientKeys::None,
        }
    }

    /// OIDC Core §8.1: the host of the sector identifier, or the one host of all redirect URIs.
    fn sector(&mut self, m: &Metadata, redirect_uris: &[RedirectUri]) -> Option<String> {
        let named = self.called("sector_identifier_uri", m.sector_identifier_uri.as_deref());
        if m.subject_type == SubjectType::Public {
            return None;
        }
        let host = |url: &Url| url.host_str().map(str::to_owned);
        let mut hosts = redirect_uris.iter().map(|uri| Url::parse(uri.as_str()).ok().as_ref().and_then(host));
        let first = hosts.next().flatten();
        let sector = named.as_ref().and_then(host).or(first.filter(|first| hosts.all(|h| h.as_ref() == Some(first))));
        self.require("subject_type", sector.is_some(), Rule::Sector);
        sector
    }

    fn requests(&mut self, m: &Metadata) -> Requests {
        let uris = m.request_uris.iter().filter_map(|uri| {
            // A fragment may hold the hash of what stands there (OIDC Core §6.2): it is no part of the address.
            let address = uri.split_once('#').map_or(uri.as_str(), |(address, _)| address);
            let url = self.url("request_uris", Some(address))?;
            self.require("request_uris", url.scheme() == "https", Rule::Https);
            Some(url)
        });
        Requests {
            uris: uris.collect(),
            pushed: m.require_pushed_authorization_requests,
            signed: m.require_signed_request_object,
            alg: m.request_object_signing_alg,
        }
    }

    /// RFC 8705 §2.1.2: exactly one name, of a client that authenticates by it.
    fn certificate(&mut self, m: &Metadata) -> Option<CertificateName> {
        let public = m.token_endpoint_auth_method == AuthMethod::None;
        let bound = m.tls_client_certificate_bound_access_tokens;
        self.require("tls_client_certificate_bound_access_tokens", !(bound && public), Rule::PublicCertificate);
        self.require("dpop_bound_access_tokens", !(bound && m.dpop_bound_access_tokens), Rule::BoundTwice);
        let mut named = CertificateName::all(m);
        if m.token_endpoint_auth_method != AuthMethod::Certificate {
            return None;
        }
        let only = if named.len() == 1 { named.pop().flatten() } else { None };
        self.require("tls_client_auth_subject_dn", only.is_some(), Rule::CertificateName);
        only
    }

    /// What the client signs, and what is signed for it to rely on.
    fn algorithms(&mut self, m: &Metadata) {
        let fapi = m.profile == Profile::Fapi2;
        let named = [
            ("token_endpoint_auth_signing_alg", m.token_endpoint_auth_signing_alg),
            ("request_object_signing_alg", m.request_object_signing_alg),
            ("authorization_signed_response_alg", m.authorization_signed_response_alg),
            ("userinfo_signed_response_alg", m.userinfo_signed_response_alg),
            ("id_token_signed_response_alg", m.id_token_signed_response_alg),
        ];
        for (field, alg) in named {
            self.require(field, !(fapi && alg == Some(Alg::RS256)), Rule::FapiAlgorithm);
        }
    }

    fn grants(&mut self, m: &Metadata) {
        let has = |grant| m.grant_types.contains(&grant);
        let public = m.token_endpoint_auth_method == AuthMethod::None;
        let code = has(GrantType::AuthorizationCode);
        self.require("redirect_uris", !code || !m.redirect_uris.is_empty(), Rule::NoRedirect);
        let credentials = has(GrantType::ClientCredentials);
        self.require("grant_types", !(public && credentials), Rule::PublicCredentials);
        let alone = has(GrantType::RefreshToken) && !code;
        self.require("grant_types", !alone, Rule::RefreshAlone);
        let fapi = m.profile == Profile::Fapi2;
        self.require("profile", !(public && fapi), Rule::PublicFapi);
        let secret = matches!(m.token_endpoint_auth_method, AuthMethod::Basic | AuthMethod::Post);
        self.require("token_endpoint_auth_method", !(secret && fapi), Rule::FapiAuthentication);
    }

    fn resources(&mut self, field: &'static str, resources: &[String]) {
        for resource in resources {
            let plain = resource.bytes().all(|b| b.is_ascii_graphic()) && !resource.contains('#');
            self.require(field, plain && Url::parse(resource).is_ok(), Rule::Resource(resource.clone()));
        }
    }

    fn scopes(&mut self, scopes: &[String]) {
        for scope in scopes {
            let token = !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
            self.require("scopes", token, Rule::Scope(scope.clone()));
        }
    }
}

#[cfg(test)]
mod tests;
