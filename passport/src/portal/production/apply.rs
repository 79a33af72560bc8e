//! The first application of a site, from its page in the sandbox.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;

use super::form::{Shown, WishForm, draw, one_owner};
use super::model::OWNERS;
use super::send::{Of, Sent, Wished};
use super::store;
use crate::accounts::Visit;
use crate::accounts::visit::FormQuery;
use crate::portal::frame::{address, answered, lead};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::form::SiteForm;
use crate::portal::sandbox::{Site, SiteId};
use crate::portal::{Act, Portal};
use crate::web::{Draft, Flaws, Posted};

/// Where the form is, and where the site is.
struct At {
    form: String,
    site: String,
}

fn at(organisation: &str, site: &str) -> Result<At, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    let site = address(organisation, &format!("sandbox/{id}"))?;
    Ok(At { form: format!("{site}/production"), site })
}

/// The site of the sandbox, if it can be applied for; otherwise where to go instead.
async fn begin(
    portal: &Portal,
    admitted: &Admitted,
    (organisation, site): (&str, &str),
) -> Result<Result<Site, Response>, Refusal> {
    let id = admitted.member.organisation.id;
    let Some(site) = portal.site(id, site).await? else {
        return Ok(Err(lead(&address(organisation, "sandbox")?, "site-gone")));
    };
    let args = (id, site.id.to_string());
    let known = portal.read(args, |(id, site), tx| async move { store::of_sandbox(tx, id, &site).await }.boxed());
    match known.await? {
        Some(known) => {
            let page = address(organisation, &format!("production/{}", known.id))?;
            Ok(Err(Redirect::to(&page).into_response()))
        }
        None => Ok(Ok(site)),
    }
}

/// GET: the form, filled with what is registered in the sandbox.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = at(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::Apply), |_| at.form.clone()).await?;
    let site = match begin(&portal, &admitted, (&organisation, &site)).await? {
        Ok(site) => site,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if portal.owners(admitted.member.organisation.id).await? < OWNERS {
        return one_owner(&portal, visit, &admitted, at.site).await;
    }
    let (registered, seen) = (portal.registered(&site).await?, portal.seen(&site).await?);
    let (Ok(registered), Ok(evidence)) = (registered, seen) else {
        // The page of the site says what is the matter.
        return Ok(Redirect::to(&at.site).into_response());
    };
    let begun = || Draft::of(WishForm::begun(SiteForm::of(&registered)));
    let draft = portal.draft(&visit, &at.form, &query).unwrap_or_else(begun);
    draw(&portal, visit, &admitted, Shown { draft, at: at.form, back: at.site, evidence, first: true }).await
}

/// POST: sends it.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<WishForm>,
) -> Result<Response, Refusal> {
    let at = at(&organisation, &site)?;
    let waiting = |visit: &Visit| portal.waiting(visit, &at.form, &Draft::of(form.clone()));
    let admitted = portal.admit(&mut visit, (&organisation, Act::Apply), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at.form, lang), &Draft::of(form)));
    }
    let site = match begin(&portal, &admitted, (&organisation, &site)).await? {
        Ok(site) => site,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut flaws = Flaws::default();
    let seen = portal.seen(&site).await?;
    if let Some((_, wish)) = form.read(&mut flaws).filter(|_| fresh) {
        match &seen {
            Ok(evidence) => {
                let wished = Wished { wish, evidence: evidence.clone() };
                let (of, by) = (Of::Sandbox(site.id.to_string()), (admitted.session.account, visit.caller));
                match portal.send_wish((admitted.member.organisation.id, of), wished, by).await? {
                    Sent::Done(id) => {
                        let to = address(&organisation, &format!("production/{id}"))?;
                        return Ok(portal.done(&visit, &at.form, &to, "wish-sent"));
                    }
                    Sent::OneOwner => return one_owner(&portal, visit, &admitted, at.site).await,
                    // Another owner was faster: their application is shown.
                    Sent::Stale => return Ok(Redirect::to(&at.form).into_response()),
                }
            }
            Err(error) => flaws.push("name", "", crate::portal::sandbox::told(error)),
        }
    }
    let draft = answered(form, flaws);
    let evidence = seen.unwrap_or_default();
    match portal.kept(&visit, &at.form, &draft) {
        Some(back) => Ok(back),
        None => {
            draw(&portal, visit, &admitted, Shown { draft, at: at.form, back: at.site, evidence, first: true }).await
        }
    }
}
