//! Client metadata as it is written in a file, sent and stored: the names of RFC 7591 §2 and OIDC
//! Registration §2, and a few of ours. Nothing is trusted until it became a [`Client`](super::Client).

use serde::{Deserialize, Serialize};

use super::model::{ApplicationType, AuthMethod, GrantType, Profile};
use crate::keys::Alg;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A client's tile on the candidate's home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// Tiles stand in ascending order.
    pub order: i64,
    /// What stands on it.
    pub title: Bilingual,
    /// One line below the title.
    #[serde(default)]
    pub line: Bilingual,
}

/// Everything that is said about a client, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// `client_id`, 1 to 64 of `A–Z a–z 0–9 - . _`.
    pub client_id: String,
    /// What people see.
    pub client_name: Bilingual,
    /// The host people see; the one of `client_uri` when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The accent of its pages and tile: a class of the style sheet, such as `cet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Which rules it keeps to.
    #[serde(default)]
    pub profile: Profile,
    /// One of our own sites: needs no consent of the candidate.
    #[serde(default)]
    pub first_party: bool,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
    /// A web site, or an application on a device.
    #[serde(default)]
    pub application_type: ApplicationType,
    /// Where answers may be sent.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Its front page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Where a sign-in may be started from outside (OIDC Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Where it tells how it treats data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Where its terms stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Where logout tokens go (OIDC Back-Channel Logout §2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Grants it may use.
    #[serde(default = "default_grants")]
    pub grant_types: Vec<GrantType>,
    /// Scopes it may ask for.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// How its ID tokens are signed.
    #[serde(default = "default_alg")]
    pub id_token_signed_response_alg: Alg,
    /// Its tile on the candidate's home; none: no tile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<Tile>,
}

fn default_grants() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

fn default_scopes() -> Vec<String> {
    vec!["openid".to_owned()]
}

/// OIDC Registration §2: a client that names no algorithm gets RS256.
const fn default_alg() -> Alg {
    Alg::RS256
}
