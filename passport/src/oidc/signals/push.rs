//! Handing events over (RFC 8935): a POST of one token each, signed when it is sent.
//!
//! A token has the same `jti` and `iat` at every try, so that a site which has taken it, and whose answer was lost, takes
//! it no second time. It is signed anew, since keys change while a site is away.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde::Deserialize;
use shared::secret::SecretString;

use super::super::Oidc;
use super::super::messenger::{Messenger, later};
use super::set::{Addressed, Set, TYPE};
use crate::clients::Client;
use crate::clients::signals::{EventType, Stream, StreamState, store as streams};
use crate::delivery::{Outgoing, Receipt, SendError, SignalNotice, Transport};
use crate::egress::{Answered, Egress, Sending};
use crate::web::{KeyUse, Sealer};

/// The codes by which a site says why it does not take a token (RFC 8935 §2.4). Nothing else that it says is shown.
const CODES: [&str; 6] =
    ["invalid_request", "invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed", "access_denied"];

/// The way out for security events.
pub struct SignalTokens {
    messenger: Messenger,
    sealer: Arc<dyn Sealer>,
}

impl SignalTokens {
    /// Tokens of that provider, handed over by calls that egress lets through.
    pub fn new(oidc: Oidc, egress: Egress, sealer: Arc<dyn Sealer>) -> Self {
        Self { messenger: Messenger::new(oidc, egress), sealer }
    }

    async fn hand_over(&self, message: &Outgoing) -> Result<Receipt, SendError> {
        let notice: SignalNotice = message.payload.read()?;
        let event = EventType::of_code(&notice.event)
            .ok_or_else(|| SendError::Permanent("the message is of no known type".to_owned()))?;
        // A client that is gone, or that has no stream any more, wants to know nothing.
        let Some(client) = self.messenger.client(&notice.client).await? else { return Ok(Receipt::default()) };
        let Some(stream) = self.stream(&client).await? else { return Ok(Receipt::default()) };
        match stream.state {
            StreamState::Enabled => {}
            StreamState::Paused => return Err(later("the stream is paused")),
            StreamState::Disabled => return Ok(Receipt::default()),
        }
        let authorization = self.authorization(&stream)?;
        let sending = Sending {
            content_type: "application/secevent+jwt",
            accept: "application/json",
            authorization: authorization.as_ref(),
            body: self.sign(&client, event, &notice, message).await?,
        };
        match self.messenger.egress.post(&stream.endpoint, sending).await {
            Ok(answered) => judge(&answered),
            Err(error) => Err(later(error)),
        }
    }

    async fn stream(&self, client: &Client) -> Result<Option<Stream>, SendError> {
        let id = client.id.to_string();
        let db = &self.messenger.oidc.0.db;
        let found = db.read(move |tx| {
            let id = id.clone();
            async move { streams::find(tx, &id).await }.boxed()
        });
        found.await.map_err(later)
    }

    fn authorization(&self, stream: &Stream) -> Result<Option<SecretString>, SendError> {
        let Some(sealed) = &stream.authorization else { return Ok(None) };
        let opened = self.sealer.open_for(KeyUse::SignalAuthorization, sealed, stream.client.as_str().as_bytes());
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| Some(SecretString::new(text)))
            .ok_or_else(|| later("the authorization of the stream does not open"))
    }

    async fn sign(
        &self,
        client: &Client,
        event: EventType,
        notice: &SignalNotice,
        message: &Outgoing,
    ) -> Result<String, SendError> {
        let subject = notice.account.as_deref().map(|account| self.messenger.subject(client, account));
        let id = message.id.to_string();
        let to = Addressed {
            issuer: self.messenger.issuer(),
            client: client.id.as_str(),
            id: &id,
            written_at: message.created_at.seconds(),
        };
        self.messenger.sign(client, TYPE, &Set::of(to, event, notice, subject.as_deref())).await
    }
}

/// RFC 8935 §2.2, §2.3: 202 alone says that it was taken. What may go well later is tried again; a token that a site has
/// looked at and refused would be refused again, and stays to be looked at by who operates the passport.
fn judge(answered: &Answered) -> Result<Receipt, SendError> {
    let status = answered.status;
    let code = status.as_u16();
    match status {
        StatusCode::ACCEPTED => Ok(Receipt(Some(code.to_string()))),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Err(later(format!("the site answered {code}"))),
        _ if status.is_server_error() => Err(later(format!("the site answered {code}"))),
        _ if status.is_success() => Err(SendError::Permanent(format!("the site answered {code} instead of 202"))),
        _ => Err(SendError::Permanent(match said(&answered.body) {
            Some(why) => format!("the site answered {code}: {why}"),
            None => format!("the site answered {code}"),
        })),
    }
}

/// The code in the answer of a site that refuses a token, if it is a known one.
fn said(body: &[u8]) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Said {
        err: String,
    }
    let said: Said = serde_json::from_slice(body).ok()?;
    CODES.into_iter().find(|code| *code == said.err)
}

impl Transport for SignalTokens {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.hand_over(message).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_of_a_site_are_told() {
        let told = |body: &str| match judge(&Answered { status: StatusCode::BAD_REQUEST, body: body.into() }) {
            Err(SendError::Permanent(text)) => text,
            other => panic!("{other:?}"),
        };
        let known = r#"{ "err": "invalid_audience", "description": "who are you?" }"#;
        assert_eq!(told(known), "the site answered 400: invalid_audience");
        for other in ["", "<html>", r#"{ "err": "my mail is a@b.example" }"#, r#"{ "error": "invalid_key" }"#] {
            assert_eq!(told(other), "the site answered 400", "{other}");
        }
    }
}
