//! Another application of a site: an answer to what a reviewer asked, a second try, or a change of what is in force.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use futures_util::FutureExt as _;

use super::form::{Shown, WishForm, draw, one_owner};
use super::model::{Evidence, Production, State as Stage};
use super::send::{Of, Sent, Wished};
use super::site::{At, at, gone};
use crate::accounts::Visit;
use crate::accounts::visit::FormQuery;
use crate::clients::Metadata;
use crate::portal::frame::answered;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, Portal};
use crate::web::{Draft, Flaws, Posted};

/// GET: the form, filled with what was asked for, or with what is in force.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let At { site: back, id, .. } = at(&organisation, &site)?;
    let here = format!("{back}/change");
    let admitted = portal.admit(&mut visit, (&organisation, Act::Apply), |_| here.clone()).await?;
    let Some(site) = portal.production(admitted.member.organisation.id, id).await? else { return gone(&organisation) };
    let draft = match portal.draft(&visit, &here, &query) {
        Some(draft) => draft,
        None => Draft::of(WishForm::of(site.version, &portal.to_begin_with(&site).await?)),
    };
    let evidence = portal.seen_again(&site).await?;
    draw(&portal, visit, &admitted, Shown { draft, at: here, back, evidence, first: false }).await
}

/// POST: sends it.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { mut form, fresh, language, .. }: Posted<WishForm>,
) -> Result<Response, Refusal> {
    let At { site: back, id, .. } = at(&organisation, &site)?;
    let here = format!("{back}/change");
    let waiting = |visit: &Visit| portal.waiting(visit, &here, &Draft::of(form.clone()));
    let admitted = portal.admit(&mut visit, (&organisation, Act::Apply), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&here, lang), &Draft::of(form)));
    }
    let owner = admitted.member.organisation.id;
    let Some(site) = portal.production(owner, id).await? else { return gone(&organisation) };
    let (mut flaws, evidence) = (Flaws::default(), portal.seen_again(&site).await?);
    if let Some((version, wish)) = form.read(&mut flaws).filter(|_| fresh) {
        let wished = Wished { wish, evidence: evidence.clone() };
        let by = (admitted.session.account, visit.caller);
        match portal.send_wish((owner, Of::Site(id, version)), wished, by).await? {
            Sent::Done(_) => return Ok(portal.done(&visit, &here, &back, "wish-sent")),
            Sent::OneOwner => return one_owner(&portal, visit, &admitted, back).await,
            Sent::Stale => {
                // What was typed stays. Sent once more it goes over what it was told of.
                let now = portal.production(owner, id).await?;
                form.version = now.map_or(site.version, |now| now.version).to_string();
                flaws.push("name", "", "production-stale");
            }
        }
    }
    let draft = answered(form, flaws);
    match portal.kept(&visit, &here, &draft) {
        Some(kept) => Ok(kept),
        None => draw(&portal, visit, &admitted, Shown { draft, at: here, back, evidence, first: false }).await,
    }
}

impl Portal {
    /// What a new application begins with: what was asked for last; what is in force, once that was approved.
    async fn to_begin_with(&self, site: &Production) -> Result<Metadata, Refusal> {
        let in_force = self.in_force(site).await?.filter(|_| site.state == Stage::Approved);
        Ok(in_force.map_or_else(|| site.wish.clone(), |client| client.metadata))
    }

    /// What is seen of the site in the sandbox now; what was seen before, if it is not there any more or does not answer.
    async fn seen_again(&self, site: &Production) -> Result<Evidence, Refusal> {
        let before = site.evidence.clone();
        let Ok(id) = site.sandbox_site.parse() else { return Ok(before) };
        let args = (site.organisation, id);
        let known =
            self.read(args, |(organisation, id), tx| crate::portal::sandbox::store::find(tx, organisation, id).boxed());
        let Some(known) = known.await?.filter(|_| self.sandbox.is_some()) else { return Ok(before) };
        let now = self.seen(&known).await?.unwrap_or_default();
        Ok(Evidence {
            signed_in_at: now.signed_in_at.or(before.signed_in_at),
            logout_taken_at: now.logout_taken_at.or(before.logout_taken_at),
            rehearsed: now.rehearsed.or(before.rehearsed),
        })
    }
}
