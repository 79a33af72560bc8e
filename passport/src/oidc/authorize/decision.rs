//! Decides about a request with what is stored, and stores the authorization if there is to be one: one transaction
//! for a person who is signed in, none for one who is not.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::super::handle::{self, GrantId};
use super::super::id_token::Hint;
use super::super::store::consents;
use super::super::store::grants::{self, NewGrant};
use super::super::{Lifetimes, Oidc};
use super::interaction::{self, Began, Consent, Present, Step};
use super::request::AuthorizationRequest;
use crate::accounts::sessions::{self, Session};
use crate::clients::GrantType;

/// What comes of a request.
#[derive(Debug)]
pub enum Decision {
    /// The client gets this code.
    Code(String),
    /// Something else happens first, or the client is refused.
    Step(Step),
}

/// Whom the client means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    Anyone,
    Person(String),
    /// The hint is not ours, or its key is gone. Whoever is there will do, unless nobody may be asked.
    Unreadable,
}

impl Meant {
    fn read(oidc: &Oidc, request: &AuthorizationRequest) -> Self {
        match &request.id_token_hint {
            None => Self::Anyone,
            Some(text) => Hint::read(oidc, text).map_or(Self::Unreadable, |hint| Self::Person(hint.sub)),
        }
    }

    fn is(&self, session: &Session, silent: bool) -> bool {
        match self {
            Self::Anyone => true,
            Self::Person(subject) => *subject == session.account.to_string(),
            Self::Unreadable => !silent,
        }
    }
}

/// Everything that the transaction needs, so that it can be run again.
struct Question {
    request: Arc<AuthorizationRequest>,
    began: Began,
    meant: Meant,
    token_hash: [u8; 32],
    grant: GrantId,
    code_hash: [u8; 32],
    lifetimes: Lifetimes,
    now: Timestamp,
}

/// Decides. `token_hash` is of the session cookie, if there is one.
///
/// # Errors
/// See [`DbError`].
pub async fn decide(
    oidc: &Oidc,
    request: Arc<AuthorizationRequest>,
    began: Began,
    token_hash: Option<[u8; 32]>,
) -> Result<Decision, DbError> {
    let now = oidc.0.clock.now();
    let Some(token_hash) = token_hash else {
        return Ok(Decision::Step(interaction::next(&request, None, None, began, now)));
    };
    let grant = GrantId::new(now, &*oidc.0.entropy);
    let code = handle::mint_code(grant, &*oidc.0.entropy);
    let question = Arc::new(Question {
        meant: Meant::read(oidc, &request),
        request,
        began,
        token_hash,
        grant,
        code_hash: code.hash,
        lifetimes: oidc.0.lifetimes,
        now,
    });
    let step = oidc
        .0
        .db
        .write(move |tx| {
            let question = Arc::clone(&question);
            async move { answer(tx, &question).await }.boxed()
        })
        .await?;
    Ok(match step {
        Step::Issue => Decision::Code(code.text),
        step => Decision::Step(step),
    })
}

async fn answer(tx: &mut Tx, question: &Question) -> Result<Step, DbError> {
    let Question { request, began, now, .. } = question;
    let session = sessions::store::find(tx, &question.token_hash, *now).await?;
    let consent = match &session {
        Some(session) if interaction::depends_on_consent(request) => {
            consents::find(tx, session.account, request.client.id.as_str()).await?
        }
        _ => None,
    };
    let present = session.as_ref().map(|session| Present {
        auth_time: session.auth_time,
        has_province: session.province.is_some(),
        is_hinted: question.meant.is(session, request.prompt.none),
    });
    let step = interaction::next(request, present, consent.as_ref(), *began, *now);
    if let (Step::Issue, Some(session)) = (step, &session) {
        grants::insert(tx, &new_grant(question, consent.as_ref()), session).await?;
        if session.is_worth_touching(*now) {
            sessions::store::touch(tx, session.id, *now).await?;
        }
    }
    Ok(step)
}

fn new_grant(question: &Question, consent: Option<&Consent>) -> NewGrant {
    let Question { request, lifetimes, now, .. } = question;
    let scope = match consent {
        Some(consent) => request.scope.without(&consent.declined),
        None => request.scope.clone(),
    };
    // With the refresh token grant a client gets a refresh token; whether it outlives the session is what
    // offline_access decides (OIDC Core §11).
    let refreshable = request.client.allows(GrantType::RefreshToken);
    let code_expires_at = *now + lifetimes.code;
    let expires_at = if refreshable { *now + lifetimes.refresh_idle } else { code_expires_at + lifetimes.access_token };
    NewGrant {
        id: question.grant,
        code_hash: question.code_hash,
        client_id: request.client.id.as_str().to_owned(),
        scope,
        redirect_uri: request.redirect.uri().to_owned(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        refreshable,
        code_expires_at,
        expires_at,
    }
}
