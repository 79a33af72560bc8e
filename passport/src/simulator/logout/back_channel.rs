//! Logout tokens (OIDC Back-Channel Logout 1.0): made as a passport makes them, and as wrong as they are to be. They go to
//! this machine alone unless the simulator was told otherwise, and what the site answers is shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use http::header;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::clock::Timestamp;
use shared::entropy::bytes;
use url::Url;

use super::super::faults::{Fault, Place, Set, with_another_signature};
use super::super::{Simulator, loopback};
use crate::accounts::model::AccountId;
use crate::accounts::sessions::SessionId;
use crate::clients::Client;
use crate::keys::KeysError;
use crate::oidc::logout::back_channel::{TYPE, write};

/// An hour.
const HOUR: i64 = 3_600;

/// What a site was told, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The client.
    pub client_id: String,
    /// Where.
    pub uri: String,
    /// Of whom: the subject that stands in the token.
    pub sub: String,
    /// The session that stands in it.
    pub sid: String,
    /// Its id.
    pub jti: String,
    /// What was wrong with it.
    pub faults: Vec<&'static str>,
    /// The status of the answer; none: there was no answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<String>,
    /// Whether that is what a correct client answers.
    pub correct: bool,
}

/// Whom to tell of what.
pub(in crate::simulator) struct Telling<'t> {
    /// The client.
    pub(in crate::simulator) client: &'t str,
    /// Where; none: where it was told before, or is registered.
    pub(in crate::simulator) uri: Option<Url>,
    /// Of whom and which session.
    pub(in crate::simulator) about: (AccountId, SessionId),
    /// What is wrong with the token.
    pub(in crate::simulator) faults: &'t Set,
}

/// Why a site is not told.
#[derive(Debug, thiserror::Error)]
pub(in crate::simulator) enum TellError {
    /// There is no such client.
    #[error("there is no such client")]
    Client,
    /// It is not known where.
    #[error("it is not known where the client is told: say so, or register backchannel_logout_uri")]
    Nowhere,
    /// The address is not on this machine.
    #[error("the address is not on this machine")]
    Elsewhere,
    /// Nobody has signed in there.
    #[error("nobody has signed in at that client")]
    Nobody,
    /// The token cannot be signed.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

impl Simulator {
    /// Tells a client that a session ended.
    pub(in crate::simulator) async fn tell_client(&self, telling: Telling<'_>) -> Result<Told, TellError> {
        let client = self.0.clients.named(telling.client, None).ok_or(TellError::Client)?;
        let uri = self.address_of(&client, telling.uri)?;
        // What was said once cannot be said again before it was said.
        let replays = telling.faults.contains(&Fault::LogoutJti);
        let last = self.memory().last_jti.get(client.id.as_str()).cloned();
        let jti = match last {
            Some(last) if replays => last,
            _ => self.jti(),
        };
        let first_jti = self.memory().last_jti.insert(client.id.as_str().to_owned(), jti.clone());
        if replays && first_jti.is_none() {
            self.send(&client, &uri, (telling.about, &jti), &Set::new()).await?;
        }
        let told = self.send(&client, &uri, (telling.about, &jti), telling.faults).await?;
        self.memory().note(told.clone());
        Ok(told)
    }

    fn jti(&self) -> String {
        URL_SAFE_NO_PAD.encode(bytes::<16>(&*self.0.entropy))
    }

    /// Where the client is told. What is said once is remembered.
    fn address_of(&self, client: &Client, said: Option<Url>) -> Result<Url, TellError> {
        let id = client.id.as_str();
        let known = said.clone().or_else(|| self.memory().addresses.get(id).cloned());
        let uri = known.or_else(|| client.backchannel_logout_uri.clone()).ok_or(TellError::Nowhere)?;
        let is_http = matches!(uri.scheme(), "http" | "https");
        if !is_http || !(self.0.calls_others || loopback::is_here(&uri)) {
            return Err(TellError::Elsewhere);
        }
        if said.is_some() {
            self.memory().addresses.insert(id.to_owned(), uri.clone());
        }
        Ok(uri)
    }

    async fn send(
        &self,
        client: &Client,
        uri: &Url,
        ((account, session), jti): ((AccountId, SessionId), &str),
        faults: &Set,
    ) -> Result<Told, TellError> {
        let (sub, sid) = (self.subject(client, account), session.to_string());
        let id = client.id.as_str();
        let claims = write((&*self.0.issuer, id), (&sub, &sid), jti, self.now());
        let mut claims = serde_json::to_value(&claims).ok().and_then(|claims| claims.as_object().cloned());
        let claims = claims.get_or_insert_default();
        for fault in faults {
            spoil(claims, *fault, self.now());
        }
        let key = self.ring().await?.signing(client.id_token_alg)?;
        let mut token = key.jws(TYPE, &*claims).await?;
        if faults.contains(&Fault::LogoutSignature) {
            token = with_another_signature(&token);
        }
        let body = Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        let request = self.0.http.post(uri.clone());
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let (status, failure) = match request.send().await {
            Ok(answer) => (Some(answer.status().as_u16()), None),
            Err(error) if error.is_timeout() => (None, Some("no answer in time".to_owned())),
            Err(_) => (None, Some("no connection".to_owned())),
        };
        let wrong = faults.iter().filter(|fault| fault.place() == Place::Logout);
        let wrong: Vec<&'static str> = wrong.map(|fault| fault.name()).collect();
        // OIDC Back-Channel Logout §2.8
        let correct = match status {
            Some(status) if wrong.is_empty() => matches!(status, 200 | 204),
            Some(status) => status == 400,
            None => false,
        };
        Ok(Told {
            client_id: id.to_owned(),
            uri: uri.to_string(),
            jti: jti.to_owned(),
            faults: wrong,
            sub,
            sid,
            status,
            failure,
            correct,
        })
    }
}

/// Makes one claim wrong.
fn spoil(claims: &mut Map<String, Value>, fault: Fault, now: Timestamp) {
    let now = now.seconds();
    let mut put = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    match fault {
        Fault::LogoutIss => put("iss", "https://another-issuer.invalid".into()),
        Fault::LogoutAud => put("aud", "another-client".into()),
        Fault::LogoutExpired => {
            put("iat", (now - 2 * HOUR).into());
            put("exp", (now - HOUR).into());
        }
        Fault::LogoutEvents => drop(claims.remove("events")),
        Fault::LogoutNonce => put("nonce", "a-nonce".into()),
        Fault::LogoutNobody => {
            claims.remove("sub");
            claims.remove("sid");
        }
        _ => {}
    }
}
