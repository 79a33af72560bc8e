//! SMS through a gateway that takes JSON over HTTP, for operators who have one before whatever their provider speaks.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::json;
use shared::secret::SecretString;
use url::Url;

use super::model::{Letter, Outgoing, Receipt, SendError, Transport};
use super::smtp::is_loopback;

/// Posts `{"id", "to", "text"}`; any 2xx means accepted. The id is the same at every attempt, and stands in the
/// header `Idempotency-Key` too.
pub struct SmsGateway {
    url: String,
    authorization: Option<HeaderValue>,
    client: reqwest::Client,
}

/// Why there is no way out for SMS.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The address.
    #[error("the SMS gateway's address is no URL")]
    Address,
    /// Numbers, words and token would travel in clear.
    #[error("SMS in clear go to loopback addresses only: use https://")]
    Clear,
    /// The token holds characters that no header may.
    #[error("the SMS gateway's token cannot be sent in a header")]
    Token,
}

impl SmsGateway {
    /// A way out over the gateway of that address.
    ///
    /// # Errors
    /// See [`GatewayError`].
    pub fn new(url: &str, token: Option<&SecretString>, client: reqwest::Client) -> Result<Self, GatewayError> {
        let parsed = Url::parse(url).map_err(|_| GatewayError::Address)?;
        if parsed.scheme() != "https" && !is_loopback(&parsed) {
            return Err(GatewayError::Clear);
        }
        let header = |token: &SecretString| {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))?;
            value.set_sensitive(true);
            Ok(value)
        };
        let authorization = token.map(header).transpose();
        Ok(Self {
            url: url.to_owned(),
            authorization: authorization.map_err(|_: reqwest::header::InvalidHeaderValue| GatewayError::Token)?,
            client,
        })
    }

    async fn post(&self, message: &Outgoing) -> Result<Receipt, SendError> {
        let (id, letter) = (message.id.to_string(), message.payload.read::<Letter>()?);
        let body = json!({ "id": id, "to": letter.to, "text": letter.text });
        let mut request = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", id)
            .body(body.to_string());
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value.clone());
        }
        let response = request.send().await.map_err(|error| {
            if error.is_connect() {
                SendError::Temporary("no connection to the SMS gateway".to_owned())
            } else {
                SendError::Doubtful("the SMS gateway did not answer".to_owned())
            }
        })?;
        judge(response.status())
    }
}

/// What a status means for the message.
fn judge(status: StatusCode) -> Result<Receipt, SendError> {
    let text = format!("the SMS gateway answered {}", status.as_u16());
    let later = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    match status {
        status if status.is_success() => Ok(Receipt::default()),
        // What lies in how we are configured is not the message's fault.
        status if status.is_client_error() && !later.contains(&status) => Err(SendError::Permanent(text)),
        _ => Err(SendError::Temporary(text)),
    }
}

impl Transport for SmsGateway {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.post(message).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sms_go_in_clear_to_loopback_only() {
        let gateway = |url| {
            let client = shared::http::client::ClientBuilder::new().build().expect("a client");
            SmsGateway::new(url, None, client).map(drop)
        };
        for good in ["https://sms.example/send", "http://127.0.0.1:8025/sms", "http://[::1]:1/", "http://x.localhost/"]
        {
            assert_eq!(gateway(good), Ok(()), "{good}");
        }
        assert_eq!(gateway("http://sms.example/send"), Err(GatewayError::Clear));
        assert_eq!(gateway("sms.example"), Err(GatewayError::Address));
    }

    #[test]
    fn only_a_refusal_of_the_message_itself_is_final() {
        assert!(judge(StatusCode::ACCEPTED).is_ok());
        for (status, is_final) in [(400, true), (422, true), (401, false), (429, false), (503, false), (302, false)] {
            let error = judge(StatusCode::from_u16(status).expect("a status")).expect_err("refused");
            assert_eq!(matches!(error, SendError::Permanent(_)), is_final, "{status}");
        }
    }
}
