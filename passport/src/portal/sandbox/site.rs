//! A site in the sandbox: what it is registered with, its secret while it is new, and how programs are told of both.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use serde_json::{Map, Value};
use shared::page::{NavItem, Page};
use shared::secret::SecretString;

use super::credentials::Credentials;
use super::findings::{self, FindingView};
use super::form::SiteForm;
use super::model::{Kind, Site, SiteId};
use super::place::{AtSite, Place};
use super::register::told;
use super::remote::{Managed, SandboxError};
use super::settings::kind_name;
use super::snippets::{self, Snippet};
use super::store;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::portal::frame::{lead, notice, page_path};
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Draft, KeyUse, draft, moment};

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/site.html")]
struct SitePage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    client_id: String,
    issuer: String,
    since: String,
    /// Its secret, on the page that follows its making.
    secret: Option<String>,
    /// What it is registered with, if the sandbox tells.
    registered: Option<RegisteredView>,
    findings: Vec<FindingView>,
    snippets: Vec<Snippet>,
    /// What was refused to it, and a sign-in on which every message is shown, for who may.
    errors: String,
    try_out: Option<String>,
    /// Where it is changed and removed, and its secrets are exchanged, for who may.
    change: Option<String>,
    secrets: Option<String>,
    /// A change of the signing key, rehearsed, and what it is told of accounts, likewise.
    rotation: Option<String>,
    signals: Option<String>,
    remove: Option<String>,
    /// Where production is applied for, for who may.
    apply: Option<String>,
}

/// What the sandbox knows of a site.
struct RegisteredView {
    kind: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    logout: Option<String>,
    jwks_uri: Option<String>,
    scope: String,
}

/// `GET /portal/organisations/{organisation}/sandbox/{site}`
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, ("", Act::Look)).await?;
    // Whoever only looks gets none, even from a browser that somebody else has used.
    let may = here.admitted.member.role.may(Act::RunSites);
    let fresh =
        portal.draft::<Credentials>(&visit, &here.at, &query).filter(|_| may).and_then(|draft| draft.form.secret());
    let sandbox = portal.sandbox()?;
    let (registered, findings) = tokio::join!(sandbox.read(here.managed()), sandbox.findings(here.managed()));
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let trouble = registered.as_ref().err().map(|error| Notice { kind: "warn", text: page.t(told(error)) });
    let registered = registered.ok();
    let issuer = sandbox.issuer().to_owned();
    let AtSite { at, admitted, site, .. } = here;
    let shown = SitePage {
        notice: trouble.or_else(|| notice(&page, query.notice.as_deref())),
        side: portal.side(&page, site.organisation, "sandbox"),
        since: moment::day(page.lang, site.registered_at, portal.accounts.parts().clock.now()),
        secret: fresh,
        snippets: registered.as_ref().map(|it| snippets::of(&issuer, &site, it)).unwrap_or_default(),
        findings: findings.map(|told| findings::of(&page, told)).unwrap_or_default(),
        errors: format!("{at}/errors"),
        rotation: (may && registered.is_some()).then(|| format!("{at}/rotation")),
        apply: (admitted.member.role.may(Act::Apply) && registered.is_some()).then(|| format!("{at}/production")),
        try_out: (may && registered.is_some()).then(|| format!("{at}/try")),
        signals: (may && registered.is_some()).then(|| format!("{at}/signals")),
        secrets: registered.as_ref().filter(|it| may && has_secret(it)).map(|_| format!("{at}/secrets")),
        registered: registered.as_ref().map(|registered| view(&page, registered)),
        change: (may && registered.is_some()).then(|| format!("{at}/settings")),
        remove: may.then(|| format!("{at}/remove")),
        name: site.name,
        client_id: site.client_id,
        issuer,
        page,
    };
    Ok(shown.into_response())
}

fn view(page: &Page, registered: &Map<String, Value>) -> RegisteredView {
    let form = SiteForm::of(registered);
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    RegisteredView {
        kind: Kind::parse(&form.kind).map(|kind| kind_name(page, kind)).unwrap_or_default(),
        redirect_uris: lines(&form.redirect_uris),
        post_logout_redirect_uris: lines(&form.post_logout_redirect_uris),
        logout: some(form.backchannel_logout_uri),
        jwks_uri: some(form.jwks_uri),
        scope: registered.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

/// Whether it authenticates with a secret.
fn has_secret(registered: &Map<String, Value>) -> bool {
    let method = registered.get("token_endpoint_auth_method").and_then(Value::as_str);
    method.is_some_and(|method| method.starts_with("client_secret"))
}

/// Leads to the page of a site or of its secrets, which shows the secret that it has just got: once, in this browser.
pub(in crate::portal) fn lead_with(
    portal: &Portal,
    visit: &Visit,
    (to, notice): (&str, &str),
    secret: Option<&SecretString>,
) -> Response {
    let Some(secret) = secret else { return lead(to, notice) };
    let kept = Draft::of(Credentials::of(Some(secret)));
    match portal.accounts.parts().web.keep_draft(&visit.cookies, to, &kept) {
        Some(id) => Redirect::to(&format!("{to}?notice={notice}&{}={id}", draft::FIELD)).into_response(),
        None => lead(to, notice),
    }
}

impl Site {
    /// The address of its page.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", page_path(self.organisation, "sandbox"), self.id)
    }

    /// As the sandbox knows it.
    pub(in crate::portal) fn managed<'m>(&'m self, token: &'m SecretString) -> Managed<'m> {
        Managed { client_id: &self.client_id, token }
    }
}

impl Portal {
    /// The site of an organisation that an address names. Without a sandbox there are none.
    pub(in crate::portal) async fn site(
        &self,
        organisation: OrganisationId,
        site: &str,
    ) -> Result<Option<Site>, Refusal> {
        self.sandbox()?;
        let Ok(id) = site.parse::<SiteId>() else { return Err(Refusal::Unknown) };
        let found = self.read((organisation, id), |(organisation, id), tx| store::find(tx, organisation, id).boxed());
        Ok(found.await?)
    }

    /// The token by which a site is changed.
    ///
    /// # Errors
    /// It does not open: its row was damaged.
    pub(in crate::portal) fn token(&self, site: &Site) -> Result<SecretString, Refusal> {
        let sealer = &self.accounts.parts().sealer;
        let opened = sealer.open_for(KeyUse::SandboxSite, &site.token_sealed, site.id.to_string().as_bytes());
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        let broken = || shared::db::BrokenRow::new("token_sealed", "does not open");
        text.map(SecretString::new).ok_or_else(|| shared::db::DbError::from(broken()).into())
    }

    /// What the sandbox knows of a site.
    pub(in crate::portal) async fn registered(
        &self,
        site: &Site,
    ) -> Result<Result<Map<String, Value>, SandboxError>, Refusal> {
        let token = self.token(site)?;
        Ok(self.sandbox()?.read(site.managed(&token)).await)
    }
}
