//! What every grant goes through: form, client, what tokens are bound to, grant, answer.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use shared::http::Shown;

use super::super::client_auth::{self, Authenticated};
use super::super::confirmation::Confirmation;
use super::super::direct::{self, Sent, respond};
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::mtls::Sender;
use super::super::params::Params;
use super::super::refusals::{Attempt, Endpoint};
use super::super::rules::Rule;
use super::super::{Oidc, dpop, once};
use super::{authorization_code, client_credentials, counts, refresh_token};
use crate::clients::{Client, GrantType};
use crate::keys::received::Thumbprint;

/// Who asks for tokens.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'c> {
    /// The client, authenticated.
    pub client: &'c Client,
    /// A key that it proved to have, to which its tokens are bound.
    pub bound_to: Option<&'c Confirmation>,
}

impl<'c> Caller<'c> {
    /// The key that its refresh tokens are bound to: those of a public client, which nothing else protects. Those of any
    /// other need its authentication, and it may change its key (RFC 9449 §5).
    pub fn refresh_key(&self) -> Option<&'c Thumbprint> {
        self.bound_to.filter(|_| self.client.is_public()).and_then(Confirmation::jkt)
    }
}

/// `POST /token`
pub async fn token(State(oidc): State<Oidc>, headers: HeaderMap, shown: Shown, Sent(body): Sent) -> Response {
    let sender = Sender { headers: &headers, certificate: shown.0.as_ref() };
    let mut asked = counts::NONE;
    let mut attempt = Attempt::at(Endpoint::Token);
    let served = serve(&oidc, sender, &body, (&mut asked, &mut attempt)).await;
    counts::count(&oidc.0.tokens, asked, &served);
    let mut response = match served {
        Ok(answer) => respond::json(answer),
        Err(failure) => attempt.refuse(&oidc, sender, &body, &failure).await,
    };
    dpop::offer_nonce(&oidc, &headers, &mut response);
    response
}

/// `asked` becomes the name of the grant as soon as it is known, and `attempt` learns of which client it is.
async fn serve(
    oidc: &Oidc,
    sender: Sender<'_>,
    body: &[u8],
    (asked, attempt): (&mut &'static str, &mut Attempt),
) -> Result<Vec<u8>, Failure> {
    let params = direct::form(sender.headers, body)?;
    *asked = counts::name(params.get("grant_type"));
    let Authenticated { client, assertion } = client_auth::verify(oidc, sender, &params, attempt).await?;
    // Before anything is spent: a client that is only told to use a nonce sends its assertion again.
    let proof = dpop::at_token(oidc, sender.headers, &client)?;
    let certificate = sender.binding(&client)?;
    once::spend(oidc, assertion, proof.as_ref().map(|proof| proof.once)).await?;
    let bound_to = proof.map(|proof| Confirmation::Dpop(proof.key)).or(certificate);
    grant(oidc, Caller { client: &client, bound_to: bound_to.as_ref() }, &params).await
}

async fn grant(oidc: &Oidc, caller: Caller<'_>, params: &Params) -> Result<Vec<u8>, Failure> {
    match params.get("grant_type") {
        None => Err(Rule::GrantTypeMissing.into()),
        Some("authorization_code") => {
            may(caller.client, GrantType::AuthorizationCode)?;
            authorization_code::redeem(oidc, caller, params).await
        }
        Some("refresh_token") => {
            may(caller.client, GrantType::RefreshToken)?;
            refresh_token::refresh(oidc, caller, params).await
        }
        Some("client_credentials") => {
            may(caller.client, GrantType::ClientCredentials)?;
            client_credentials::issue(oidc, caller, params).await
        }
        Some(_) => Err(Rule::GrantTypeUnsupported.into()),
    }
}

fn may(client: &Client, grant: GrantType) -> Result<(), ProtocolError> {
    if client.allows(grant) { Ok(()) } else { Err(Rule::GrantNotAllowed.into()) }
}
