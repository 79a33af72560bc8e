//! `grant_type=authorization_code` (RFC 6749 §4.1.3).
//!
//! One transaction spends the code, judges the request and, where the code was spent before, revokes what came of
//! it. A request that is refused (another client, a wrong verifier) leaves the code unspent: whoever has only the
//! code must not be able to take it from its client.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::Tx;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::grant_engine::access_token::{CodeRequest, Redemption, Stored};
use super::super::handle::{self, Presented};
use super::super::params::Params;
use super::super::store::grants::{self, Grant, Unredeemed};
use super::issue::{self, Tokens};
use crate::audit::{Actor, Audit, Event};
use crate::clients::Client;

/// A redemption, owned so that the transaction can be run again.
struct Attempt {
    client_id: String,
    code: String,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    presented: Presented,
    refresh_hash: [u8; 32],
    now: Timestamp,
    audit: Audit,
}

enum Outcome {
    Redeemed(Box<Grant>),
    Reused,
}

/// Exchanges a code for tokens.
///
/// # Errors
/// `invalid_grant`, `invalid_request`.
pub async fn redeem(oidc: &Oidc, client: &Client, params: &Params) -> Result<Vec<u8>, Failure> {
    let request = CodeRequest {
        client_id: client.id.as_str(),
        grant_type: "authorization_code",
        code: params.get("code"),
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    let presented = match request.code {
        Some(code) => handle::read_code(code).ok_or_else(ProtocolError::invalid_grant)?,
        None => return Err(ProtocolError::invalid_request("code is missing", "RFC 6749 4.1.3").into()),
    };
    let inner = &oidc.0;
    let refresh = handle::mint_refresh_token(presented.grant, &*inner.entropy, &*inner.web.sealer);
    let attempt = Arc::new(Attempt {
        client_id: request.client_id.to_owned(),
        code: request.code.unwrap_or_default().to_owned(),
        redirect_uri: request.redirect_uri.map(str::to_owned),
        code_verifier: request.code_verifier.map(str::to_owned),
        presented,
        refresh_hash: refresh.hash,
        now: inner.clock.now(),
        audit: inner.audit.clone(),
    });
    let now = attempt.now;
    let outcome = inner
        .db
        .write(move |tx| {
            let attempt = Arc::clone(&attempt);
            async move { spend(tx, &attempt).await }.boxed()
        })
        .await?;
    match outcome {
        Outcome::Reused => Err(ProtocolError::invalid_grant().into()),
        Outcome::Redeemed(grant) => {
            let tokens = Tokens {
                grant: &grant,
                scope: &grant.scope,
                nonce: grant.nonce.as_deref(),
                refresh_token: grant.refreshable.then_some(refresh.text.as_str()),
            };
            Ok(issue::for_person(oidc, client, tokens, now)?)
        }
    }
}

async fn spend(tx: &mut Tx, attempt: &Attempt) -> Result<Outcome, Failure> {
    let redemption = Redemption::begin(CodeRequest {
        client_id: &attempt.client_id,
        grant_type: "authorization_code",
        code: Some(&attempt.code),
        redirect_uri: attempt.redirect_uri.as_deref(),
        code_verifier: attempt.code_verifier.as_deref(),
    })?;
    let Some(grant) = grants::redeem(tx, attempt.presented, attempt.refresh_hash, attempt.now).await? else {
        return unredeemed(tx, attempt).await;
    };
    // Signing out, or a lock, between the code and its redemption.
    if grants::ended_with_session(tx, &grant).await? {
        return Err(ProtocolError::invalid_grant().into());
    }
    let owner = grant.account.to_string();
    redemption.recover(Some(Stored {
        client_id: &grant.client_id,
        owner: &owner,
        scope: &grant.scope,
        redirect_uri: &grant.redirect_uri,
        code_challenge: grant.code_challenge.as_deref(),
    }))?;
    Ok(Outcome::Redeemed(Box::new(grant)))
}

/// RFC 6749 §4.1.2: a code that comes a second time was stolen at some point, so what the first redemption gave is
/// revoked. The revocation is to stay: hence no error, which would undo it. Only the client that it was issued to can
/// say so: a spent code is found in histories and logs, and whoever finds one must not be able to sign people out.
async fn unredeemed(tx: &mut Tx, attempt: &Attempt) -> Result<Outcome, Failure> {
    match grants::unredeemed(tx, attempt.presented).await? {
        Unredeemed::Unknown => Err(ProtocolError::invalid_grant().into()),
        Unredeemed::Spent { client_id, .. } if client_id != attempt.client_id => {
            Err(ProtocolError::invalid_grant().into())
        }
        Unredeemed::Spent { client_id, account } => {
            if grants::revoke(tx, attempt.presented.grant, attempt.now).await? {
                let event = Event::CodeReused { client: client_id, account: account.to_string() };
                attempt.audit.record(tx, &Actor::Client(attempt.client_id.clone()), &event).await?;
            }
            Ok(Outcome::Reused)
        }
    }
}
