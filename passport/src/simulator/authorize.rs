//! The authorization endpoint. Requests are read, proven, checked and decided upon by the rules of [`crate::oidc`]; who is
//! there, and what they let a client have, comes from memory.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::Response;
use http::request::Parts;
use shared::http::RequestId;
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

use super::candidates::Candidate;
use super::faults::{Fault, Set};
use super::memory::SignedIn;
use super::sign_in::{self, Waits};
use super::{LIFETIMES, Simulator};
use crate::accounts::sessions::{Session, SessionId, SessionPolicy, Stay, Unsettled};
use crate::clients::Client;
use crate::oidc::authorize::checks;
use crate::oidc::authorize::decision::{self, Permission};
use crate::oidc::authorize::deliver;
use crate::oidc::authorize::endpoint::DECLINED;
use crate::oidc::authorize::interaction::{self, Began, Context, Present, Step};
use crate::oidc::authorize::pending::{self, Pending};
use crate::oidc::authorize::problem;
use crate::oidc::authorize::proof::Unproven;
use crate::oidc::authorize::request::{AuthorizationRequest, Given, Prompt, RawRequest};
use crate::oidc::authorize::respond::{Answer, TrustedRedirect, see_other};
use crate::oidc::error::ProtocolError;
use crate::oidc::failure::Failure;
use crate::oidc::handle::GrantId;
use crate::oidc::params::Params;
use crate::oidc::rules::Rule;
use crate::web::authorization_problem::ProblemKind;
use crate::web::form::is_form;
use crate::web::{Fault as PageFault, paths};

/// The cookie that holds a browser's session. The simulator speaks HTTP, so it cannot be marked as a passport's is.
pub(super) const COOKIE: &str = "simulator_session";

/// A request that can be answered to its client.
pub(super) struct Proven {
    /// Where answers go.
    pub(super) redirect: TrustedRedirect,
    /// The request, unless it breaks a rule.
    pub(super) request: Result<AuthorizationRequest, ProtocolError>,
}

/// `GET /authorize`
pub(super) async fn get(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let began = Began::now(simulator.now());
    simulator.serve(&parts, &query, began, Set::new()).await
}

/// `POST /authorize`: from another site it comes without our cookie and is taken up by a GET, as at a passport.
pub(super) async fn post(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let page = || simulator.0.pages.page_of(&parts);
    if !is_form(&parts.headers) {
        return PageFault::NoForm.page(page(), &parts.uri);
    }
    let Ok(body) = Bytes::from_request(Request::new(body), &()).await else {
        return PageFault::TooLarge.page(page(), &parts.uri);
    };
    let Ok(query) = std::str::from_utf8(&body) else { return PageFault::BrokenForm.page(page(), &parts.uri) };
    if token(&parts).is_some() || query.len() > pending::LIMIT {
        let began = Began::now(simulator.now());
        return simulator.serve(&parts, query, began, Set::new()).await;
    }
    let pending = Pending { query: query.to_owned(), began_at: simulator.now() };
    see_other(&pending::first_path(&pending.seal(&*simulator.0.sealer)))
}

/// `GET /authorize/resume`
pub(super) async fn resume(State(simulator): State<Simulator>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let sealed = form_urlencoded::parse(query).find(|(name, _)| name == pending::FIELD).map(|(_, text)| text);
    match sealed.and_then(|text| Pending::open(&*simulator.0.sealer, &text)) {
        Some(pending) => {
            let began = pending.began(simulator.now());
            simulator.serve(&parts, &pending.query, began, Set::new()).await
        }
        None => see_other(paths::HOME),
    }
}

/// SHA-256 of the token of the browser's session, if it has one.
pub(super) fn token(parts: &Parts) -> Option<[u8; 32]> {
    let cookies = parts.extensions.get::<Cookies>()?;
    cookies.get(COOKIE).map(|cookie| sha256(cookie.value().as_bytes()))
}

