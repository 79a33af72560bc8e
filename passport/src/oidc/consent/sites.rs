//! 已授权的网站: which sites a person let in, what each may see, and when it last did.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::i18n::Lang;
use shared::page::{Accent, Destination, Page};

use super::super::Oidc;
use super::super::authorize::interaction::Consent;
use super::super::store::consents;
use super::items;
use crate::accounts::{AccountId, Notice, Trouble, Visit};
use crate::clients::Client;
use crate::clients::logos::endpoint as logos;
use crate::web::{moment, paths};

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SitesQuery {
    notice: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/sites.html")]
struct SitesPage {
    page: Page,
    notice: Option<Notice>,
    sites: Vec<SiteView>,
}

/// A site that was let in.
struct SiteView {
    site: Destination,
    /// Where it is taken back.
    withdraw: String,
    since: String,
    used: String,
    sees: Vec<String>,
    declined: Vec<String>,
}

/// `GET /account/sites`
pub async fn show(
    State(oidc): State<Oidc>,
    mut visit: Visit,
    Query(query): Query<SitesQuery>,
) -> Result<Response, Trouble> {
    let accounts = &oidc.0.accounts;
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::SITES, "sign-in-first"));
    };
    accounts.greet(&mut visit.page, session.account).await?;
    let page = visit.page;
    let (now, mut sites) = (oidc.0.clock.now(), Vec::new());
    for (client, consent) in let_in(&oidc, session.account).await? {
        sites.push(view(&page, &client, &consent, now));
    }
    let notice = Notice::of_code(&page, query.notice.as_deref());
    Ok(SitesPage { notice, sites, page }.into_response())
}

/// A site that was let in, and into what.
pub type Site = (Arc<Client>, Consent);

/// The sites, the one used last first. One that is registered no more can do nothing and is left out.
///
/// # Errors
/// The database.
pub async fn let_in(oidc: &Oidc, account: AccountId) -> Result<Vec<Site>, Trouble> {
    let stored = oidc.0.db.read(move |tx| async move { consents::of_account(tx, account).await }.boxed()).await?;
    let mut found = Vec::with_capacity(stored.len());
    for (id, consent) in stored {
        if let Some(client) = oidc.0.clients.find(&id).await? {
            found.push((client, consent));
        }
    }
    Ok(found)
}

fn view(page: &Page, client: &Client, consent: &Consent, now: Timestamp) -> SiteView {
    SiteView {
        site: destination(page.lang, client),
        withdraw: super::withdrawal::path(client),
        since: moment::day(page.lang, consent.granted_at, now),
        used: moment::day(page.lang, consent.used_at, now),
        sees: items::titles(page, &consent.scope),
        declined: items::declined_titles(page, consent),
    }
}

/// The site as pages name it.
pub fn destination(lang: Lang, client: &Client) -> Destination {
    let name = if lang == Lang::Zh { client.name.zh.clone() } else { client.name.en.clone() };
    let logo = client.logo.as_deref().map(logos::path);
    Destination { name, host: client.host.clone(), accent: Accent::parse(&client.accent), logo }
}
