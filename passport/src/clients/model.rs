//! A relying party whose metadata passed every rule.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use url::Url;

use super::certificate_name::CertificateName;
use super::metadata::{Bilingual, Metadata, Tile};
use super::redirect_uri::RedirectUri;
use super::secret::{self, StoredSecret};
use crate::keys::Alg;
use crate::keys::received::KeySet;

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
    /// A JWT signed with a key of its own (RFC 7523 §2.2).
    #[serde(rename = "private_key_jwt")]
    PrivateKeyJwt,
    /// A certificate of an authority that we trust, with the registered name in it (RFC 8705 §2.1).
    #[serde(rename = "tls_client_auth")]
    Certificate,
    /// A certificate that it registered itself (RFC 8705 §2.2).
    #[serde(rename = "self_signed_tls_client_auth")]
    OwnCertificate,
    /// None: a public client.
    #[serde(rename = "none")]
    None,
}

/// How people are named to a client (OIDC Core §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// As to every other.
    #[default]
    Public,
    /// As to no client of another sector.
    Pairwise,
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

/// Where a client's public keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKeys {
    /// It signs nothing.
    None,
    /// They were registered.
    Registered(Arc<KeySet>),
    /// They stand at an address of the client.
    At(Url),
}

/// What a client's authorization requests must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// They are pushed first (RFC 9126 §6).
    pub pushed: bool,
    /// They are signed request objects (RFC 9101 §10.5).
    pub signed: bool,
    /// The algorithm of its request objects, if it named one.
    pub alg: Option<Alg>,
    /// Where request objects may stand.
    pub uris: Vec<Url>,
}

/// A client. Its fields are public to read; it is made by [`Client::new`](super::rules) alone and shared unchangeable.
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
    /// Its mark.
    pub logo_uri: Option<Url>,
    /// The name of the picture that was had from there, if it was.
    pub logo: Option<String>,
    /// The keys that it signs with.
    pub keys: ClientKeys,
    /// The algorithm of its client assertions, if it named one.
    pub assertion_alg: Option<Alg>,
    /// What its authorization requests must be like.
    pub requests: Requests,
    /// How signed authorization responses to it are signed.
    pub response_alg: Alg,
    /// How user information for it is signed, if it is.
    pub userinfo_alg: Option<Alg>,
    /// The sector within which people have the same subject; none: theirs is public.
    pub sector: Option<String>,
    /// Whether its access tokens are bound to a key of its own (RFC 9449 §5.2).
    pub dpop_bound: bool,
    /// Whether its access tokens are bound to the certificate that it shows (RFC 8705 §3.4).
    pub certificate_bound: bool,
    /// The name that must be in its certificate, if it authenticates with one of an authority.
    pub certificate_name: Option<CertificateName>,
    /// How old a sign-in may be at most when a request does not say.
    pub default_max_age: Option<Duration>,
    /// The contexts of authentication that it prefers when a request does not say.
    pub default_acr_values: Vec<String>,
    /// Where logout tokens go.
    pub backchannel_logout_uri: Option<Url>,
    /// A page of it that signs people out in the browser.
    pub frontchannel_logout_uri: Option<Url>,
    /// Where it says whether a person has an open registration.
    pub open_registrations_uri: Option<Url>,
    /// Grants it may use.
    pub grant_types: Vec<GrantType>,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// Resource servers that it may have access tokens for.
    pub resources: Vec<String>,
    /// Resources that it is the server of.
    pub serves_resources: Vec<String>,
    /// Whether access tokens for those are opaque.
    pub opaque_access_tokens: bool,
    /// How its ID tokens are signed.
    pub id_token_alg: Alg,
    /// Its tile on the candidate's home.
    pub tile: Option<Tile>,
    /// Whether it has a stream of security events, in whichever state, as far as the registry in memory knows.
    pub hears_signals: bool,
    /// Since when nothing is issued to it, because the staff suspended it.
    pub suspended_at: Option<Timestamp>,
    /// What it was made from, for storing and showing.
    pub metadata: Metadata,
    pub(super) secrets: Vec<StoredSecret>,
    /// SHA-256 of the token that it manages itself with, if it registered itself.
    pub(super) registration_hash: Option<[u8; 32]>,
}

impl Client {
    /// Whether it cannot keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether nothing is issued to it.
    pub const fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    /// Whether it registered itself, and looks after that itself (RFC 7592).
    pub const fn manages_itself(&self) -> bool {
        self.registration_hash.is_some()
    }

    /// Whether it authenticates with a secret.
    pub fn uses_secret(&self) -> bool {
        matches!(self.auth_method, AuthMethod::Basic | AuthMethod::Post)
    }

    /// Whether an authorization request must carry a PKCE challenge: for public clients (RFC 9700 §2.1.1), FAPI 2
    /// and our own sites. A confidential client of the standard profile may leave it out.
    pub fn requires_pkce(&self) -> bool {
        self.is_public() || self.profile == Profile::Fapi2 || self.first_party
    }

    /// Whether its requests must be pushed: FAPI 2.0 Security Profile §5.3.2.2 takes no others.
    pub fn requires_pushed_requests(&self) -> bool {
        self.requests.pushed || self.profile == Profile::Fapi2
    }

    /// Whether all its tokens are bound to a key or a certificate: it registered so (RFC 9449 §5.2, RFC 8705 §3.4), or
    /// FAPI 2.0 Security Profile §5.3.2.1 takes no others.
    pub fn requires_bound_tokens(&self) -> bool {
        self.dpop_bound || self.certificate_bound || self.profile == Profile::Fapi2
    }

    /// Whether it may sign with that algorithm (FAPI 2.0 Security Profile §5.4: no RSASSA-PKCS1-v1_5).
    pub fn may_sign_with(&self, alg: Alg) -> bool {
        self.profile == Profile::Standard || alg != Alg::RS256
    }

    /// The algorithms that it may sign with, never `none`: the one that it registered for that use, or all of its profile.
    pub fn signing_algorithms(&self, registered: Option<Alg>) -> Vec<Alg> {
        let allowed = |alg: &Alg| self.may_sign_with(*alg) && registered.is_none_or(|own| own == *alg);
        Alg::ALL.into_iter().filter(allowed).collect()
    }

    /// Whether it registered an address by which it is told that a session ended, from server to server or in the
    /// browser, or has a stream of security events, over which that is told as well.
    pub fn is_told_of_end(&self) -> bool {
        self.backchannel_logout_uri.is_some() || self.frontchannel_logout_uri.is_some() || self.hears_signals
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

    /// The secret of it, valid at `now`, that `presented` is; in constant time. Never one of a client that does not use
    /// any.
    pub fn verify_secret(&self, presented: &str, now: Timestamp) -> Option<&StoredSecret> {
        secret::verify(&self.secrets, presented, now).filter(|_| self.uses_secret())
    }

    /// When its secrets were made, last used, and when they end. The secrets themselves are nowhere.
    pub fn secrets(&self) -> &[StoredSecret] {
        &self.secrets
    }
}