impl Simulator {
    /// Proves client and redirect URI, and checks the request.
    pub(super) fn prove(&self, query: &str) -> Result<Proven, Box<Unproven>> {
        let unread = |rule: ProtocolError| Unproven::new(ProblemKind::Request, rule);
        if query.len() > pending::LIMIT {
            return Err(unread(Rule::RequestTooLong.error()));
        }
        let params = Params::parse(query.as_bytes()).map_err(unread)?;
        let client_id = params.get("client_id").map(str::to_owned);
        if client_id.is_none() {
            return Err(Unproven::new(ProblemKind::UnknownClient, Rule::ClientIdMissing));
        }
        let Some(client) = self.0.clients.asking(&params) else {
            let unproven = Unproven::new(ProblemKind::UnknownClient, Rule::ClientIdNotRegistered);
            return Err(Box::new(Unproven { received: client_id.clone(), client_id, ..*unproven }));
        };
        let raw = RawRequest::read(&params, Given::default());
        let redirect = TrustedRedirect::prove(&client, &raw, &self.0.issuer).map_err(|error| {
            let unproven = Unproven::new(ProblemKind::RedirectUri, error);
            let (client, received) = (Some(Arc::clone(&client)), raw.redirect_uri.clone());
            Box::new(Unproven { client, client_id, received, ..*unproven })
        })?;
        Ok(Proven { request: checks::accept(&raw, client, redirect.clone()), redirect })
    }

    /// Answers a request, with those faults besides what is wrong for everybody.
    pub(super) async fn serve(&self, parts: &Parts, query: &str, began: Began, chosen: Set) -> Response {
        let Proven { redirect, request } = match self.prove(query) {
            Ok(proven) => proven,
            Err(unproven) => return self.problem(parts, *unproven),
        };
        let faults = self.faults_with(&chosen);
        self.wait_for(Fault::AuthorizationSlow, &faults).await;
        let request = match request {
            Ok(request) => request,
            Err(error) => return self.refuse(parts, &redirect, &error, &faults).await,
        };
        if let Some(error) = forced(&faults) {
            return self.refuse(parts, &redirect, &error, &faults).await;
        }
        let waits = Waits { request, query: query.to_owned(), began_at: began.at, chosen };
        self.decide(parts, waits, began).await
    }

    /// Goes as far as it can without anybody pressing a button, and shows the page on which one is pressed.
    async fn decide(&self, parts: &Parts, waits: Waits, mut began: Began) -> Response {
        let mut there = token(parts).and_then(|token| Some((token, self.memory().signed_in(&token)?)));
        let other = |(_, there): &([u8; 32], SignedIn)| {
            self.hinted(&waits.request).is_some_and(|candidate| candidate.account != there.candidate.account)
        };
        if !waits.request.prompt.none {
            // A test driver means whom it names, whoever was there before.
            there = there.filter(|there| !other(there));
        }
        // Who signs in by a hint may have to be asked for consent, and no more.
        for _ in 0..3 {
            let now = self.now();
            let signed_in = there.as_ref().map(|(_, signed_in)| signed_in);
            let step = self.next(&waits.request, signed_in, began).await;
            match (step, self.hinted(&waits.request)) {
                (Step::Issue, _) => {
                    let Some((_, signed_in)) = there else { break };
                    return self.issue(parts, &waits, signed_in).await;
                }
                (Step::Refuse(error), _) => {
                    let faults = self.faults_with(&waits.chosen);
                    return self.refuse(parts, &waits.request.redirect, &error, &faults).await;
                }
                (Step::SignIn, Some(candidate)) if !candidate.is_locked() => {
                    there = Some(self.sign_in(parts, candidate, &waits.request));
                }
                (Step::AskConsent, Some(candidate)) => {
                    let client = waits.request.client.id.as_str();
                    self.memory().give_consent(candidate.account, client, &waits.request.asked(), now);
                }
                (Step::SignIn | Step::AskConsent, _) => return sign_in::ask(self, parts, &waits),
                (step, _) => return sign_in::block(self, parts, &waits, step),
            }
            began = Began { resumed: true, ..began };
        }
        sign_in::ask(self, parts, &waits)
    }

