//! Logout tokens, from server to server (OIDC Back-Channel Logout 1.0).
//!
//! A message waits in the outbox until its client took it. The token is signed anew for each try, because it lives for
//! two minutes and a client may come back after an hour.

use form_urlencoded::Serializer;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde::Serialize;
use shared::clock::Timestamp;

use super::super::Oidc;
use super::super::messenger::{Messenger, later};
use crate::clients::Client;
use crate::config::SIGNED_MESSAGE;
use crate::delivery::{LogoutNotice, Outgoing, Receipt, SendError, Transport};
use crate::egress::Egress;

/// The `typ` of the header (§2.4).
pub(crate) const TYPE: &str = "logout+jwt";

/// The claims (§2.4). A nonce is prohibited. Both `sub` and `sid` are there: a client may need either.
#[derive(Serialize)]
pub(crate) struct Written<'t> {
    iss: &'t str,
    sub: &'t str,
    aud: &'t str,
    iat: i64,
    exp: i64,
    jti: &'t str,
    sid: &'t str,
    events: Events,
}

/// The claims of a token of that issuer for that client, about that person and session.
pub(crate) fn write<'t>(
    (iss, aud): (&'t str, &'t str),
    (sub, sid): (&'t str, &'t str),
    jti: &'t str,
    now: Timestamp,
) -> Written<'t> {
    let (iat, exp) = (now.seconds(), (now + SIGNED_MESSAGE).seconds());
    Written { iss, sub, aud, iat, exp, jti, sid, events: Events { logout: Nothing {} } }
}

#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: Nothing,
}

#[derive(Serialize)]
struct Nothing {}

/// The way out for logout tokens.
pub struct LogoutTokens(Messenger);

impl LogoutTokens {
    /// Tokens of that provider, handed over by calls that egress lets through.
    pub fn new(oidc: Oidc, egress: Egress) -> Self {
        Self(Messenger::new(oidc, egress))
    }

    /// Whatever goes wrong may be mended while the message waits: also what the client answers with 400, since that says
    /// as well that signing out failed at its side (§2.8).
    async fn hand_over(&self, message: &Outgoing) -> Result<Receipt, SendError> {
        let notice: LogoutNotice = message.payload.read()?;
        // A client that is gone, or that has no such address any more, wants to know nothing.
        let Some(client) = self.0.client(&notice.client).await? else { return Ok(Receipt::default()) };
        let Some(uri) = &client.backchannel_logout_uri else { return Ok(Receipt::default()) };
        let token = self.sign(&client, &notice, message).await?;
        let body = Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        match self.0.egress.post_form(uri, body).await {
            Ok(status) if is_taken(status) => Ok(Receipt::default()),
            Ok(status) => Err(later(format!("the site answered {}", status.as_u16()))),
            Err(error) => Err(later(error)),
        }
    }

    async fn sign(&self, client: &Client, notice: &LogoutNotice, message: &Outgoing) -> Result<String, SendError> {
        let now: Timestamp = self.0.oidc.0.clock.now();
        let subject = self.0.subject(client, &notice.account);
        // Each try is a token of its own: a client that took one, and whose answer was lost, would have to refuse
        // the same id when it comes again (§2.6, step 7).
        let jti = format!("{}.{}", message.id, message.attempt);
        let claims = write((self.0.issuer(), client.id.as_str()), (&subject, &notice.session), &jti, now);
        self.0.sign(client, TYPE, &claims).await
    }
}

/// §2.8: a site that ended the session says 200, or 204 where its framework makes that of an answer without a body. Another
/// code of success may say that it has only been understood, or put off.
fn is_taken(status: StatusCode) -> bool {
    matches!(status, StatusCode::OK | StatusCode::NO_CONTENT)
}

impl Transport for LogoutTokens {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.hand_over(message).boxed()
    }
}
