//! The operations of signing in and out. Handlers parse, call one of these, and answer.

use std::sync::Arc;

use futures_util::FutureExt as _;
use http::HeaderMap;
use shared::clock::{SharedClock, Timestamp};
use shared::config::BaseUrl;
use shared::db::{Db, DbError};
use shared::entropy::{SharedEntropy, token};
use shared::i18n::Lang;
use shared::secret::SecretString;
use url::Url;

use crate::profile::ProfileId;
use crate::web::cookie::{self, Cookie};

use super::attempt::{Attempt, Attempts};
use super::fault::Fault;
use super::logout_token::LogoutToken;
use super::passport::{Passport, PassportError};
use super::person::Person;
use super::return_path::ReturnPath;
use super::session::store::ends;
use super::session::{Session, SessionId, SessionLimits, SessionToken, store};
use super::signals::store as signals;

/// Signing in and out. Cheap to clone.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

/// What it is made of.
pub struct Parts {
    /// Which exam: the first part of cookie names.
    pub profile: ProfileId,
    /// The public address of the site.
    pub base_url: BaseUrl,
    /// The issuer, byte for byte.
    pub issuer: BaseUrl,
    /// Where sessions are kept.
    pub db: Db,
    /// The passport.
    pub passport: Passport,
    /// What the key of attempts is derived from.
    pub client_secret: SecretString,
    /// How long sessions live.
    pub limits: SessionLimits,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: SharedEntropy,
}

struct Inner {
    parts: Parts,
    attempts: Attempts,
}

/// A session with the token that names it.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) session: Session,
    pub(super) token: SessionToken,
}

/// Where to send the browser, and what to have it keep.
pub(super) struct Departure {
    pub(super) to: String,
    pub(super) cookies: Vec<Cookie>,
}

/// Why a logout token ended nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotEnded {
    /// The request breaks that rule.
    #[error("{0}")]
    Request(&'static str),
    /// The token was taken before.
    #[error("the logout token was used before")]
    Repeated,
    /// It does not hold, or the passport's keys cannot be had.
    #[error(transparent)]
    Passport(#[from] PassportError),
    /// The database is away.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl NotEnded {
    /// The error as RFC 6749 §5.2 writes it.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Passport(PassportError::Unreachable(_)) | Self::Db(_) => "temporarily_unavailable",
            _ => "invalid_request",
        }
    }

    /// What whoever sent the token may know.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Passport(PassportError::Unreachable(_)) => "the keys of the issuer cannot be fetched".to_owned(),
            Self::Db(_) => "try again later".to_owned(),
            other => other.to_string(),
        }
    }
}

