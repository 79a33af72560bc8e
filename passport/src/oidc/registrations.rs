//! Asking our own sites for open registrations of a person, before their account is closed.
//!
//! The question is a signed token like that of a logout: the site has our keys already, and no secret more has to be shared,
//! kept and rotated. Its answer is a status, so that nothing that it says has to be read: 204, there is none; 409, there is
//! one. Anything else is no answer.

use form_urlencoded::Serializer;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use http::StatusCode;
use serde::Serialize;
use shared::clock::SharedClock;
use shared::db::DbError;
use shared::entropy::{SharedEntropy, token};
use url::Url;

use super::subject::Subjects;
use crate::accounts::AccountId;
use crate::accounts::closure::{Asked, Registrations, SiteName};
use crate::clients::{Client, Clients};
use crate::config::SIGNED_MESSAGE;
use crate::egress::Egress;
use crate::keys::Keys;

/// The `typ` of the header.
const TYPE: &str = "open-registrations+jwt";

/// What sites are asked with.
pub struct Parts {
    /// What sites are told in `iss`.
    pub issuer: String,
    /// The registry.
    pub clients: Clients,
    /// What signs.
    pub keys: Keys,
    /// Calls the sites.
    pub egress: Egress,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
}

/// Asks every site that named an address for it.
pub struct SiteRegistrations(Parts);

/// The claims, as those of a security event (RFC 8417 §2.2).
#[derive(Serialize)]
struct Question<'q> {
    iss: &'q str,
    sub: &'q str,
    aud: &'q str,
    iat: i64,
    exp: i64,
    jti: &'q str,
    events: Events,
}

#[derive(Serialize)]
struct Events {
    #[serde(rename = "urn:e-test:event:open-registrations")]
    question: Nothing,
}

#[derive(Serialize)]
struct Nothing {}

impl SiteRegistrations {
    /// Put together by the application.
    pub fn new(parts: Parts) -> Self {
        Self(parts)
    }

    /// All are asked at once, also those that the account is not known to have entered: what sites are granted is forgotten
    /// after a while, a registration is not.
    async fn ask_all(&self, account: AccountId) -> Result<Vec<(SiteName, Asked)>, DbError> {
        let clients = self.0.clients.all().await?;
        let asked = clients.iter().filter_map(|client| Some((client, client.open_registrations_uri.as_ref()?)));
        let answers = asked.map(async |(client, uri)| {
            let name = SiteName { zh: client.name.zh.clone(), en: client.name.en.clone() };
            (name, self.ask_one(client, uri, account).await)
        });
        Ok(join_all(answers).await)
    }

    async fn ask_one(&self, client: &Client, uri: &Url, account: AccountId) -> Asked {
        let Parts { issuer, keys, egress, clock, entropy, .. } = &self.0;
        let now = clock.now();
        let question = Question {
            iss: issuer,
            sub: &Subjects::by(keys, client).name(account),
            aud: client.id.as_str(),
            iat: now.seconds(),
            exp: (now + SIGNED_MESSAGE).seconds(),
            jti: &token(&**entropy),
            events: Events { question: Nothing {} },
        };
        let signed = match keys.sign_for(client.id.as_str(), client.id_token_alg, TYPE, &question).await {
            Ok(signed) => signed,
            Err(error) => {
                tracing::error!(client = %client.id, %error, "a question for open registrations could not be signed");
                return Asked::Silent;
            }
        };
        let body = Serializer::new(String::new()).append_pair("question", &signed).finish();
        match egress.post_form(uri, body).await {
            Ok(StatusCode::NO_CONTENT) => Asked::None,
            Ok(StatusCode::CONFLICT) => Asked::Open,
            Ok(status) => {
                tracing::warn!(client = %client.id, status = status.as_u16(), "no answer about open registrations");
                Asked::Silent
            }
            Err(error) => {
                tracing::warn!(client = %client.id, %error, "no answer about open registrations");
                Asked::Silent
            }
        }
    }
}

impl Registrations for SiteRegistrations {
    fn ask(&self, account: AccountId) -> BoxFuture<'_, Result<Vec<(SiteName, Asked)>, DbError>> {
        self.ask_all(account).boxed()
    }
}