    /// The candidate that a request's hint names, unless the person is to choose.
    fn hinted(&self, request: &AuthorizationRequest) -> Option<Candidate> {
        let Prompt { select_account, create, .. } = request.prompt;
        let hint = request.login_hint.as_deref().filter(|_| !select_account && !create)?;
        let memory = self.memory();
        let meant = |one: &&Candidate| {
            let contacts = [&one.claims.email, &one.claims.phone];
            one.id == hint || contacts.into_iter().flatten().any(|contact| contact == hint)
        };
        memory.candidates.iter().find(meant).cloned()
    }

    async fn next(&self, request: &AuthorizationRequest, signed_in: Option<&SignedIn>, began: Began) -> Step {
        let now = self.now();
        let Some(SignedIn { session, candidate, settled }) = signed_in else {
            return interaction::next(request, None, None, began, now);
        };
        let subject = self.subject(&request.client, session.account);
        let by_token = match &request.id_token_hint {
            None => true,
            Some(text) => match self.hint(text).await {
                Some(hint) => hint.sub == subject,
                // As at a passport: whoever is there will do, unless nobody may be asked.
                None => !request.prompt.none,
            },
        };
        let context = match &request.acr {
            Some(demand) if session.acr < demand.least() => Context::OutOfReach,
            _ => Context::Reached,
        };
        let present = Present {
            auth_time: session.auth_time,
            has_province: session.province.is_some(),
            is_hinted: by_token && request.subjects.as_ref().is_none_or(|named| named.contains(&subject)),
            unsettled: if *settled { Unsettled::default() } else { candidate.unsettled() },
            context,
        };
        let consent = self.memory().consent(session.account, request.client.id.as_str());
        interaction::next(request, Some(present), consent.as_ref(), began, now)
    }

    /// Signs the candidate in with this browser, who lets the client have what it asks for.
    pub(super) fn sign_in(
        &self,
        parts: &Parts,
        candidate: Candidate,
        request: &AuthorizationRequest,
    ) -> ([u8; 32], SignedIn) {
        let (now, before) = (self.now(), token(parts));
        let text = shared::entropy::token(&*self.0.entropy);
        let hash = sha256(text.as_bytes());
        let mut memory = self.memory();
        // Who signs in once more keeps the session; another person ends it.
        let same = before.and_then(|before| memory.signed_in(&before)).map(|was| was.session);
        let same = same.filter(|session| session.account == candidate.account).map(|session| session.id);
        if let Some(before) = before {
            memory.replace(&before, same.is_some());
        }
        let session = Session {
            id: same.unwrap_or_else(|| SessionId::new(now, &*self.0.entropy)),
            account: candidate.account,
            auth_time: now,
            acr: candidate.shown.acr(),
            amr: candidate.shown.amr().iter().map(|method| (*method).to_owned()).collect(),
            province: Some(candidate.province),
            last_seen_at: now,
            term: SessionPolicy::default().term(Stay::Browser, now),
        };
        if let Some(cookies) = parts.extensions.get::<Cookies>() {
            let cookie = Cookie::build((COOKIE, text)).path("/").http_only(true).same_site(SameSite::Lax);
            cookies.add(cookie.build());
        }
        let signed_in = SignedIn { session, candidate, settled: false };
        memory.sign_in(hash, signed_in.clone());
        memory.give_consent(signed_in.candidate.account, request.client.id.as_str(), &request.asked(), now);
        drop(memory);
        (hash, signed_in)
    }

    async fn issue(&self, parts: &Parts, waits: &Waits, signed_in: SignedIn) -> Response {
        let (request, now) = (&waits.request, self.now());
        let SignedIn { session, candidate, .. } = signed_in;
        let own: Set = waits.chosen.union(&candidate.faults).copied().collect();
        let faults = self.faults_with(&own);
        // Of a candidate it is known only now.
        if let Some(error) = forced(&faults) {
            return self.refuse(parts, &request.redirect, &error, &faults).await;
        }
        let client = request.client.id.as_str();
        let consent = if interaction::depends_on_consent(request) {
            self.memory().consent(session.account, client)
        } else {
            None
        };
        let id = GrantId::new(now, &*self.0.entropy);
        let code = decision::code(request, Permission { session, consent }, (id, LIFETIMES.code), now);
        self.memory().give_code(id, candidate, own);
        let answer = request.redirect.with_code(code.seal(&*self.0.sealer));
        self.deliver(parts, answer, &faults).await
    }

