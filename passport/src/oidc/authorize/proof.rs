//! The first thing to know of a request: which client sends it, and where an answer may go.

use std::sync::Arc;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::par::{self, PushedId};
use super::super::params::Params;
use super::super::refusals::{Endpoint, Refused};
use super::super::rules::Rule;
use super::interaction::Began;
use super::pending::LIMIT;
use super::request::{AuthorizationRequest, Given, RawRequest};
use super::respond::TrustedRedirect;
use super::{checks, object, reference};
use crate::clients::Client;
use crate::web::authorization_problem::ProblemKind;

/// A request of a known client that can be answered to it.
#[derive(Debug)]
pub struct Proven {
    /// Where answers go.
    pub redirect: TrustedRedirect,
    /// The request, unless it breaks a rule that the client is to be told.
    pub request: Result<AuthorizationRequest, ProtocolError>,
    /// The pushed request that it is, to be spent with its answer.
    pub pushed: Option<PushedId>,
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

    fn by(self, client: &Arc<Client>) -> Self {
        Self { client_id: Some(client.id.as_str().to_owned()), client: Some(Arc::clone(client)), ..self }
    }

    fn received(self, value: Option<String>) -> Self {
        Self { received: value, ..self }
    }
}

/// Proves client and redirect URI, and checks the request.
///
/// # Errors
/// What is missing or wrong about client and redirect URI.
pub async fn prove(oidc: &Oidc, query: &str, began: Began) -> Result<Proven, Box<Unproven>> {
    let unread = |error| Unproven::new(ProblemKind::Request, error);
    if query.len() > LIMIT {
        return Err(unread(Rule::RequestTooLong.error()));
    }
    let params = Params::parse(query.as_bytes()).map_err(unread)?;
    let client = client(oidc, &params).await?;
    if client.is_suspended() {
        let error = Rule::ClientSuspended.error();
        note(oidc, &client, (&error, Given::default()), &params);
        // Nobody is led back to a site that the staff suspended.
        return Err(Box::new(Unproven::new(ProblemKind::Suspended, error).by(&client)));
    }
    let sent = match resolve(oidc, &client, params.clone(), began).await {
        Ok(sent) => sent,
        Err(unproven) => {
            if let Failure::Protocol(error) = &unproven.failure {
                note(oidc, &client, (error, Given::default()), &params);
            }
            return Err(Box::new(unproven.by(&client)));
        }
    };
    match TrustedRedirect::prove(&client, &sent.raw, &oidc.0.issuer) {
        Ok(redirect) => {
            let request = match sent.flaw {
                Some(flaw) => Err(flaw),
                None => checks::accept(&sent.raw, Arc::clone(&client), redirect.clone()),
            };
            if let Err(error) = &request {
                note(oidc, &client, (error, sent.raw.given), &sent.params);
            }
            Ok(Proven { request, redirect, pushed: sent.pushed })
        }
        Err(error) => {
            note(oidc, &client, (&error, sent.raw.given), &sent.params);
            let unproven = Unproven::new(ProblemKind::RedirectUri, error);
            Err(Box::new(unproven.by(&client).received(sent.raw.redirect_uri)))
        }
    }
}

/// Counts the refusal. What was pushed or signed is its client's; anybody can send a browser here with anything else.
fn note(oidc: &Oidc, client: &Client, (error, given): (&ProtocolError, Given), params: &Params) {
    let proven = !client.is_public() && (given.pushed || given.signed);
    let refused = Refused { client, proven, rule: error.rule(), endpoint: Endpoint::Authorize, params };
    oidc.0.refusals.note(refused, oidc.0.clock.now());
}

async fn client(oidc: &Oidc, params: &Params) -> Result<Arc<Client>, Box<Unproven>> {
    let Some(client_id) = params.get("client_id") else {
        return Err(Unproven::new(ProblemKind::UnknownClient, Rule::ClientIdMissing));
    };
    let found = oidc.0.clients.find(client_id).await;
    found.map_err(|error| Unproven::new(ProblemKind::Request, error))?.ok_or_else(|| {
        let unproven = Unproven::new(ProblemKind::UnknownClient, Rule::ClientIdNotRegistered);
        let client_id = Some(client_id.to_owned());
        Box::new(Unproven { client_id: client_id.clone(), ..unproven.received(client_id) })
    })
}

/// The parameters that count, wherever they are.
struct Sent {
    raw: RawRequest,
    params: Params,
    pushed: Option<PushedId>,
    /// What is wrong with the signed ones. The others then tell where to say so.
    flaw: Option<ProtocolError>,
}

/// What was pushed takes the place of everything that the browser brings (RFC 9126 §4).
async fn resolve(oidc: &Oidc, client: &Client, params: Params, began: Began) -> Result<Sent, Box<Unproven>> {
    let pushed = params.get("request_uri").and_then(|uri| Some((par::id(uri)?, uri.to_owned())));
    let Some((id, uri)) = pushed else { return signed(oidc, client, params, began).await };
    let found = par::find(oidc, id, began).await.map_err(|error| Unproven::new(ProblemKind::Request, error))?;
    let found = found
        .filter(|found| found.client_id == client.id.as_str())
        .ok_or_else(|| Box::new(Unproven::new(ProblemKind::Request, par::SPENT).received(Some(uri))))?;
    let params =
        Params::parse(found.parameters.as_bytes()).map_err(|error| Unproven::new(ProblemKind::Request, error))?;
    let given = Given { pushed: true, signed: found.signed };
    Ok(Sent { raw: RawRequest::read(&params, given), params, pushed: Some(id), flaw: None })
}

/// What is signed takes the place of what is not (RFC 9101 §6.3).
async fn signed(oidc: &Oidc, client: &Client, params: Params, began: Began) -> Result<Sent, Box<Unproven>> {
    let (params, given, flaw) = match open(oidc, client, &params, began).await {
        Ok(Some(inner)) => (inner, Given { signed: true, ..Given::default() }, None),
        Ok(None) => (params, Given::default(), None),
        Err(Failure::Protocol(flaw)) => (params, Given::default(), Some(flaw)),
        Err(failure) => return Err(Unproven::new(ProblemKind::Request, failure)),
    };
    Ok(Sent { raw: RawRequest::read(&params, given), params, pushed: None, flaw })
}

/// The parameters of the request object that came or is referred to, if there is one.
async fn open(oidc: &Oidc, client: &Client, outer: &Params, began: Began) -> Result<Option<Params>, Failure> {
    match (outer.get("request"), outer.get("request_uri")) {
        (Some(text), None) => object::open(oidc, client, text, (outer, began.at)).await.map(Some),
        // Nothing is fetched for a request that its client should have pushed.
        (None, Some(reference)) if !client.requires_pushed_requests() => {
            let text = reference::follow(oidc, client, reference).await?;
            object::open(oidc, client, &text, (outer, began.at)).await.map(Some)
        }
        // Both at once are refused by a check.
        _ => Ok(None),
    }
}
