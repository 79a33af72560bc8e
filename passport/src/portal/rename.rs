//! An organisation's name.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{FormErrors, NavItem, Page};

use super::create::NameForm;
use super::frame::{address, framed, organisation_path};
use super::gate::Admitted;
use super::model::{Act, OrganisationId, OrganisationName};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::web::{Draft, Flaws, Posted};

#[derive(Template, WebTemplate)]
#[template(path = "portal/name.html")]
struct NamePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    form: NameForm,
    action: String,
    back: String,
}

/// GET: the form.
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "name")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::Rename), |_| at.clone()).await?;
    let draft = portal.draft(&visit, &at, &query);
    let draft = draft.unwrap_or_else(|| Draft::of(NameForm { name: admitted.member.organisation.name.clone() }));
    let accounts = &portal.accounts;
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, &admitted.session, &draft).await?;
    let (page, id) = (framed(page), admitted.member.organisation.id);
    let shown = NamePage {
        side: portal.side(&page, id, ""),
        page,
        errors,
        notice,
        form: draft.form,
        action: at,
        back: organisation_path(id),
    };
    Ok((status, headers, shown).into_response())
}

/// POST: gives it the other name.
pub async fn submit(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<NameForm>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "name")?;
    let waiting = |visit: &Visit| portal.waiting(visit, &at, &Draft::of(form.clone()));
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Rename), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at, lang), &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    if let Some(name) = form.read(&mut flaws).filter(|_| fresh) {
        let args = ((member.organisation.id, name), (session.account, visit.caller));
        portal.write(args, |portal, args, tx| rename(portal, args, tx).boxed()).await?;
        return Ok(portal.done(&visit, &at, &organisation_path(member.organisation.id), "renamed"));
    }
    Ok(portal.send_back(&visit, &at, (form, flaws)))
}

async fn rename(
    portal: Portal,
    ((id, name), (account, from)): ((OrganisationId, OrganisationName), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    store::rename(tx, id, &name).await?;
    let event = Event::OrganisationRenamed { organisation: id.to_string() };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