    /// Sends an error to the client.
    pub(super) async fn refuse(
        &self,
        parts: &Parts,
        redirect: &TrustedRedirect,
        error: &ProtocolError,
        faults: &Set,
    ) -> Response {
        let reference = RequestId::of(&parts.extensions);
        self.deliver(parts, redirect.with_error(error, reference.as_str()), faults).await
    }

    /// Sends the answer of somebody who would not go on.
    pub(super) async fn decline(&self, parts: &Parts, waits: &Waits) -> Response {
        let faults = self.faults_with(&waits.chosen);
        self.refuse(parts, &waits.request.redirect, &DECLINED, &faults).await
    }

    async fn deliver(&self, parts: &Parts, answer: Answer<'_>, faults: &Set) -> Response {
        let Answer { redirect, mut parameters } = answer;
        for (fault, name, value) in [
            (Fault::State, "state", Some("of-another-request")),
            (Fault::StateMissing, "state", None),
            (Fault::ResponseIss, "iss", Some("https://another-issuer.invalid")),
            (Fault::ResponseIssMissing, "iss", None),
        ] {
            if faults.contains(&fault) {
                parameters.retain(|(known, _)| *known != name);
                parameters.extend(value.map(|value| (name, value.to_owned())));
            }
        }
        if let Some(recipient) = redirect.recipient() {
            let claims = deliver::claims(recipient, parameters, self.now());
            let signed = match self.ring().await.and_then(|ring| ring.signing(recipient.alg)) {
                Ok(key) => key.jws(deliver::TYPE, &claims).await,
                Err(error) => Err(error),
            };
            parameters = match signed {
                Ok(token) => vec![("response", token)],
                Err(error) => {
                    let page = self.0.pages.page_of(parts);
                    return problem::fault(page, &parts.uri, &Failure::Keys(error));
                }
            };
        }
        deliver::carry(redirect, parameters, || self.0.pages.page_of(parts))
    }

    /// The page for a request that cannot be answered to its client.
    pub(super) fn problem(&self, parts: &Parts, unproven: Unproven) -> Response {
        let page = self.0.pages.page_of(parts);
        match unproven.failure {
            Failure::Protocol(error) => problem::draw(page, unproven, (&error, self.now())),
            failure => problem::fault(page, &parts.uri, &failure),
        }
    }
}

/// The error that is answered whatever was asked, if one is.
fn forced(faults: &Set) -> Option<ProtocolError> {
    let rule = faults.iter().find_map(|fault| {
        Some(match fault {
            Fault::AccessDenied => Rule::PersonDeclined,
            Fault::LoginRequired => Rule::NobodySignedIn,
            Fault::ConsentRequired => Rule::ConsentNeeded,
            Fault::InteractionRequired => Rule::GuardianRequired,
            Fault::UnmetRequirements => Rule::FactorMissing,
            Fault::TemporarilyUnavailable => Rule::TemporarilyUnavailable,
            Fault::ServerError => Rule::ServerError,
            Fault::InvalidRequest => Rule::RequestMalformed,
            Fault::InvalidScope => Rule::ScopeNothingLeft,
            Fault::UnauthorizedClient => Rule::CodesNotAllowed,
            Fault::UnsupportedResponseType => Rule::ResponseTypeNotCode,
            _ => return None,
        })
    })?;
    Some(rule.error())
}

/// The name of a client, and where it is on this machine.
pub(super) fn going_to(client: &Client, redirect: &TrustedRedirect) -> (String, String) {
    let host = url::Url::parse(redirect.uri()).ok();
    let host = host.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    (client.id.as_str().to_owned(), host)
}
