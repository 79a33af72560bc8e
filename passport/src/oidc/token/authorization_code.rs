//! `grant_type=authorization_code` (RFC 6749 §4.1.3).
//!
//! The code says what was authorized; one statement spends it. A request that is refused (another client, a wrong
//! verifier) leaves it unspent: whoever has only the code must not be able to take it from its client.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;

use super::super::Oidc;
use super::super::access_token::Format;
use super::super::audience::Audience;
use super::super::code::AuthorizationCode;
use super::super::confirmation::Confirmation;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::super::grant_engine::access_token::{self as engine, CodeRequest, Stored};
use super::super::handle;
use super::super::params::Params;
use super::super::rules::Rule;
use super::super::store::grants::{self, Redemption};
use super::endpoint::Caller;
use super::issue::{self, Tokens};
use crate::audit::{Actor, Event};
use crate::clients::Client;

/// Exchanges a code for tokens.
///
/// # Errors
/// `invalid_grant`, `invalid_request`, `invalid_target`.
pub async fn redeem(oidc: &Oidc, caller: Caller<'_>, params: &Params) -> Result<Vec<u8>, Failure> {
    let client = caller.client;
    let request = CodeRequest {
        client_id: client.id.as_str(),
        grant_type: "authorization_code",
        code: params.get("code"),
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    let begun = engine::Redemption::begin(request)?;
    let text = request.code.unwrap_or_default();
    let code = AuthorizationCode::open(&*oidc.0.web.sealer, text).ok_or(Rule::CodeUnreadable)?;
    let now = oidc.0.clock.now();
    let judged = judge(begun, caller, &code, now).and_then(|()| code.grant.audience.narrowed(params));
    let refused = match judged {
        Ok(audience) => match spend(oidc, caller, (&code, &audience), now).await? {
            Some(answer) => return Ok(answer),
            None => Rule::CodeSpent.error(),
        },
        Err(error) => error,
    };
    revoke_if_spent(oidc, client, &code, now).await?;
    Err(refused.into())
}

/// Whether the code may become tokens for the caller.
///
/// # Errors
/// `invalid_grant`
pub(crate) fn judge(
    begun: engine::Redemption<'_>,
    caller: Caller<'_>,
    code: &AuthorizationCode,
    now: Timestamp,
) -> Result<(), ProtocolError> {
    let owner = code.grant.account.to_string();
    begun.recover(Some(Stored {
        client_id: &code.grant.client_id,
        owner: &owner,
        scope: &code.grant.scope,
        redirect_uri: &code.redirect_uri,
        code_challenge: code.code_challenge.as_deref(),
    }))?;
    // RFC 9449 §10: a code that was asked for with a key is for the holder of that key.
    let another_key = code.dpop_jkt.is_some() && code.dpop_jkt.as_ref() != caller.bound_to.and_then(Confirmation::jkt);
    if another_key {
        return Err(Rule::CodeBoundToAnotherKey.into());
    }
    if code.expires_at <= now { Err(Rule::CodeExpired.into()) } else { Ok(()) }
}

/// The answer, unless the code was spent or its session has ended.
async fn spend(
    oidc: &Oidc,
    caller: Caller<'_>,
    (code, audience): (&AuthorizationCode, &Audience),
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Failure> {
    let (grant, lifetimes) = (&code.grant, oidc.0.lifetimes);
    let format = Format::of(oidc, audience).await?;
    let refresh = handle::mint_refresh_token(grant.id, &*oidc.0.entropy, &*oidc.0.web.sealer);
    let tokens_end = now + if grant.refreshable { lifetimes.refresh_idle } else { lifetimes.access_token };
    // The row is what tells a second use of the code, so it stays until the code would be refused without it.
    let redemption = Redemption {
        grant,
        refresh_hash: refresh.hash,
        refresh_key: caller.refresh_key(),
        now,
        expires_at: tokens_end.max(code.expires_at),
        told_of_end: caller.client.is_told_of_end(),
    };
    // A node that cannot sign leaves the code to one that can.
    oidc.0.keys.ready_to_sign()?;
    if !grants::redeem(&oidc.0.db, redemption).await? {
        return Ok(None);
    }
    let person = issue::person(oidc, grant).await?;
    let tokens = Tokens {
        grant,
        person: person.as_ref(),
        scope: &grant.scope,
        nonce: code.nonce.as_deref(),
        refresh_token: grant.refreshable.then_some(refresh.text.as_str()),
        bound_to: caller.bound_to,
        audience,
        format,
    };
    let answer = issue::for_person(oidc, caller.client, tokens, now).await?;
    if oidc.0.keys.is_trying() {
        let client = caller.client;
        oidc.0.keys.signed_in(client.id.as_str(), client.id_token_alg, &grant.session.to_string());
    }
    Ok(Some(answer))
}

/// RFC 6749 §4.1.2: a code that comes a second time was stolen at some point, so what the first redemption gave is
/// revoked. Only the client that it was issued to can say so: a spent code is found in histories and logs, and whoever
/// finds one must not be able to sign people out.
async fn revoke_if_spent(
    oidc: &Oidc,
    client: &Client,
    code: &AuthorizationCode,
    now: Timestamp,
) -> Result<(), DbError> {
    if code.grant.client_id != client.id.as_str() {
        return Ok(());
    }
    let (id, audit) = (code.grant.id, oidc.0.audit.clone());
    let actor = Actor::Client(client.id.as_str().to_owned());
    let event = Event::CodeReused { client: code.grant.client_id.clone(), account: code.grant.account.to_string() };
    oidc.0
        .db
        .write(move |tx| {
            let (audit, actor, event) = (audit.clone(), actor.clone(), event.clone());
            async move {
                if grants::revoke(tx, id, now).await? {
                    audit.record(tx, &actor, &event).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}
