//! Relying parties: whoever asks, with addresses on this machine; or those of files, held against the rules of the real
//! registry.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use shared::clock::Timestamp;
use shared::secret::{SecretString, sha256};
use toml::{Table, Value};
use url::Url;

use super::loopback;
use crate::clients::secret::{self, StoredSecret};
use crate::clients::{AuthMethod, Client, Metadata, Profile};
use crate::keys::Alg;
use crate::oidc::client_auth::Credentials;
use crate::oidc::params::Params;
use crate::oidc::scope::SUPPORTED;

/// Who may ask.
#[derive(Debug, Clone)]
pub enum Clients {
    /// Anybody, by whatever id and secret, with ID tokens signed by that algorithm.
    Anyone(Alg),
    /// These, by their ids.
    Listed(BTreeMap<String, Arc<Client>>),
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ClientFileError(String);

impl Clients {
    /// Those of these texts: the metadata that `passport clients add` takes, and beside it `client_secret`.
    ///
    /// # Errors
    /// A text is no metadata, or breaks a rule of the registry.
    pub fn of_files<'t>(texts: impl IntoIterator<Item = &'t str>, now: Timestamp) -> Result<Self, ClientFileError> {
        let read = texts.into_iter().map(|text| read(text, now).map(|client| (client.id.to_string(), client)));
        Ok(Self::Listed(read.collect::<Result<_, _>>()?))
    }

    /// The client that an authorization request names.
    pub fn asking(&self, params: &Params) -> Option<Arc<Client>> {
        let id = params.get("client_id")?;
        match self {
            Self::Listed(known) => known.get(id).cloned(),
            Self::Anyone(alg) => anyone((id, *alg), AuthMethod::Basic, params.get("redirect_uri"), &[]),
        }
    }

    /// The client that a request of a program says it is of: anybody is believed, whatever secret they show.
    pub(crate) fn calling(&self, credentials: &Credentials<'_>, now: Timestamp) -> Option<Arc<Client>> {
        let id = credentials.client_id();
        match (self, credentials) {
            (Self::Listed(known), _) => known.get(id).cloned(),
            (Self::Anyone(alg), Credentials::Secret(shown)) => {
                anyone((id, *alg), shown.method, None, &[stored(&shown.secret, now)])
            }
            (Self::Anyone(alg), _) => anyone((id, *alg), AuthMethod::None, None, &[]),
        }
    }

    /// The client of that id, in whose name somebody signs out or is told of it.
    pub fn named(&self, id: &str, back: Option<&str>) -> Option<Arc<Client>> {
        match self {
            Self::Listed(known) => known.get(id).cloned(),
            Self::Anyone(alg) => anyone((id, *alg), AuthMethod::Basic, back, &[]),
        }
    }

    /// Their ids; none where anybody may ask.
    pub fn ids(&self) -> Vec<String> {
        match self {
            Self::Anyone(_) => Vec::new(),
            Self::Listed(known) => known.keys().cloned().collect(),
        }
    }
}

fn stored(secret: &SecretString, now: Timestamp) -> StoredSecret {
    StoredSecret { hash: sha256(secret.expose().as_bytes()), created_at: now, expires_at: None, last_used_at: None }
}

/// Where nothing is ever sent: a client that may use codes has an address.
const NOWHERE: &str = "http://localhost/";

/// A client of that id, whose one address is `uri` if that is on this machine.
fn anyone(
    (id, alg): (&str, Alg),
    method: AuthMethod,
    uri: Option<&str>,
    secrets: &[StoredSecret],
) -> Option<Arc<Client>> {
    let is_here = |uri: &&str| Url::parse(uri).is_ok_and(|url| loopback::is_here(&url));
    let uri = uri.filter(is_here).unwrap_or(NOWHERE);
    let made = |uri: &str| {
        // A public client does nothing for itself (RFC 6749 §4.4).
        let grants = match method {
            AuthMethod::None => ["authorization_code", "refresh_token"].as_slice(),
            _ => &["authorization_code", "refresh_token", "client_credentials"],
        };
        let metadata: Metadata = serde_json::from_value(json!({
            "client_id": id,
            "client_name": { "zh": id, "en": id },
            "redirect_uris": [uri],
            "post_logout_redirect_uris": [uri],
            "token_endpoint_auth_method": method,
            "grant_types": grants,
            "scopes": SUPPORTED,
            "id_token_signed_response_alg": alg,
        }))
        .ok()?;
        Client::new(metadata, secrets.to_vec()).ok().map(Arc::new)
    };
    // An address that breaks a rule is as good as none: the request is refused, and the page says which.
    made(uri).or_else(|| made(NOWHERE))
}

fn read(text: &str, now: Timestamp) -> Result<Arc<Client>, ClientFileError> {
    let wrong = |what: String| ClientFileError(what);
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let secret = match table.remove("client_secret") {
        None => None,
        Some(Value::String(text)) => Some(SecretString::new(text)),
        Some(_) => return Err(wrong("client_secret is a text".to_owned())),
    };
    let secret = secret.map(|secret| secret::import(&secret)).transpose().map_err(|error| wrong(error.to_string()))?;
    let metadata = toml::to_string(&table)
        .map_err(|error| error.to_string())
        .and_then(|text| Metadata::from_file(&text).map_err(|error| error.to_string()))
        .map_err(wrong)?;
    let secrets = secret.map(|hash| StoredSecret { hash, created_at: now, expires_at: None, last_used_at: None });
    let client = Client::new(metadata, secrets.into_iter().collect()).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect();
        wrong(said.join("; "))
    })?;
    if client.profile == Profile::Fapi2 || !(client.uses_secret() || client.is_public()) {
        return Err(wrong(format!(
            "{}: neither the profile fapi2 nor authentication by a key is simulated",
            client.id
        )));
    }
    if client.uses_secret() && client.secrets().is_empty() {
        return Err(wrong(format!("{}: client_secret is missing", client.id)));
    }
    Ok(Arc::new(client))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn asking(uri: &str) -> Arc<Client> {
        let mut params = Params::default();
        params.put("client_id", "my-site");
        params.put("redirect_uri", uri);
        Clients::Anyone(Alg::RS256).asking(&params).expect("a client")
    }

    #[test]
    fn anybody_may_ask_and_is_answered_on_this_machine_alone() {
        for here in ["http://localhost:3000/cb", "https://site.localhost:8444/cb", "http://127.0.0.1/cb?x=1"] {
            assert!(asking(here).redirect_uri(here).is_some(), "{here}");
        }
        for there in ["https://example.com/cb", "http://10.0.0.1/cb", "http://localhost/cb#x", "nonsense"] {
            assert!(asking(there).redirect_uri(there).is_none(), "{there}");
        }
    }

    #[test]
    fn a_file_is_held_against_the_rules_of_the_registry() {
        let good = "client_id = 'a'\nclient_name = { zh = '甲', en = 'A' }\nredirect_uris = ['https://a.example/cb']\n";
        let secret = "client_secret = 'a-secret-of-at-least-32-characters-for-tests'\n";
        let clients = Clients::of_files([format!("{good}{secret}").as_str()], NOW).expect("clients");
        assert_eq!(clients.ids(), ["a"]);
        for (bad, said) in [
            (good.to_owned(), "client_secret is missing"),
            (format!("{good}client_secret = 'short'\n"), "32 characters"),
            (format!("{good}{secret}scope = 'x'\n"), "no field `scope`"),
            (good.replace("https", "http"), "redirect_uris"),
        ] {
            let error = Clients::of_files([bad.as_str()], NOW).expect_err("refused").to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