impl SignIn {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let attempts = Attempts::new(parts.profile, &parts.client_secret, parts.base_url.clone());
        Self(Arc::new(Inner { parts, attempts }))
    }

    /// The public address of the site.
    pub(super) fn base_url(&self) -> &BaseUrl {
        &self.0.parts.base_url
    }

    /// The issuer that answers must name.
    pub(super) fn issuer(&self) -> &str {
        self.0.parts.issuer.as_str()
    }

    /// Whose pages may lead to signing in without a question: ours, and those of the passport, where the person pressed a
    /// tile.
    pub(super) fn leading_origins(&self) -> [&str; 2] {
        [self.0.parts.base_url.origin(), self.0.parts.issuer.origin()]
    }

    fn ask_cookie(&self) -> String {
        format!("__Host-{}_ask", self.0.parts.profile)
    }

    /// What a form of this browser carries to prove that it is this browser's, and the cookie that the browser is to keep
    /// unless it has it already.
    pub(super) fn proof_of_press(&self, held: &HeaderMap) -> (String, Option<Cookie>) {
        if let Some(known) = self.held_proof_of_press(held) {
            return (known.to_owned(), None);
        }
        let made = token(&*self.0.parts.entropy);
        (made.clone(), Some(Cookie::session(self.ask_cookie(), made)))
    }

    /// What the form of a press has to carry.
    pub(super) fn held_proof_of_press<'h>(&self, held: &'h HeaderMap) -> Option<&'h str> {
        cookie::get(held, &self.ask_cookie()).filter(|known| !known.is_empty())
    }

    fn session_cookie(&self) -> String {
        format!("__Host-{}_session", self.0.parts.profile)
    }

    fn sign_out_cookie(&self) -> String {
        format!("__Host-{}_out", self.0.parts.profile)
    }

    /// Begins an attempt. `again` marks one that follows a failed one without being asked for.
    pub(super) async fn begin(
        &self,
        held: &HeaderMap,
        lang: Lang,
        return_to: ReturnPath,
        hint: Option<String>,
        again: bool,
    ) -> Result<Departure, Fault> {
        let Parts { passport, clock, entropy, .. } = &self.0.parts;
        let attempt = Attempt::new(return_to, again, clock.now(), &**entropy);
        let to = passport.authorization_url(&attempt, lang, hint).await?;
        Ok(Departure { to: to.into(), cookies: self.0.attempts.begin(&attempt, held, &**entropy) })
    }

    /// The attempt of this browser that has that state, and whether it has taken too long.
    pub(super) fn attempt(&self, state: &str, held: &HeaderMap) -> Option<(Attempt, bool)> {
        let attempt = self.0.attempts.find(state, held)?;
        let over = attempt.is_over(self.0.parts.clock.now());
        Some((attempt, over))
    }

    /// Takes the cookie of a finished attempt away.
    pub(super) fn forget(&self, state: &str) -> Cookie {
        self.0.attempts.end(state)
    }

    /// Whether the passport always says who it is in its answers.
    pub(super) async fn passport_always_names_itself(&self) -> Result<bool, Fault> {
        Ok(self.0.parts.passport.always_names_itself().await?)
    }

    /// Redeems the code and begins a session in the place of the one this browser may hold.
    pub(super) async fn finish(&self, code: String, attempt: &Attempt, held: &HeaderMap) -> Result<Departure, Fault> {
        let Parts { passport, db, clock, entropy, .. } = &self.0.parts;
        let person = passport.redeem(code, attempt).await?;
        let token = SessionToken::new(&**entropy);
        let now = clock.now();
        let id = SessionId::new(now, &**entropy);
        let former = self.held_token(held).map(|token| token.hash());
        let (hash, person) = (token.hash(), Arc::new(person));
        let begun = db.write::<_, DbError, _>(move |tx| {
            let person: Arc<Person> = Arc::clone(&person);
            async move {
                if !ends::may_begin(tx, &person, now).await? {
                    return Ok(false);
                }
                if let Some(former) = former {
                    store::end(tx, former).await?;
                }
                store::insert(tx, id, hash, &person, now).await?;
                Ok(true)
            }
            .boxed()
        });
        if !begun.await.map_err(Fault::Db)? {
            return Err(Fault::Ended);
        }
        let cookies = vec![Cookie::session(self.session_cookie(), token.expose()), self.forget(&attempt.state)];
        Ok(Departure { to: attempt.return_to.as_str().to_owned(), cookies })
    }

    fn held_token(&self, held: &HeaderMap) -> Option<SessionToken> {
        cookie::get(held, &self.session_cookie()).and_then(SessionToken::parse)
    }

    /// Who is signed in in this browser. Notes at most once a minute that the person is here.
    pub(super) async fn current(&self, held: &HeaderMap) -> Result<Option<Current>, DbError> {
        let Some(token) = self.held_token(held) else { return Ok(None) };
        let Parts { db, limits, clock, .. } = &self.0.parts;
        let (hash, now) = (token.hash(), clock.now());
        let found = db.read(move |tx| store::find(tx, hash).boxed()).await?;
        let Some(session) = found.filter(|session| session.is_live(now, *limits)) else { return Ok(None) };
        if session.is_to_be_noticed(now) {
            let id = session.id;
            db.write(move |tx| store::notice(tx, id, now).boxed()).await?;
        }
        Ok(Some(Current { session, token }))
    }

    /// Ends the session here; the way leads on to the passport, to end the one there (OpenID Connect
    /// RP-Initiated Logout §2).
    pub(super) async fn end(&self, current: &Current, lang: Lang, signed_out: &str) -> Result<Departure, Fault> {
        let Parts { passport, db, base_url, entropy, .. } = &self.0.parts;
        let hash = current.token.hash();
        let hint = db.write(move |tx| store::end(tx, hash).boxed()).await.map_err(Fault::Db)?;
        let mut cookies = vec![Cookie::removal(self.session_cookie())];
        let endpoint = passport.end_session_endpoint().await.unwrap_or_else(|error| {
            tracing::warn!(cause = %error, "signed out here, but not at the passport");
            None
        });
        let Some(mut url) = endpoint else { return Ok(Departure { to: signed_out.to_owned(), cookies }) };
        let state = token(&**entropy);
        url.query_pairs_mut()
            .append_pair("client_id", passport.client_id())
            .append_pair("post_logout_redirect_uri", &base_url.join(signed_out))
            .append_pair("state", &state)
            .append_pair("ui_locales", lang.tag())
            .extend_pairs(hint.iter().map(|hint| ("id_token_hint", hint.expose())));
        cookies.push(Cookie::lasting(self.sign_out_cookie(), state, super::attempt::LIFETIME));
        Ok(Departure { to: Url::into(url), cookies })
    }

    /// Ends the sessions that a logout token of the passport names; how many those were. A token that ended nothing
    /// because something failed is not spent.
    pub(super) async fn end_by_token(&self, text: &str) -> Result<u64, NotEnded> {
        let Parts { passport, db, clock, .. } = &self.0.parts;
        let now = clock.now();
        let token: Arc<LogoutToken> = Arc::new(passport.read_logout_token(text).await?);
        db.write(move |tx| {
            let token = Arc::clone(&token);
            async move {
                if !store::spend_token(tx, &token.id, token.over_at).await? {
                    return Err(NotEnded::Repeated);
                }
                ends::remember(tx, &token.whom, token.issued_at, now).await?;
                Ok(store::end_of(tx, &token.whom).await?)
            }
            .boxed()
        })
        .await
    }

    /// The database, for what the passport tells.
    pub(super) fn db(&self) -> &Db {
        &self.0.parts.db
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// The passport, for what it signs.
    pub(super) fn passport(&self) -> &Passport {
        &self.0.parts.passport
    }

    /// Whether the passport sent this browser back after ending its own session.
    pub(super) fn came_back_from_signing_out(&self, state: Option<&str>, held: &HeaderMap) -> (bool, Cookie) {
        let kept = cookie::get(held, &self.sign_out_cookie());
        (state.is_some() && state == kept, Cookie::removal(self.sign_out_cookie()))
    }

    /// Deletes sessions that no longer count, and forgets logout tokens, security events and ends whose time is over; how many sessions there
    /// were.
    ///
    /// # Errors
    /// The database is away.
    pub async fn sweep(&self) -> Result<u64, DbError> {
        let Parts { db, limits, clock, .. } = &self.0.parts;
        let (limits, now) = (*limits, clock.now());
        let sweep = db.write(move |tx| {
            async move {
                store::forget_tokens(tx, now).await?;
                signals::forget(tx, now).await?;
                ends::forget(tx, now).await?;
                store::sweep(tx, limits, now).await
            }
            .boxed()
        });
        sweep.await
    }
}
