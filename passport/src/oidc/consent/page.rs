//! The page that asks: what a site that is not ours would be told, and whether the person lets it.
//!
//! It decides nothing about the authorization: it remembers the answer and goes back to the authorization endpoint.
//! Mail address and mobile number may be declined one by one; that is remembered too, so that nobody is asked twice.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::DbError;
use shared::http::Caller;
use shared::page::{Destination, Page, SignedIn};

use super::super::Oidc;
use super::super::authorize::deliver::{Carrying, conclude};
use super::super::authorize::endpoint::DECLINED;
use super::super::authorize::interaction::Consent;
use super::super::authorize::pending::{self, Pending};
use super::super::authorize::problem;
use super::super::authorize::proof::{self, Proven};
use super::super::authorize::request::AuthorizationRequest;
use super::super::authorize::respond::see_other;
use super::super::discovery::paths as provider;
use super::super::failure::Failure;
use super::super::named_claims;
use super::super::par::PushedId;
use super::super::refusals;
use super::super::scope::{EMAIL, Scope};
use super::super::store::consents;
use super::super::visit::Visit;
use super::items::{self, Item, OPTIONAL, concerns};
use super::sites::destination;
use crate::accounts::model::AccountClaims;
use crate::accounts::sessions::{self, Session, cookie};
use crate::audit::{Actor, Event};
use crate::web::form::FormRejection;
use crate::web::{Fault, Posted, paths, return_to};

/// The query parameter of a form that comes back: the optional scopes that were not ticked.
const LEFT_OUT: &str = "left_out";

/// What the page sends.
#[derive(Debug, Deserialize)]
pub struct ConsentForm {
    /// The sealed request.
    request: String,
    /// Who was asked.
    #[serde(default)]
    account: String,
    /// `allow` or `deny`.
    #[serde(default)]
    decision: String,
    /// Ticked?
    email: Option<String>,
    /// Ticked?
    phone: Option<String>,
}

/// A question that can be put to somebody.
struct Question {
    sealed: String,
    request: AuthorizationRequest,
    pushed: Option<PushedId>,
    session: Session,
    account: AccountClaims,
    remembered: Option<Consent>,
}

