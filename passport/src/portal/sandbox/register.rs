//! Registering a site in the sandbox.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::form::SiteForm;
use super::model::{MOST, Site, SiteId};
use super::remote::{Managed, Registered, SandboxError};
use super::settings::{Shown, draw};
use super::site::lead_with;
use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Visit};
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, answered};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Draft, Flaws, KeyUse, Posted};

/// GET: the form.
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "sandbox/new")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    portal.sandbox()?;
    let draft = portal.draft(&visit, &at, &query).unwrap_or_else(|| Draft::of(SiteForm::fresh()));
    draw(&portal, visit, &admitted, Shown { draft, at, site: None }).await
}

/// POST: registers it there, and remembers it here.
pub async fn submit(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SiteForm>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "sandbox/new")?;
    let waiting = |visit: &Visit| portal.waiting(visit, &at, &Draft::of(form.clone()));
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), waiting).await?;
    portal.sandbox()?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at, lang), &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    if let Some(document) = form.read(&mut flaws).filter(|_| fresh) {
        match portal.register(&admitted, (form.name.trim(), &document), visit.caller).await? {
            Ok((site, secret)) => {
                portal.accounts.parts().web.drop_draft(&visit.cookies, &at);
                let to = address(&organisation, &format!("sandbox/{site}"))?;
                return Ok(lead_with(&portal, &visit, (&to, "site-registered"), secret.as_ref()));
            }
            Err(key) => flaws.push("name", "", key),
        }
    }
    let draft = answered(form, flaws);
    match portal.kept(&visit, &at, &draft) {
        Some(back) => Ok(back),
        None => draw(&portal, visit, &admitted, Shown { draft, at, site: None }).await,
    }
}

/// A site, and its secret if it has one.
type Made = (SiteId, Option<shared::secret::SecretString>);

impl Portal {
    /// Registers a site; if not, the key of a sentence that says why.
    async fn register(
        &self,
        Admitted { session, member }: &Admitted,
        (name, document): (&str, &serde_json::Map<String, serde_json::Value>),
        from: Caller,
    ) -> Result<Result<Made, &'static str>, Refusal> {
        let (sandbox, organisation) = (self.sandbox()?, member.organisation.id);
        let many = self.read(organisation, |id, tx| store::count(tx, id).boxed()).await?;
        if many >= i64::try_from(MOST).unwrap_or(i64::MAX) {
            return Ok(Err("sandbox-many-sites"));
        }
        let Registered { client_id, secret, token } = match sandbox.register(document).await {
            Ok(registered) => registered,
            Err(error) => return Ok(Err(told(&error))),
        };
        let parts = self.accounts.parts();
        let now = parts.clock.now();
        let id = SiteId::new(now, &*parts.entropy);
        let belongs = id.to_string();
        let token_sealed = parts.sealer.seal_for(KeyUse::SandboxSite, token.expose().as_bytes(), belongs.as_bytes());
        let name = name.to_owned();
        let site = Site { id, organisation, client_id, name, registered_at: now, token_sealed };
        let client_id = site.client_id.clone();
        let written =
            self.write((site, (session.account, from)), |portal, args, tx| remember(portal, args, tx).boxed());
        match written.await {
            Ok(true) => Ok(Ok((id, secret))),
            not => {
                // Nobody could change it any more. If that fails as well it stays there unused.
                let site = Managed { client_id: &client_id, token: &token };
                if let Err(error) = sandbox.remove(site).await {
                    tracing::warn!(%error, client_id, "a site stays in the sandbox that nobody here knows");
                }
                not.map(|_| Err("sandbox-many-sites")).map_err(Refusal::from)
            }
        }
    }
}

/// Writes the site, unless others that came at the same time are as many as there may be.
async fn remember(
    portal: Portal,
    (site, (account, from)): (Site, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let organisation: OrganisationId = site.organisation;
    crate::portal::store::hold(tx, organisation).await?;
    if store::count(tx, organisation).await? >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Ok(false);
    }
    store::insert(tx, &site).await?;
    let event = Event::SandboxSiteRegistered { organisation: organisation.to_string(), site: site.id.to_string() };
    let audit = &portal.accounts.parts().audit;
    audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(true)
}

/// The sentence about a sandbox that did not do what it was asked. What it is about is logged.
pub(in crate::portal) fn told(error: &SandboxError) -> &'static str {
    match error {
        SandboxError::Gone => "sandbox-site-gone",
        SandboxError::Refused(why) => {
            // Our own rules had let it through: both installations should be of one version.
            tracing::warn!(why, "the sandbox refuses what the portal takes");
            "sandbox-refused"
        }
        error => {
            tracing::warn!(error = error as &dyn std::error::Error, "the sandbox cannot be reached");
            "sandbox-away"
        }
    }
}
