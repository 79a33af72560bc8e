//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).
//!
//! Every use replaces the token, except that clients of the profile `fapi2` keep theirs. A spent one that comes again
//! ends the family, since either the thief or the client holds it; except that for ten seconds it gets the same answer,
//! because a client whose connection broke cannot know that it succeeded, and two of its threads may refresh at once.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::super::access_token::Format;
use super::super::audience::Audience;
use super::super::failure::Failure;
use super::super::grant_engine::refresh::{self as engine, RefreshRequest, Stored};
use super::super::handle::{self, Presented};
use super::super::params::Params;
use super::super::rules::Rule;
use super::super::scope::Scope;
use super::super::store::consents;
use super::super::store::grants::{self, Family, Grant, Rotation};
use super::super::{Lifetimes, Oidc};
use super::endpoint::Caller;
use super::issue::{self, Tokens};
use super::retry;
use crate::audit::{Actor, Audit, Event};
use crate::clients::{Client, Profile};

/// What a presented token is to its family.
pub(crate) enum Standing {
    /// It is to be replaced.
    Current,
    /// It was replaced a moment ago: the answer, sealed.
    JustReplaced(Vec<u8>),
    /// It was replaced before.
    Spent,
    /// The family has ended.
    Over,
}

/// Exchanges a refresh token for new tokens.
///
/// # Errors
/// `invalid_grant`, `invalid_scope`, `invalid_target`, `invalid_request`.
pub async fn refresh(oidc: &Oidc, caller: Caller<'_>, params: &Params) -> Result<Vec<u8>, Failure> {
    let client = caller.client;
    let request = RefreshRequest {
        client_id: client.id.as_str(),
        grant_type: "refresh_token",
        refresh_token: params.get("refresh_token"),
        scope: params.get("scope"),
    };
    let text = request.refresh_token.unwrap_or_default();
    let presented = handle::read_refresh_token(text, &*oidc.0.web.sealer);
    let family = match presented {
        Some(presented) => grants::look_up_family(&oidc.0.db, presented.grant).await?,
        None => None,
    };
    let owner = family.as_ref().map(|f| f.grant.account.to_string()).unwrap_or_default();
    let stored =
        family.as_ref().map(|f| Stored { client_id: &f.grant.client_id, owner: &owner, scope: &f.grant.scope });
    let scope = engine::refresh(request, stored)?;
    let (Some(presented), Some(family)) = (presented, family) else {
        return Err(Rule::RefreshTokenUnknown.into());
    };
    // Looked at before reuse is: whoever lacks the key must not be able to end the family either.
    if family.key.is_some() && family.key.as_ref() != caller.refresh_key() {
        return Err(Rule::RefreshTokenBoundToAnotherKey.into());
    }
    let asked = Asked { scope, audience: family.grant.audience.narrowed(params)? };
    let now = oidc.0.clock.now();
    let lifetimes = oidc.0.lifetimes;
    match standing(&family, presented, lifetimes, now) {
        Standing::Over => Err(Rule::RefreshTokenOver.into()),
        Standing::JustReplaced(sealed) => reopen(text, &sealed),
        Standing::Spent => {
            end_family(oidc, client, presented, now).await?;
            Err(Rule::RefreshTokenSpent.into())
        }
        // Its token is bound to the client's own key already, and a lost answer would lock it out (FAPI 2.0 Security
        // Profile §5.3.2.1: no rotation).
        Standing::Current if client.profile == Profile::Fapi2 => {
            let answer = issue(oidc, caller, &family.grant, &asked, text).await?;
            if !grants::prolong(&oidc.0.db, presented, now, idle_end(&family, lifetimes, now)).await? {
                return Err(Rule::RefreshTokenOver.into());
            }
            note_use(oidc, &family, now).await?;
            Ok(answer)
        }
        Standing::Current => {
            let next = handle::mint_refresh_token(presented.grant, &*oidc.0.entropy, &*oidc.0.web.sealer);
            let answer = issue(oidc, caller, &family.grant, &asked, &next.text).await?;
            let rotation = Rotation {
                next: next.hash,
                key: caller.refresh_key().cloned(),
                answer: retry::seal(text, &answer, &*oidc.0.entropy),
                now,
                expires_at: idle_end(&family, lifetimes, now),
            };
            match rotate(oidc, client, presented, rotation).await? {
                Standing::Current => {
                    note_use(oidc, &family, now).await?;
                    Ok(answer)
                }
                Standing::JustReplaced(sealed) => reopen(text, &sealed),
                Standing::Spent => Err(Rule::RefreshTokenSpent.into()),
                Standing::Over => Err(Rule::RefreshTokenOver.into()),
            }
        }
    }
}

