//! The candidate's home: one tile for each exam site, and the account's data. Someone not signed in finds the two
//! ways in.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::i18n::Lang;
use shared::page::{Accent, Page};
use url::Url;

use crate::accounts::glance::Glance;
use crate::accounts::model::{Account, Email, Identity, Mobile, Name};
use crate::accounts::{Accounts, Notice, Session, Trouble, Visit};
use crate::clients::{Client, Clients};
use crate::web::paths;

/// The slice's service. Cheap to clone.
#[derive(Clone)]
pub struct Home {
    accounts: Accounts,
    clients: Clients,
    issuer: Arc<str>,
}

impl Home {
    /// The home on these accounts and sites; `issuer` is what sites are told in `iss` (OIDC Core §4).
    pub fn new(accounts: Accounts, clients: Clients, issuer: &str) -> Self {
        Self { accounts, clients, issuer: issuer.into() }
    }
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct HomeQuery {
    #[serde(default)]
    notice: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "home/index.html")]
struct HomePage {
    page: Page,
    notice: Option<String>,
    greeting: String,
    tiles: Vec<TileView>,
    facts: Facts,
    glance: Glance,
    /// Whether no contact is proven: then the account has not long to live.
    unproven: bool,
    /// Whether a guardian has to consent before a site is entered; none: nobody has to.
    guardian: Option<bool>,
}

#[derive(Template, WebTemplate)]
#[template(path = "home/welcome.html")]
struct WelcomePage {
    page: Page,
    notice: Option<String>,
}

/// A site to enter.
struct TileView {
    href: String,
    accent: Accent,
    name: String,
}

/// The account's data, masked.
struct Facts {
    name: Option<String>,
    mobile: Option<Contact>,
    email: Option<Contact>,
    document: Option<String>,
    province: Option<String>,
}

/// A masked contact, and whether it was proven.
struct Contact {
    text: String,
    verified: bool,
}

impl Contact {
    fn kind(&self) -> &'static str {
        if self.verified { "ok" } else { "warn" }
    }

    fn key(&self) -> &'static str {
        if self.verified { "home-verified" } else { "home-unverified" }
    }
}

/// GET: the home of whoever is signed in, or the ways in.
pub async fn show(
    State(home): State<Home>,
    mut visit: Visit,
    Query(query): Query<HomeQuery>,
) -> Result<Response, Trouble> {
    let notice = Notice::of_code(&visit.page, query.notice.as_deref()).map(|notice| notice.text);
    let account = match visit.take_session()? {
        Some(Session { account, .. }) => home.accounts.account(account).await?,
        None => None,
    };
    let Some(account) = account else {
        return Ok(WelcomePage { page: visit.page, notice }.into_response());
    };
    if home.accounts.closure(account.id).await?.is_some() {
        return Ok(Redirect::to(paths::CLOSURE_TAKE_BACK).into_response());
    }
    home.accounts.greet(&mut visit.page, account.id).await?;
    let page = visit.page;
    let glance = home.accounts.glance(&page, account.id).await?;
    let greeting = match &account.name {
        Some(name) => page.tw("home-greeting", [("name", name.as_str())]),
        None => page.t("home-greeting-plain"),
    };
    let tiles = home.clients.tiles().await?;
    let tiles = tiles.iter().filter_map(|client| tile(client, page.lang, &home.issuer)).collect();
    let unproven = !account.email_verified && !account.mobile_verified;
    let now = home.accounts.parts().clock.now();
    let guardian = home.accounts.guardianship(account.id).await?.map(|found| found.holds(now));
    let facts = facts(&page, &account);
    Ok(HomePage { notice, greeting, tiles, facts, glance, unproven, guardian, page }.into_response())
}

/// A tile that starts signing in at the site, which then comes back here for it (OIDC Core §4).
fn tile(client: &Client, lang: Lang, issuer: &str) -> Option<TileView> {
    let tile = client.tile.as_ref()?;
    let start = |uri: &Url| {
        let mut uri = uri.clone();
        uri.query_pairs_mut().append_pair("iss", issuer);
        uri
    };
    let href = client.initiate_login_uri.as_ref().map(start).or_else(|| client.home_uri.clone())?;
    Some(TileView {
        href: href.into(),
        accent: Accent::parse(&client.accent),
        name: match lang {
            Lang::Zh => tile.title.zh.clone(),
            Lang::En => tile.title.en.clone(),
        },
    })
}

fn facts(page: &Page, account: &Account) -> Facts {
    let document = |identity: &Identity| {
        let kind = page.t(&format!("accounts-id-type-{}", identity.document.kind().code()));
        format!("{kind} {}", identity.document.masked())
    };
    Facts {
        name: account.name.as_ref().map(Name::as_str).map(str::to_owned),
        mobile: account
            .mobile
            .as_ref()
            .map(Mobile::masked)
            .map(|text| Contact { text, verified: account.mobile_verified }),
        email: account.email.as_ref().map(Email::masked).map(|text| Contact { text, verified: account.email_verified }),
        document: account.identity.as_ref().map(document),
        province: account.province.map(|province| province.name(page.lang).to_owned()),
    }
}
