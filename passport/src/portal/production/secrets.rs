//! The secrets of a site for candidates: made by an owner, shown once, ended by an owner. Staff never see one.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{NavItem, Page};
use shared::secret::SecretString;
use std::time::Duration;

use super::model::{OVERLAP, Production};
use super::site::{At, at, gone};
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Visit};
use crate::audit::{Actor, Event};
use crate::clients::secret::{LIMIT, StoredSecret};
use crate::clients::{Client, ClientsError};
use crate::portal::frame::{lead, notice};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::{Credentials, lead_with};
use crate::portal::{Act, Portal};
use crate::web::{Posted, moment};

#[derive(Template, WebTemplate)]
#[template(path = "portal/production/secrets.html")]
struct SecretsPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    /// The one that was just made.
    fresh: Option<String>,
    secrets: Vec<SecretView>,
    /// Whether there is a client by now, and one that uses them.
    has_any: bool,
    /// Whether another one can be made beside them.
    has_room: bool,
    action: String,
    back: String,
}

/// A secret, as far as it may be shown.
struct SecretView {
    id: String,
    made: String,
    used: Option<String>,
    ends: Option<String>,
    /// Whether it can be ended: another one remains.
    can_end: bool,
}

/// The buttons.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SecretsForm {
    /// `beside` the old one, or `instead` of it.
    make: Option<String>,
    /// The one to end.
    end: Option<String>,
}

/// GET: which there are, and when each was used.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let At { site: back, id } = at(&organisation, &site)?;
    let here = format!("{back}/secrets");
    let admitted = portal.admit(&mut visit, (&organisation, Act::KeepSecrets), |_| here.clone()).await?;
    let Admitted { session, member } = admitted;
    let Some(site) = portal.production(member.organisation.id, id).await? else { return gone(&organisation) };
    portal.clients.write_uses().await?;
    let client = portal.in_force(&site).await?.filter(Client::uses_secret);
    let fresh = portal.draft::<Credentials>(&visit, &here, &query).and_then(|draft| draft.form.secret());
    let page = portal.greeted(visit.page, &session).await?;
    let now = portal.accounts.parts().clock.now();
    let all = client.as_ref().map(Client::secrets).unwrap_or_default();
    let valid: Vec<_> = all.iter().filter(|secret| secret.is_valid(now)).collect();
    let others = valid.len() > 1;
    let shown = SecretsPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, member.organisation.id, "production"),
        name: site.name().to_owned(),
        fresh,
        has_any: client.is_some(),
        has_room: valid.len() < LIMIT,
        secrets: valid.into_iter().map(|secret| view(&page, secret, (others, now))).collect(),
        action: here,
        back,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, secret: &StoredSecret, (can_end, now): (bool, Timestamp)) -> SecretView {
    let past = |at: Timestamp| moment::past(page.lang, at, now);
    SecretView {
        made: past(secret.created_at),
        used: secret.last_used_at.map(past),
        ends: secret.expires_at.map(|end| moment::until(page.lang, end, now)),
        id: secret.handle(),
        can_end,
    }
}

/// POST: makes one, or ends one.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<SecretsForm>,
) -> Result<Response, Refusal> {
    let At { site: back, id } = at(&organisation, &site)?;
    let here = format!("{back}/secrets");
    let admitted = portal.admit(&mut visit, (&organisation, Act::KeepSecrets), |_| here.clone()).await?;
    let Some(site) = portal.production(admitted.member.organisation.id, id).await? else { return gone(&organisation) };
    if !fresh {
        return Ok(lead(&here, "again"));
    }
    if portal.in_force(&site).await?.is_none() {
        return Ok(lead(&back, "no-secret"));
    }
    let account = admitted.session.account;
    let done = match (form.make.as_deref(), form.end.as_deref()) {
        (Some("beside"), None) => portal.make_secret(&site, account, OVERLAP).await.map(Some),
        (Some("instead"), None) => portal.make_secret(&site, account, Duration::ZERO).await.map(Some),
        (None, Some(handle)) => {
            let actor = Actor::Account(account.to_string());
            portal.clients.end_secret(actor, &site.client, handle).await.map(|()| None)
        }
        _ => return Ok(lead(&here, "again")),
    };
    match done {
        Ok(secret) => {
            let args = ((site, secret.is_some()), (account, visit.caller));
            portal.write(args, |portal, args, tx| note(portal, args, tx).boxed()).await?;
            let code = if secret.is_some() { "secret-made" } else { "secret-ended" };
            Ok(lead_with(&portal, &visit, (&here, code), secret.as_ref()))
        }
        Err(ClientsError::Db(error)) => Err(error.into()),
        Err(ClientsError::NoSecret) => Ok(lead(&back, "no-secret")),
        // Somebody else was faster: the page shows what is so now.
        Err(_) => Ok(lead(&here, "secrets-changed")),
    }
}

impl Portal {
    async fn make_secret(
        &self,
        site: &Production,
        account: AccountId,
        overlap: Duration,
    ) -> Result<SecretString, ClientsError> {
        self.clients.rotate_secret(Actor::Account(account.to_string()), site.client.as_str(), overlap).await
    }
}

async fn note(
    portal: Portal,
    ((site, made), (account, from)): ((Production, bool), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<(), DbError> {
    let (organisation, site) = (site.organisation.to_string(), site.id.to_string());
    let event = match made {
        true => Event::ProductionSecretMade { organisation, site },
        false => Event::ProductionSecretEnded { organisation, site },
    };
    portal.accounts.parts().audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await
}