/// What the client asked for, and is given.
struct Asked {
    scope: Scope,
    audience: Audience,
}

/// The answer with what was asked for and that refresh token.
async fn issue(
    oidc: &Oidc,
    caller: Caller<'_>,
    grant: &Grant,
    asked: &Asked,
    refresh_token: &str,
) -> Result<Vec<u8>, Failure> {
    let person = issue::person(oidc, grant).await?;
    let tokens = Tokens {
        grant,
        scope: &asked.scope,
        audience: &asked.audience,
        format: Format::of(oidc, &asked.audience).await?,
        nonce: None,
        refresh_token: Some(refresh_token),
        person: person.as_ref(),
        bound_to: caller.bound_to,
    };
    Ok(issue::for_person(oidc, caller.client, tokens, oidc.0.clock.now()).await?)
}

/// What the person let the client have was made use of: they are shown when.
async fn note_use(oidc: &Oidc, family: &Family, now: Timestamp) -> Result<(), DbError> {
    if !family.grant.by_consent {
        return Ok(());
    }
    let last = family.refreshed_at.unwrap_or(family.began_at);
    consents::note_use(&oidc.0.db, (family.grant.account, &family.grant.client_id), last, now).await
}

/// When a family that was used now ends unless it is used again.
pub(crate) fn idle_end(family: &Family, lifetimes: Lifetimes, now: Timestamp) -> Timestamp {
    (now + lifetimes.refresh_idle).min(family.began_at + lifetimes.refresh_absolute)
}

/// What the token is to its family at that moment.
pub(crate) fn standing(family: &Family, presented: Presented, lifetimes: Lifetimes, now: Timestamp) -> Standing {
    if family.over || family.expires_at <= now {
        return Standing::Over;
    }
    if family.current == Some(presented.hash) {
        return Standing::Current;
    }
    let just_now = family.refreshed_at.is_some_and(|at| now.since(at) <= lifetimes.refresh_retry);
    match &family.answer {
        Some(sealed) if just_now && family.previous == Some(presented.hash) => Standing::JustReplaced(sealed.clone()),
        _ => Standing::Spent,
    }
}

fn reopen(token: &str, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
    retry::open(token, sealed).ok_or_else(|| Rule::RefreshTokenSpent.into())
}

/// Replaces the token, or finds out what another request made of it in the meantime.
async fn rotate(oidc: &Oidc, client: &Client, presented: Presented, rotation: Rotation) -> Result<Standing, Failure> {
    if grants::rotate(&oidc.0.db, presented, &rotation).await? {
        return Ok(Standing::Current);
    }
    let family = grants::look_up_family(&oidc.0.db, presented.grant).await?;
    let Some(family) = family else { return Ok(Standing::Over) };
    let standing = standing(&family, presented, oidc.0.lifetimes, rotation.now);
    if matches!(standing, Standing::Spent) {
        end_family(oidc, client, presented, rotation.now).await?;
    }
    Ok(standing)
}

async fn end_family(oidc: &Oidc, client: &Client, presented: Presented, now: Timestamp) -> Result<(), DbError> {
    let audit = oidc.0.audit.clone();
    let actor = Actor::Client(client.id.as_str().to_owned());
    oidc.0
        .db
        .write(move |tx| {
            let (audit, actor) = (audit.clone(), actor.clone());
            async move {
                match grants::family(tx, presented.grant).await? {
                    Some(family) => end(tx, &audit, &actor, &family, now).await,
                    None => Ok(()),
                }
            }
            .boxed()
        })
        .await
}

async fn end(tx: &mut Tx, audit: &Audit, actor: &Actor, family: &Family, now: Timestamp) -> Result<(), DbError> {
    if grants::revoke(tx, family.grant.id, now).await? {
        let event = Event::RefreshTokenReused {
            client: family.grant.client_id.clone(),
            account: family.grant.account.to_string(),
        };
        audit.record(tx, actor, &event).await?;
    }
    Ok(())
}