/// `GET /consent`
pub async fn show(State(oidc): State<Oidc>, visit: Visit) -> Response {
    let query = visit.uri.query().unwrap_or_default().as_bytes();
    let sealed = form_urlencoded::parse(query).find(|(name, _)| name == pending::FIELD);
    let sealed = sealed.map(|(_, text)| text.into_owned()).unwrap_or_default();
    match question(&oidc, visit, sealed).await {
        Ok((visit, question)) => {
            let returned = returned(visit.uri.query().unwrap_or_default());
            draw(visit.page, &question, returned.as_ref())
        }
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /consent`
pub async fn submit(
    State(oidc): State<Oidc>,
    visit: Visit,
    posted: Result<Posted<ConsentForm>, FormRejection>,
) -> Response {
    let posted = match posted {
        Ok(posted) => posted,
        Err(rejection) => return Fault::from(rejection).page(visit.page, &visit.uri),
    };
    let (visit, question) = match question(&oidc, visit, posted.form.request.clone()).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    // Somebody else may have signed in since the page was drawn: their data is not what it showed.
    if !posted.fresh || posted.form.account != question.session.account.to_string() {
        return ask_again(&question, &posted.form);
    }
    let outcome = match posted.form.decision.as_str() {
        "allow" => allow(&oidc, &question, &posted.form, visit.caller).await,
        "deny" => match deny(&oidc, &question, visit.caller).await {
            Ok(()) => {
                refusals::note_answer(&oidc, &question.request.client, &DECLINED, "");
                let answer = question.request.redirect.with_error(&DECLINED, visit.reference.as_str());
                let browser = Carrying { cookies: &visit.cookies, signed_in: Some(true) };
                return conclude(&oidc, question.pushed, answer, browser, || (visit.page, visit.uri)).await;
            }
            Err(error) => Err(error),
        },
        _ => return ask_again(&question, &posted.form),
    };
    outcome.unwrap_or_else(|error| visit.fault(&Failure::Db(error)))
}

/// The question that the sealed request raises, or where to go when it raises none.
async fn question(oidc: &Oidc, visit: Visit, sealed: String) -> Result<(Visit, Question), Box<Response>> {
    let Some(pending) = Pending::open(&*oidc.0.web.sealer, &sealed) else {
        return Err(Box::new(see_other(paths::HOME)));
    };
    let began = pending.began(oidc.0.clock.now());
    let Proven { redirect, request, pushed } = match proof::prove(oidc, &pending.query, began).await {
        Ok(proven) => proven,
        Err(unproven) => return Err(Box::new(problem::page(oidc, visit.page, &visit.uri, *unproven))),
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            let answer = redirect.with_error(&error, visit.reference.as_str());
            let browser = Carrying { cookies: &visit.cookies, signed_in: None };
            return Err(Box::new(conclude(oidc, pushed, answer, browser, || (visit.page, visit.uri)).await));
        }
    };
    match person(oidc, &visit, &request).await {
        Ok(Some((session, account, remembered))) => {
            Ok((visit, Question { sealed, request, pushed, session, account, remembered }))
        }
        // Signed out in the meantime: the authorization endpoint knows what to do.
        Ok(None) => Err(Box::new(see_other(&pending::resume_path(&sealed)))),
        Err(error) => Err(Box::new(visit.fault(&Failure::Db(error)))),
    }
}

type Person = (Session, AccountClaims, Option<Consent>);

async fn person(oidc: &Oidc, visit: &Visit, request: &AuthorizationRequest) -> Result<Option<Person>, DbError> {
    let Some(hash) = cookie::token_hash(&visit.cookies) else { return Ok(None) };
    let (now, client_id) = (oidc.0.clock.now(), request.client.id.as_str().to_owned());
    oidc.0
        .db
        .read(move |tx| {
            let client_id = client_id.clone();
            async move {
                let Some(session) = sessions::store::find(tx, &hash, now).await? else { return Ok(None) };
                let account = crate::accounts::store::claims(tx, session.account).await?;
                let remembered = consents::find(tx, session.account, &client_id).await?;
                Ok(account.map(|account| (session, account, remembered)))
            }
            .boxed()
        })
        .await
}

async fn allow(oidc: &Oidc, question: &Question, form: &ConsentForm, caller: Caller) -> Result<Response, DbError> {
    let consent = decide(question, form, oidc.0.clock.now());
    let (account, client) = (question.session.account, question.request.client.id.to_string());
    let event =
        Event::ConsentGiven { account: account.to_string(), client: client.clone(), scope: consent.scope.to_string() };
    let work = Arc::new((consent, client, event));
    let (audit, actor) = (oidc.0.audit.clone(), Actor::Account(account.to_string()));
    oidc.0
        .db
        .write(move |tx| {
            let (work, audit, actor) = (Arc::clone(&work), audit.clone(), actor.clone());
            async move {
                let (consent, client, event) = &*work;
                consents::put(tx, account, client, consent).await?;
                audit.record_from(tx, caller, &actor, event).await
            }
            .boxed()
        })
        .await?;
    Ok(see_other(&pending::resume_path(&question.sealed)))
}

/// Back to the page, with what was left out: a form that comes back must not offer more than it did.
fn ask_again(question: &Question, form: &ConsentForm) -> Response {
    let left_out: Vec<&str> = declined(&question.request.asked(), form).collect();
    see_other(&format!("{}&{LEFT_OUT}={}", pending::consent_path(&question.sealed), left_out.join("+")))
}

/// The optional scopes that were left out of a form that comes back; `None` for a page shown the first time.
fn returned(query: &str) -> Option<Scope> {
    let (_, scopes) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == LEFT_OUT)?;
    Some(Scope::parse(&scopes).unwrap_or_default())
}

/// The optional scopes that are asked for, whole or by a claim of theirs, and not ticked.
fn declined(asked: &Scope, form: &ConsentForm) -> impl Iterator<Item = &'static str> {
    OPTIONAL.into_iter().filter(|scope| {
        let ticked = if *scope == EMAIL { form.email.is_some() } else { form.phone.is_some() };
        !ticked && concerns(asked, scope)
    })
}

/// What is remembered: this answer, on top of what earlier requests were given.
fn decide(question: &Question, form: &ConsentForm, now: Timestamp) -> Consent {
    let asked = question.request.asked();
    let left_out: Vec<&str> = declined(&asked, form).collect();
    let is_left_out = |token: &&str| named_claims::scope_of_token(token).is_some_and(|scope| left_out.contains(&scope));
    let declined = Scope::collect(asked.iter().filter(is_left_out));
    let given = asked.without(&declined);
    let (before, refused) = match &question.remembered {
        Some(old) => (old.scope.without(&declined), old.declined.without(&given)),
        None => (Scope::default(), Scope::default()),
    };
    Consent { scope: before.union(&given), declined: refused.union(&declined), granted_at: now, used_at: now }
}

async fn deny(oidc: &Oidc, question: &Question, caller: Caller) -> Result<(), DbError> {
    let (account, client) = (question.session.account.to_string(), question.request.client.id.to_string());
    let (audit, actor) = (oidc.0.audit.clone(), Actor::Account(account.clone()));
    let event = Event::ConsentRefused { account, client };
    oidc.0
        .db
        .write(move |tx| {
            let (audit, actor, event) = (audit.clone(), actor.clone(), event.clone());
            async move { audit.record_from(tx, caller, &actor, &event).await }.boxed()
        })
        .await
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/consent.html")]
struct ConsentPage {
    page: Page,
    action: &'static str,
    sealed: String,
    account: String,
    site: Destination,
    person: String,
    items: Vec<Item>,
    policy: Option<String>,
    terms: Option<String>,
    again: bool,
}

fn draw(mut page: Page, question: &Question, returned: Option<&Scope>) -> Response {
    let client = &question.request.client;
    let account = &question.account;
    let person = account.display_name.clone().or_else(|| account.email.clone()).unwrap_or_default();
    page.signed_in = Some(SignedIn { name: person.clone(), sign_out: paths::SIGN_OUT.to_owned() });
    let declined = returned.or(question.remembered.as_ref().map(|consent| &consent.declined));
    let site = destination(page.lang, client);
    let view = ConsentPage {
        items: items::items(&page, account, &question.request.asked(), declined),
        action: provider::CONSENT,
        sealed: question.sealed.clone(),
        account: question.session.account.to_string(),
        site,
        person,
        policy: client.policy_uri.as_ref().map(ToString::to_string),
        terms: client.tos_uri.as_ref().map(ToString::to_string),
        again: returned.is_some(),
        page,
    };
    let mut response = view.into_response();
    return_to::allow_forms(&mut response, question.request.redirect.form_target().as_deref());
    response
}
