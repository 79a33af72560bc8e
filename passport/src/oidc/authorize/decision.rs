//! Decides about a request with what is stored: the session of a person who is signed in, and what they let the client
//! have where that matters. The code that may come of it is sealed, not stored.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::http::CallerNetwork;

use super::super::Oidc;
use super::super::code::AuthorizationCode;
use super::super::handle::GrantId;
use super::super::id_token::Hint;
use super::super::store::consents;
use super::super::store::grants::Grant;
use super::super::subject::Subjects;
use super::interaction::{self, Began, Consent, Context, Present, Step};
use super::request::AuthorizationRequest;
use crate::accounts::factors;
use crate::accounts::sessions::{self, Session};
use crate::clients::GrantType;

/// What comes of a request.
#[derive(Debug)]
pub enum Decision {
    /// The client gets this code.
    Code(String),
    /// Something else happens first, or the client is refused.
    Step {
        /// What.
        step: Step,
        /// Whether somebody is signed in. Unknown where no session's cookie came: from a frame of another site it stays
        /// away.
        signed_in: Option<bool>,
    },
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

    fn is(&self, session: &Session, subjects: &Subjects, silent: bool) -> bool {
        match self {
            Self::Anyone => true,
            Self::Person(subject) => subjects.means(subject, session.account),
            Self::Unreadable => !silent,
        }
    }
}

/// Who asks, and what they let the client have.
pub(crate) struct Permission {
    /// The session of who is there.
    pub(crate) session: Session,
    /// What they let the client have, where they were asked.
    pub(crate) consent: Option<Consent>,
}

/// The browser that asks.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The hash of its session cookie, if there is one.
    pub token_hash: Option<[u8; 32]>,
    /// Where it is.
    pub network: CallerNetwork,
}

/// Decides.
///
/// # Errors
/// See [`DbError`].
pub async fn decide(
    oidc: &Oidc,
    request: &AuthorizationRequest,
    began: Began,
    Asking { token_hash, network }: Asking,
) -> Result<Decision, DbError> {
    let (db, now) = (&oidc.0.db, oidc.0.clock.now());
    let session = match &token_hash {
        Some(hash) => sessions::store::look_up_unsettled(db, hash, now).await?,
        None => None,
    };
    let session = session.filter(|(session, _)| oidc.0.accounts.suffices(session));
    let Some((session, unsettled)) = session else {
        let step = interaction::next(request, None, None, began, now);
        return Ok(Decision::Step { step, signed_in: token_hash.map(|_| false) });
    };
    let consent = if interaction::depends_on_consent(request) {
        consents::look_up(db, session.account, request.client.id.as_str()).await?
    } else {
        None
    };
    let subjects = Subjects::of(oidc, &request.client);
    let is_named = |named: &Vec<String>| named.iter().any(|subject| subjects.means(subject, session.account));
    let present = Present {
        auth_time: session.auth_time,
        has_province: session.province.is_some(),
        is_hinted: Meant::read(oidc, request).is(&session, &subjects, request.prompt.none)
            && request.subjects.as_ref().is_none_or(is_named),
        unsettled,
        context: context(oidc, request, &session).await?,
    };
    match interaction::next(request, Some(present), consent.as_ref(), began, now) {
        Step::Issue => {
            note_use(oidc, &session, network, now).await?;
            if let Some(consent) = &consent {
                let whose = (session.account, request.client.id.as_str());
                consents::note_use(db, whose, consent.used_at, now).await?;
            }
            let id = GrantId::new(now, &*oidc.0.entropy);
            let code = code(request, Permission { session, consent }, (id, oidc.0.lifetimes.code), now);
            Ok(Decision::Code(code.seal(&*oidc.0.web.sealer)))
        }
        step => Ok(Decision::Step { step, signed_in: Some(true) }),
    }
}

/// How the session stands to what the client asks for. What its owner could show besides is read only where it matters.
async fn context(oidc: &Oidc, request: &AuthorizationRequest, session: &Session) -> Result<Context, DbError> {
    let Some(demand) = request.acr.as_ref().filter(|demand| session.acr < demand.least()) else {
        return Ok(Context::Reached);
    };
    let account = session.account;
    let enrolled = oidc.0.db.read(move |tx| factors::store::enrolled(tx, account).boxed()).await?;
    Ok(if enrolled.reach() >= demand.least() { Context::WithinReach } else { Context::OutOfReach })
}

/// The session's idle time begins anew.
async fn note_use(oidc: &Oidc, session: &Session, from: CallerNetwork, now: Timestamp) -> Result<(), DbError> {
    if !session.is_worth_touching(now) {
        return Ok(());
    }
    let id = session.id;
    oidc.0.db.write(move |tx| async move { sessions::store::touch(tx, id, now, from).await }.boxed()).await
}

/// The code for that request, which becomes that grant and may be redeemed for that long.
pub(crate) fn code(
    request: &AuthorizationRequest,
    permission: Permission,
    (id, lifetime): (GrantId, Duration),
    now: Timestamp,
) -> AuthorizationCode {
    let Permission { session, consent } = permission;
    let by_consent = consent.is_some();
    let (scope, named) = match consent {
        Some(consent) => (request.scope.without(&consent.declined), request.named.without_declined(&consent.declined)),
        None => (request.scope.clone(), request.named.clone()),
    };
    AuthorizationCode {
        grant: Grant {
            id,
            client_id: request.client.id.as_str().to_owned(),
            account: session.account,
            session: session.id,
            scope,
            named,
            audience: request.audience.clone(),
            auth_time: session.auth_time,
            acr: request.acr.as_ref().map_or(session.acr, |demand| demand.told(session.acr)).uri().to_owned(),
            amr: session.amr.join(" "),
            province: session.province,
            // With the refresh token grant a client gets a refresh token; whether it outlives the session is what
            // offline_access decides (OIDC Core §11).
            refreshable: request.client.allows(GrantType::RefreshToken),
            by_consent,
        },
        redirect_uri: request.redirect.uri().to_owned(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        dpop_jkt: request.dpop_jkt.clone(),
        expires_at: now + lifetime,
    }
}
