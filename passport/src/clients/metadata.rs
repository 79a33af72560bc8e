//! Client metadata as it is written in a file, sent and stored: the names of RFC 7591 §2 and OIDC
//! Registration §2, and a few of ours. Nothing is trusted until it became a [`Client`](super::Client).
//!
//! A field that this program does not know is a mistake in a file ([`Metadata::from_file`]), and passed over in the
//! database: there a newer program wrote it, beside which this one still runs.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::model::{ApplicationType, AuthMethod, GrantType, Profile, SubjectType};
use crate::keys::Alg;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A client's tile on the candidate's home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How people are named to it (OIDC Core §8).
    #[serde(default)]
    pub subject_type: SubjectType,
    /// Whose host speaks for its redirect URIs where they have several (OIDC Core §8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Whom to write to about it: mail addresses.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// Which program it is an installation of (RFC 7591 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// In which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The organisation of the portal that runs it: an id. Approving its application writes it; no client says it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Its mark: fetched by us and served by us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its public keys, for what it signs (RFC 7517 §5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys stand; instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The algorithm of its client assertions; none: any that its profile allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<Alg>,
    /// The algorithm of its request objects; none: any that its profile allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<Alg>,
    /// Whether every request of it comes as a signed request object (RFC 9101 §10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// Whether every request of it is pushed first (RFC 9126 §6).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// Where request objects of it may stand (OIDC Registration §2).
    #[serde(default)]
    pub request_uris: Vec<String>,
    /// How authorization responses to it are signed, if it asks for signed ones (JARM §3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<Alg>,
    /// How user information for it is signed; none: it is not, but plain JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Alg>,
    /// Whether its access tokens are bound to a key of its own (RFC 9449 §5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether its access tokens are bound to the certificate that it shows (RFC 8705 §3.4).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// The subject of its certificate (RFC 8705 §2.1.2), as RFC 4514 writes it. A client that authenticates by
    /// `tls_client_auth` has this or one of the next four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A host name in its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI in its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address in its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address in its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// How old a sign-in may be at most, in seconds, when a request does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether `auth_time` must be in its ID tokens; it is in all of ours.
    #[serde(default)]
    pub require_auth_time: bool,
    /// The contexts of authentication that it prefers when a request does not say.
    #[serde(default)]
    pub default_acr_values: Vec<String>,
    /// A page of it that signs people out in the browser (OIDC Front-Channel Logout §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that page must be told issuer and session; it always is.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// Where logout tokens go (OIDC Back-Channel Logout §2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether logout tokens must name the session; all of ours do.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// Where it says whether a person has an open registration, before their account is closed. Only our own sites are
    /// asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_registrations_uri: Option<String>,
    /// Grants it may use.
    #[serde(default = "default_grants")]
    pub grant_types: Vec<GrantType>,
    /// Scopes it may ask for.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Resource servers that it may have access tokens for (RFC 8707): absolute URIs.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Resources that it is the server of: it may introspect the access tokens for them (RFC 7662 §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves_resources: Vec<String>,
    /// Whether access tokens for what it serves say nothing to whoever holds them: it learns what they allow by
    /// introspection alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opaque_access_tokens: bool,
    /// How its ID tokens are signed; none: RS256, or ES256 under the profile `fapi2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<Alg>,
    /// Its tile on the candidate's home; none: no tile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<Tile>,
}

/// Why a file holds no client metadata.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is no TOML, or a value is of another type.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// A field has no meaning.
    #[error("there is no field `{0}`")]
    UnknownField(String),
}

impl Metadata {
    /// Reads the text of a file in TOML, of which every field has to be known.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn from_file(text: &str) -> Result<Self, FileError> {
        let given: Table = text.parse()?;
        let metadata: Self = toml::from_str(text)?;
        // What was understood, written again. Only `None` is left out there, which a file cannot say.
        let understood = Table::try_from(&metadata).unwrap_or_default();
        match unknown(&given, &understood) {
            Some(field) => Err(FileError::UnknownField(field)),
            None => Ok(metadata),
        }
    }
}

/// The first name in `given` that is not in `understood`, with the tables it stands in.
fn unknown(given: &Table, understood: &Table) -> Option<String> {
    given.iter().find_map(|(name, value)| match (value, understood.get(name)) {
        (_, None) => Some(name.clone()),
        (Value::Table(given), Some(Value::Table(understood))) => {
            unknown(given, understood).map(|inner| format!("{name}.{inner}"))
        }
        _ => None,
    })
}

fn default_grants() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

fn default_scopes() -> Vec<String> {
    vec!["openid".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "client_id = 'a'\nclient_name = { zh = '甲', en = 'A' }\n";

    #[test]
    fn a_file_is_read_with_every_field_it_may_have() {
        let text = format!(
            "{FILE}host = 'a.example'\naccent = 'cet'\nprofile = 'fapi2'\nclient_uri = 'https://a.example/'\n\
             [tile]\norder = 1\ntitle = {{ zh = '甲', en = 'A' }}\n"
        );
        let metadata = Metadata::from_file(&text).expect("metadata");
        assert_eq!(toml::from_str::<Metadata>(&text).expect("metadata"), metadata);
    }

    #[test]
    fn a_misspelt_field_of_a_file_is_refused_by_its_name() {
        for (line, name) in [
            ("redirect_uri = 'https://a.example/'", "redirect_uri"),
            ("[tile]\norder = 1\ntitle = { zh = '甲', en = 'A', de = 'A' }", "tile.title.de"),
        ] {
            let error = Metadata::from_file(&format!("{FILE}{line}")).expect_err("refused");
            assert_eq!(error.to_string(), format!("there is no field `{name}`"));
        }
    }
}
