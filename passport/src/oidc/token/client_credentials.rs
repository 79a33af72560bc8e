//! `grant_type=client_credentials` (RFC 6749 §4.4): a client acts for itself. Nothing is read or stored.

use super::super::Oidc;
use super::super::access_token::Format;
use super::super::audience::Audience;
use super::super::failure::Failure;
use super::super::grant_engine::client_credentials::{CredentialsRequest, negotiate};
use super::super::params::Params;
use super::endpoint::Caller;
use super::issue;

/// Issues an access token to the client.
///
/// # Errors
/// `invalid_scope` and `invalid_target` for more than it may have.
pub async fn issue(oidc: &Oidc, caller: Caller<'_>, params: &Params) -> Result<Vec<u8>, Failure> {
    let Caller { client, bound_to } = caller;
    let request = CredentialsRequest { client, grant_type: "client_credentials", scope: params.get("scope") };
    let scope = negotiate(request)?;
    let audience = Audience::requested(params.all("resource"), client)?;
    let format = Format::of(oidc, &audience).await?;
    Ok(issue::for_client(oidc, client, (&scope, &audience, format), bound_to).await?)
}
