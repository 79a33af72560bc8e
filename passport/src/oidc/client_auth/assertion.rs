//! `private_key_jwt`: a token that the client signed with a key of its own (RFC 7523 §2.2 and §3, OIDC Core §9).

use std::time::Duration;

use super::super::discovery::paths;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::once::{Once, Use};
use super::super::params::Params;
use super::super::rules::{self, Rule};
use super::super::{Oidc, client_keys};
use crate::clients::{Client, Profile};
use crate::keys::received::{Audience, Claims, Purpose, Received, Refusal, Times};

/// The one type of assertions that we take (RFC 7523 §2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion is made for one request. Its `jti` is kept for as long as it counts, so that cannot be for long.
const TIMES: Times = Times { exp: true, nbf: false, longest: LONGEST };

/// For how long one may count.
pub(in crate::oidc) const LONGEST: Duration = Duration::from_secs(60 * 60);

/// An assertion that was sent. Nothing about it is proven.
pub(crate) struct Assertion<'r> {
    received: Received<'r>,
    client_id: String,
}

impl<'r> Assertion<'r> {
    /// The assertion of that request, if it has one.
    ///
    /// # Errors
    /// `invalid_client`: it is of another type, malformed, or names another client than the request.
    pub(super) fn sent(params: &'r Params) -> Result<Option<Self>, ProtocolError> {
        let text = match (params.get("client_assertion_type"), params.get("client_assertion")) {
            (None, None) => return Ok(None),
            (Some(TYPE), Some(text)) => text,
            _ => return Err(Rule::AssertionTypeUnknown.into()),
        };
        let received = Received::parse(text, Purpose::ClientAssertion).map_err(refusal)?;
        let client_id = received.unproven("sub").ok_or_else(|| refusal(Refusal::Claim))?.to_owned();
        if params.get("client_id").is_some_and(|id| id != client_id) {
            return Err(Rule::AssertionClientDiffers.into());
        }
        Ok(Some(Self { received, client_id }))
    }

    /// Whom it claims to come from.
    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Holds it against the client's keys and the rules of its profile. What comes back is to be spent.
    ///
    /// # Errors
    /// `invalid_client`. Why is said only once the signature is right: until then nobody knows who asks, and the rules about
    /// keys are told as another.
    pub(super) async fn verify(self, oidc: &Oidc, client: &Client) -> Result<Once, Failure> {
        let algorithms = client.signing_algorithms(client.assertion_alg);
        let claims = client_keys::verify(oidc, client, self.received, &algorithms).await.map_err(refusal)?;
        let once = judge(oidc, client, &claims).map_err(refusal)?;
        Ok(once)
    }
}

/// RFC 7523 §3
fn judge(oidc: &Oidc, client: &Client, claims: &Claims) -> Result<Once, Refusal> {
    let id = client.id.as_str();
    if claims.text("iss")? != Some(id) || claims.text("sub")? != Some(id) {
        return Err(Refusal::Claim);
    }
    let issuer = &*oidc.0.issuer;
    match client.profile {
        Profile::Fapi2 => claims.check_audience(Audience::Only(issuer))?,
        // RFC 9126 §2 has these three accepted, and clients choose any of them.
        Profile::Standard => {
            let (token, pushed) = (format!("{issuer}{}", paths::TOKEN), format!("{issuer}{}", paths::PAR));
            claims.check_audience(Audience::OneOf(&[issuer, &token, &pushed]))?;
        }
    }
    claims.check_times(TIMES, oidc.0.clock.now())?;
    let (jti, exp) = (claims.text("jti")?, claims.moment("exp")?);
    match (jti.filter(|jti| !jti.is_empty()), exp) {
        (Some(jti), Some(exp)) => Ok(Once::new(Use::ClientAssertion, id, jti, exp).made_at(claims.moment("iat")?)),
        _ => Err(Refusal::Claim),
    }
}

fn refusal(refusal: Refusal) -> ProtocolError {
    rules::of_assertion(refusal).error()
}
