//! The first thing to know of a request: which client sends it, and where an answer may go.

use std::sync::Arc;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::pending::LIMIT;
use super::request::RawRequest;
use super::respond::TrustedRedirect;
use crate::clients::Client;
use crate::web::authorization_problem::ProblemKind;

/// A request of a known client that can be answered to it.
#[derive(Debug)]
pub struct Proven {
    /// Its parameters.
    pub raw: RawRequest,
    /// The client.
    pub client: Arc<Client>,
    /// Where answers go.
    pub redirect: TrustedRedirect,
}

/// A request that can be answered to nobody but the person who sent it.
#[derive(Debug)]
pub struct Unproven {
    /// Why.
    pub failure: Failure,
    /// What kind of mistake it is.
    pub kind: ProblemKind,
    /// The client, if that much is known.
    pub client: Option<Arc<Client>>,
    /// The client id, as it was sent.
    pub client_id: Option<String>,
    /// The value that broke the rule, as it was sent.
    pub received: Option<String>,
}

impl Unproven {
    /// A mistake of that kind, by nobody that is known yet.
    pub fn new(kind: ProblemKind, failure: impl Into<Failure>) -> Box<Self> {
        Box::new(Self { failure: failure.into(), kind, client: None, client_id: None, received: None })
    }
}

/// Proves client and redirect URI.
///
/// # Errors
/// What is missing or wrong about them.
pub async fn prove(oidc: &Oidc, query: &str) -> Result<Proven, Box<Unproven>> {
    if query.len() > LIMIT {
        let error = ProtocolError::invalid_request("the request is longer than 4096 bytes", "RFC 6749 4.1.2.1");
        return Err(Unproven::new(ProblemKind::Request, error));
    }
    let raw = RawRequest::parse(query.as_bytes()).map_err(|error| Unproven::new(ProblemKind::Request, error))?;
    let Some(client_id) = raw.client_id.clone() else {
        let error = ProtocolError::invalid_request("client_id is missing", "RFC 6749 4.1.1");
        return Err(Unproven::new(ProblemKind::UnknownClient, error));
    };
    let found = oidc.0.clients.find(&client_id).await;
    let client = match found.map_err(|error| Unproven::new(ProblemKind::Request, error))? {
        Some(client) => client,
        None => {
            let error = ProtocolError::invalid_request("client_id is not registered", "RFC 6749 4.1.2.1");
            let unproven = Unproven::new(ProblemKind::UnknownClient, error);
            return Err(Box::new(Unproven {
                received: Some(client_id.clone()),
                client_id: Some(client_id),
                ..*unproven
            }));
        }
    };
    match TrustedRedirect::prove(&client, &raw, &oidc.0.issuer) {
        Ok(redirect) => Ok(Proven { raw, client, redirect }),
        Err(error) => Err(Box::new(Unproven {
            failure: error.into(),
            kind: ProblemKind::RedirectUri,
            client: Some(client),
            client_id: Some(client_id),
            received: raw.redirect_uri,
        })),
    }
}
