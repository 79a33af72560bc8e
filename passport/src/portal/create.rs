//! A new organisation, whose first owner is who makes it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{FormErrors, Page};

use super::frame::organisation_path;
use super::model::{MemberId, NameError, OrganisationId, OrganisationName, Proof, Role};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{AccountId, Notice, Session, Visit};
use crate::audit::{Actor, Event};
use crate::web::{Draft, Flaws, Posted, paths};

/// Organisations that one person may be an owner of: nobody needs more, and a list of thousands helps nobody.
const MOST_OWNED: i64 = 10;

/// The form.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct NameForm {
    pub(super) name: String,
}

impl NameForm {
    /// The name that was typed, or the sentence beside it.
    pub(super) fn read(&self, flaws: &mut Flaws) -> Option<OrganisationName> {
        let problem = match OrganisationName::parse(&self.name) {
            Ok(name) => return Some(name),
            Err(problem) => problem,
        };
        match problem {
            NameError::Short => flaws.push("name", "portal-name-label", "portal-name-short"),
            NameError::Long => {
                flaws.push_count("name", "portal-name-label", "portal-name-long", ("most", OrganisationName::LONGEST));
            }
            NameError::Character => flaws.push("name", "portal-name-label", "portal-name-character"),
            NameError::Address => flaws.push("name", "portal-name-label", "portal-name-address"),
        }
        None
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/create.html")]
struct CreatePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: NameForm,
}

/// GET: the form.
pub async fn show(
    State(portal): State<Portal>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let session = portal.accounts.signed_in(&mut visit, paths::PORTAL_CREATE)?;
    portal.prove(&session, Proof::SecondFactor, || paths::PORTAL_CREATE.to_owned()).await?;
    let draft = portal.draft(&visit, paths::PORTAL_CREATE, &query).unwrap_or_else(|| Draft::of(NameForm::default()));
    draw(&portal, visit, &session, draft).await
}

/// POST: makes it.
pub async fn submit(
    State(portal): State<Portal>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<NameForm>,
) -> Result<Response, Refusal> {
    let Some(session) = visit.take_session()? else {
        let way = portal.waiting(&visit, paths::PORTAL_CREATE, &Draft::of(form));
        return Err(portal.accounts.away(&way).into());
    };
    portal
        .prove(&session, Proof::SecondFactor, || portal.waiting(&visit, paths::PORTAL_CREATE, &Draft::of(form.clone())))
        .await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (paths::PORTAL_CREATE, lang), &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    if let Some(name) = form.read(&mut flaws).filter(|_| fresh) {
        let args = (session.account, name, visit.caller);
        match portal.write(args, |portal, args, tx| create(portal, args, tx).boxed()).await? {
            Ok(made) => return Ok(portal.done(&visit, paths::PORTAL_CREATE, &organisation_path(made), "created")),
            Err(why) => flaws.push("name", "portal-name-label", why),
        }
    }
    Ok(portal.send_back(&visit, paths::PORTAL_CREATE, (form, flaws)))
}

/// Makes an organisation, or says why not: the key of a sentence.
async fn create(
    portal: Portal,
    (account, name, from): (AccountId, OrganisationName, Caller),
    tx: &mut Tx,
) -> Result<Result<OrganisationId, &'static str>, DbError> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    // Members are written to, and a site's owner has to be found.
    let proven = crate::accounts::store::claims(tx, account).await?.is_some_and(|claims| claims.email_verified);
    if !proven {
        return Ok(Err("portal-email-first"));
    }
    if store::owned(tx, account).await? >= MOST_OWNED {
        return Ok(Err("portal-too-many"));
    }
    let id = OrganisationId::new(now, &*parts.entropy);
    store::insert(tx, id, &name, now).await?;
    store::join(tx, (MemberId::new(now, &*parts.entropy), id), (account, Role::Owner), now).await?;
    let event = Event::OrganisationCreated { organisation: id.to_string(), account: account.to_string() };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Ok(id))
}

async fn draw(portal: &Portal, visit: Visit, session: &Session, draft: Draft<NameForm>) -> Result<Response, Refusal> {
    let Frame { status, headers, page, errors, notice, .. } = portal.accounts.frame(visit, session, &draft).await?;
    let page = super::frame::framed(page);
    Ok((status, headers, CreatePage { page, errors, notice, form: draft.form }).into_response())
}
