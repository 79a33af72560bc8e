//! A relying party whose metadata passed every rule.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use url::Url;

use super::metadata::{Bilingual, Metadata, Tile};
use super::redirect_uri::{RedirectUri, RedirectUriError};
use super::secret::{self, StoredSecret};
use crate::keys::Alg;

/// A client's identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Takes 1 to 64 of `A–Z a–z 0–9 - . _`: nothing that needs encoding anywhere.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The identifier as it travels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which set of rules a client keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OpenID Connect Core as most libraries speak it.
    #[default]
    Standard,
    /// The FAPI 2.0 Security Profile.
    Fapi2,
}

/// How a client authenticates at the token endpoint (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AuthMethod {
    /// Secret in the `Authorization` header.
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// Secret in the body.
    #[serde(rename = "client_secret_post")]
    Post,
    /// None: a public client.
    #[serde(rename = "none")]
    None,
}

/// Where a client runs (OIDC Registration §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server.
    #[default]
    Web,
    /// On a person's device.
    Native,
}

/// A grant that a client may use (RFC 6749 §1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// §4.1
    AuthorizationCode,
    /// §6
    RefreshToken,
    /// §4.4
    ClientCredentials,
}

/// A client. Its fields are public to read; it is made by [`Client::new`] alone and shared unchangeable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// What people see.
    pub name: Bilingual,
    /// The host people see beside the name; empty if it has no site.
    pub host: String,
    /// A class of the style sheet; `pp`, the passport's own, when it has none.
    pub accent: String,
    /// Which rules it keeps to.
    pub profile: Profile,
    /// One of our own sites.
    pub first_party: bool,
    /// How it authenticates.
    pub auth_method: AuthMethod,
    /// Where it runs.
    pub application_type: ApplicationType,
    /// Where answers may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people may be sent after signing out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Its front page.
    pub home_uri: Option<Url>,
    /// Where a sign-in may be started from outside (OIDC Core §4).
    pub initiate_login_uri: Option<Url>,
    /// Where it tells how it treats data.
    pub policy_uri: Option<Url>,
    /// Where its terms stand.
    pub tos_uri: Option<Url>,
    /// Where logout tokens go.
    pub backchannel_logout_uri: Option<Url>,
    /// Grants it may use.
    pub grant_types: Vec<GrantType>,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// How its ID tokens are signed.
    pub id_token_alg: Alg,
    /// Its tile on the candidate's home.
    pub tile: Option<Tile>,
    /// What it was made from, for storing and showing.
    pub metadata: Metadata,
    pub(super) secrets: Vec<StoredSecret>,
}

impl Client {
    /// Checks metadata against every rule.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(metadata: Metadata, secrets: Vec<StoredSecret>) -> Result<Self, Vec<Problem>> {
        let mut check = Check(Vec::new());
        let m = &metadata;
        let id = ClientId::parse(&m.client_id);
        check.require("client_id", id.is_some(), Rule::Id);
        check.names(m);
        let application = m.application_type;
        let redirect_uris = check.redirects("redirect_uris", &m.redirect_uris, application);
        let post_logout_redirect_uris =
            check.redirects("post_logout_redirect_uris", &m.post_logout_redirect_uris, application);
        let home_uri = check.url("client_uri", m.client_uri.as_deref());
        let initiate_login_uri = check.url("initiate_login_uri", m.initiate_login_uri.as_deref());
        let policy_uri = check.url("policy_uri", m.policy_uri.as_deref());
        let tos_uri = check.url("tos_uri", m.tos_uri.as_deref());
        let backchannel_logout_uri = check.url("backchannel_logout_uri", m.backchannel_logout_uri.as_deref());
        check.grants(m);
        check.scopes(&m.scopes);
        let (Some(id), true) = (id, check.0.is_empty()) else {
            return Err(check.0);
        };
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
            backchannel_logout_uri,
            grant_types: m.grant_types.clone(),
            scopes: m.scopes.clone(),
            id_token_alg: m.id_token_signed_response_alg,
            tile: m.tile.clone(),
            secrets,
            metadata,
        })
    }

    /// Whether it cannot keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether an authorization request must carry a PKCE challenge: for public clients (RFC 9700 §2.1.1), FAPI 2
    /// and our own sites. A confidential client of the standard profile may leave it out.
    pub fn requires_pkce(&self) -> bool {
        self.is_public() || self.profile == Profile::Fapi2 || self.first_party
    }

    /// Whether it may use that grant.
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether it may ask for that scope.
    pub fn allows_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }

    /// The registered redirect URI that the presented one is.
    pub fn redirect_uri(&self, presented: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|u| u.matches(presented))
    }

    /// The registered address for people who signed out that the presented one is.
    pub fn post_logout_redirect_uri(&self, presented: &str) -> Option<&RedirectUri> {
        self.post_logout_redirect_uris.iter().find(|u| u.matches(presented))
    }

    /// Whether `presented` is a secret of it that is valid at `now`; in constant time. Never true of a public client.
    pub fn verify_secret(&self, presented: &str, now: Timestamp) -> bool {
        !self.is_public() && secret::verify(&self.secrets, presented, now)
    }

    /// When its secrets were made and when they end. The secrets themselves are nowhere.
    pub fn secrets(&self) -> &[StoredSecret] {
        &self.secrets
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
    /// RFC 6749 §3.3.
    #[error("{0:?} is not a scope")]
    Scope(String),
}

struct Check(Vec<Problem>);

impl Check {
    fn require(&mut self, field: &'static str, holds: bool, rule: Rule) {
        if !holds {
            self.0.push(Problem { field, rule });
        }
    }

    fn names(&mut self, m: &Metadata) {
        let readable = |t: &str| !t.trim().is_empty() && t.chars().count() <= 80 && !t.contains(char::is_control);
        let both = |b: &Bilingual| readable(&b.zh) && readable(&b.en);
        self.require("client_name", both(&m.client_name), Rule::Name);
        if let Some(tile) = &m.tile {
            self.require("tile.title", both(&tile.title), Rule::Name);
        }
        let class =
            |t: &str| (1..=20).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        self.require("accent", m.accent.as_deref().is_none_or(class), Rule::Accent);
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
