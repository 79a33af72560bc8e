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
use super::problem::{Problem, Rule};
use super::redirect_uri::{RedirectUri, RedirectUriError};
use super::secret::StoredSecret;
use crate::keys::Alg;
use crate::keys::received::KeySet;

impl Client {
    /// Checks metadata against every rule.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(metadata: Metadata, secrets: Vec<StoredSecret>) -> Result<Self, Vec<Problem>> {
        Self::checked(metadata, secrets, Age::New)
    }

    /// The same for one that is registered already. Of its keys and addresses those that would be refused today count
    /// for nothing: what one client registered long ago must not be in the way of all others.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn stored(metadata: Metadata, secrets: Vec<StoredSecret>) -> Result<Self, Vec<Problem>> {
        Self::checked(metadata, secrets, Age::Stored)
    }

    fn checked(metadata: Metadata, secrets: Vec<StoredSecret>, age: Age) -> Result<Self, Vec<Problem>> {
        let mut check = Check(Vec::new());
        let m = &metadata;
        let id = ClientId::parse(&m.client_id);
        check.require("client_id", id.is_some(), Rule::Id);
        check.names(m);
        check.lines(m);
        let application = m.application_type;
        let redirect_uris = check.redirects("redirect_uris", &m.redirect_uris, application);
        let redirect_uris =
            if m.profile == Profile::Fapi2 { check.encrypted(redirect_uris, m, age) } else { redirect_uris };
        let post_logout_redirect_uris =
            check.redirects("post_logout_redirect_uris", &m.post_logout_redirect_uris, application);
        let home_uri = check.url("client_uri", m.client_uri.as_deref());
        let initiate_login_uri = check.initiation(m, age);
        let policy_uri = check.url("policy_uri", m.policy_uri.as_deref());
        let tos_uri = check.url("tos_uri", m.tos_uri.as_deref());
        let logo_uri = check.https("logo_uri", m.logo_uri.as_deref());
        let keys = check.keys(m, age);
        let certificate_name = check.certificate(m);
        let requests = check.requests(m);
        let sector = check.sector(m, &redirect_uris);
        let backchannel_logout_uri = check.https("backchannel_logout_uri", m.backchannel_logout_uri.as_deref());
        let frontchannel_logout_uri = check.front_channel(m, &redirect_uris);
        let open_registrations_uri = check.https("open_registrations_uri", m.open_registrations_uri.as_deref());
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
            hears_signals: false,
            suspended_at: None,
            metadata,
        })
    }
}

/// The most characters of a text that is no name: those of a mail address (RFC 5321 §4.5.3.1), or of a long
/// distinguished name.
const LINE: usize = 254;

/// Whether metadata is to be registered, or was when other rules held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    New,
    Stored,
}

/// Holds what a client sends about itself against a rule that is stricter than for operators, who may try a site out on
/// a machine of their own: only a program on a device gets its code without TLS (RFC 9700 §2.6).
///
/// # Errors
/// The first address that breaks it. What is no address at all is for [`Client::new`] to say.
pub fn self_registered(m: &Metadata) -> Result<(), Problem> {
    let mut known = m.redirect_uris.iter().filter_map(|uri| RedirectUri::register(uri, m.application_type).ok());
    match known.find(|uri| uri.needs_tls(m.application_type)) {
        Some(uri) => Err(unencrypted(&uri)),
        None => Ok(()),
    }
}

fn unencrypted(uri: &RedirectUri) -> Problem {
    Problem { field: "redirect_uris", rule: Rule::Redirect(uri.to_string(), RedirectUriError::Site) }
}

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

    /// RFC 9700 §2.6, FAPI 2.0 Security Profile §5.3.2.2: a code travels to a site by https alone.
    fn encrypted(&mut self, uris: Vec<RedirectUri>, m: &Metadata, age: Age) -> Vec<RedirectUri> {
        let (bad, good) = uris.into_iter().partition::<Vec<_>, _>(|uri| uri.needs_tls(m.application_type));
        if age == Age::New {
            self.0.extend(bad.iter().map(unencrypted));
        }
        good
    }

    /// Where a sign-in is begun from outside (OIDC Core §4): https, as OIDC Registration §2 has it.
    fn initiation(&mut self, m: &Metadata, age: Age) -> Option<Url> {
        let text = m.initiate_login_uri.as_deref();
        match age {
            Age::New => self.https("initiate_login_uri", text),
            Age::Stored => self.url("initiate_login_uri", text).filter(|url| url.scheme() == "https"),
        }
    }

    /// An address that is called from here: `egress` calls nothing but https, for a site on a developer's machine too.
    fn https(&mut self, field: &'static str, text: Option<&str>) -> Option<Url> {
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

    fn keys(&mut self, m: &Metadata, age: Age) -> ClientKeys {
        let at = self.https("jwks_uri", m.jwks_uri.as_deref());
        self.require("jwks", m.jwks.is_none() || m.jwks_uri.is_none(), Rule::TwoKeySets);
        let read = if age == Age::New { KeySet::read } else { KeySet::usable };
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
        let named = self.https("sector_identifier_uri", m.sector_identifier_uri.as_deref());
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
