//! The pages of an attempt: what it is, the request before it goes out, and everything that followed from it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::page::{NavItem, Page};
use shared::secret::SecretString;
use url::form_urlencoded::Serializer;

use super::attempt::Attempt;
use super::checks::{self, Check, Expected};
use super::messages::Message;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Notice, Visit};
use crate::oidc::discovery::paths::{AUTHORIZE, TOKEN, USERINFO};
use crate::portal::frame::{AskPage, address, lead, notice, page_path};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::model::SiteId;
use crate::portal::sandbox::register::told;
use crate::portal::sandbox::remote::{Managed, Sandbox, SandboxError};
use crate::portal::sandbox::settings::gone;
use crate::portal::{Act, Portal};
use crate::web::{Button, Draft, Posted, paths};

#[derive(Template, WebTemplate)]
#[template(path = "portal/sandbox/try.html")]
struct TryPage {
    page: Page,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    messages: Vec<Message>,
    checks: Vec<CheckView>,
    /// Where the request leads, before it went out.
    go: Option<String>,
    /// The page about the error that ended it.
    error_page: Option<String>,
    /// Where candidates to try with are.
    candidates: String,
    /// Where another attempt begins, and the page of the site.
    again: String,
    back: String,
}

/// Something that was looked at.
struct CheckView {
    says: String,
    holds: bool,
}

fn here(organisation: &str, site: &str) -> Result<String, Refusal> {
    let id = site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
    address(organisation, &format!("sandbox/{id}/try"))
}

/// `GET …/sandbox/{site}/try`: says what will happen.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    let id = admitted.member.organisation.id;
    let Some(site) = portal.site(id, &site).await? else { return gone(&organisation) };
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let shown = AskPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, "sandbox"),
        title: page.tw("try-title-of", [("site", site.name.as_str())]),
        points: ["try-point-client", "try-point-people", "try-point-shown"].map(|key| page.t(key)).to_vec(),
        button: page.t("try-begin"),
        is_harmless: true,
        keep: page.t("sandbox-to-site"),
        back: format!("{}/{}", page_path(id, "sandbox"), site.id),
        action: at,
        page,
    };
    Ok(shown.into_response())
}

/// `POST …/sandbox/{site}/try`: registers the client of the attempt, and shows the request.
pub async fn begin(
    State(portal): State<Portal>,
    Path((organisation, site)): Path<(String, String)>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let at = here(&organisation, &site)?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::RunSites), |_| at.clone()).await?;
    if !posted.fresh {
        return Ok(lead(&at, "again"));
    }
    let Some(site) = portal.site(admitted.member.organisation.id, &site).await? else { return gone(&organisation) };
    let begun = async {
        let registered = portal.registered(&site).await?;
        let made = async {
            let registered = registered?;
            let scope = registered.get("scope").and_then(Value::as_str).unwrap_or("openid").to_owned();
            let metadata = Attempt::metadata(&registered, &portal.comes_back());
            let client = portal.sandbox.as_ref().ok_or(SandboxError::Gone)?.register(&metadata).await?;
            Ok::<_, SandboxError>(Attempt::new(&site, scope, &client, &*portal.accounts.parts().entropy))
        };
        Ok::<_, Refusal>(made.await)
    };
    match begun.await? {
        Ok(attempt) => {
            let to = portal.waiting(&visit, paths::PORTAL_TRY, &Draft::of(attempt));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            told(&error);
            Ok(lead(&at, "sandbox-away"))
        }
    }
}

/// What the address says: which attempt is shown before it goes out, or what the sandbox answered (RFC 6749 §4.1.2).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answered {
    draft: Option<String>,
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    error_uri: Option<String>,
}

/// `GET /portal/try`: the request before it goes out, and the answer when it comes back.
pub async fn follow(
    State(portal): State<Portal>,
    mut visit: Visit,
    Query(query): Query<Answered>,
) -> Result<Response, Refusal> {
    let id = query.state.as_deref().or(query.draft.as_deref());
    let parts = portal.accounts.parts();
    let found = parts.web.draft::<Attempt>(&visit.cookies, paths::PORTAL_TRY, id);
    let (Some(Draft { form: attempt, .. }), Some(state)) = (found, id) else {
        return Ok(lead(paths::PORTAL, "try-over"));
    };
    let at = format!("{}?{}={state}", paths::PORTAL_TRY, crate::web::draft::FIELD);
    let admitted = portal.admit(&mut visit, (&attempt.organisation, Act::RunSites), |_| at).await?;
    let lang = visit.page.lang;
    let cookies = visit.cookies.clone();
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let request = attempt.request(state, &portal.comes_back(), lang);
    let sandbox = portal.sandbox()?;
    let mut attempted = Attempted { page: &page, messages: Vec::new(), checks: Vec::new(), error_page: None };
    attempted.said("try-request", format!("GET {AUTHORIZE}"), &request);
    let mut go = None;
    if query.state.is_some() {
        // It counts once, whatever came of it.
        parts.web.drop_draft(&cookies, paths::PORTAL_TRY);
        let trouble = attempted.finish(&portal, sandbox, (&attempt, &query)).await.err();
        let token = SecretString::new(attempt.token.clone());
        let client = Managed { client_id: &attempt.client_id, token: &token };
        if let Err(error) = sandbox.remove(client).await {
            tracing::warn!(%error, "the client of an attempt stays in the sandbox for a while");
        }
        if let Some(error) = trouble {
            told(&error);
            return Ok(lead(&here(&attempt.organisation, &attempt.site)?, "sandbox-away"));
        }
    } else {
        let query = Serializer::new(String::new()).extend_pairs(&request).finish();
        go = Some(format!("{}{AUTHORIZE}?{query}", sandbox.issuer()));
    }
    let Admitted { member, .. } = admitted;
    let list = page_path(member.organisation.id, "sandbox");
    let Attempted { messages, checks, error_page, .. } = attempted;
    let over = go.is_none();
    let sound = over && error_page.is_none() && checks.iter().all(|check| check.holds) && !checks.is_empty();
    let shown = TryPage {
        notice: over.then(|| match sound {
            true => Notice { kind: "ok", text: page.t("try-done") },
            false => Notice { kind: "warn", text: page.t("try-failed") },
        }),
        side: portal.side(&page, member.organisation.id, "sandbox"),
        checks: checks.iter().map(|check| CheckView { says: page.t(check.key), holds: check.holds }).collect(),
        candidates: format!("{list}/candidates"),
        again: format!("{list}/{}/try", attempt.site),
        back: format!("{list}/{}", attempt.site),
        name: attempt.name,
        messages,
        go,
        error_page,
        page,
    };
    Ok(shown.into_response())
}

impl Portal {
    /// Where the sandbox sends people back to.
    fn comes_back(&self) -> String {
        format!("{}{}", self.accounts.parts().web.origin, paths::PORTAL_TRY)
    }
}

/// What there is to show of an attempt.
struct Attempted<'p> {
    page: &'p Page,
    messages: Vec<Message>,
    checks: Vec<Check>,
    error_page: Option<String>,
}

impl Attempted<'_> {
    fn said(&mut self, title: &str, line: String, members: &[(&'static str, String)]) {
        self.messages.push(Message::of(self.page, title, line, members));
    }

    fn answered(&mut self, title: &str, line: String, body: &Map<String, Value>) {
        self.messages.push(Message::object(self.page, title, line, body));
    }

    /// The answer of the authorization endpoint, and what a site does with it.
    async fn finish(
        &mut self,
        portal: &Portal,
        sandbox: &Sandbox,
        (attempt, answer): (&Attempt, &Answered),
    ) -> Result<(), SandboxError> {
        let members = [
            ("code", &answer.code),
            ("error", &answer.error),
            ("error_description", &answer.error_description),
            ("error_uri", &answer.error_uri),
            ("state", &answer.state),
            ("iss", &answer.iss),
        ];
        let members: Vec<_> = members.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        self.said("try-answer", format!("GET {}", paths::PORTAL_TRY), &members);
        // RFC 9207 §2.4: an answer of somebody else is not looked at any further.
        let is_ours = answer.iss.as_deref() == Some(sandbox.issuer());
        self.checks.push(Check { key: "try-check-iss", holds: is_ours });
        let Some(code) = answer.code.as_deref().filter(|_| is_ours) else {
            self.error_page = answer.error_uri.clone().filter(|page| page.starts_with(sandbox.issuer()));
            self.checks.push(Check { key: "try-check-code", holds: false });
            return Ok(());
        };
        let redemption = attempt.redemption(code, &portal.comes_back());
        let mut members = vec![("Authorization", "Basic ******".to_owned())];
        members.extend(redemption.iter().cloned());
        self.said("try-redeem", format!("POST {TOKEN}"), &members);
        let (status, tokens) = sandbox.redeem(attempt, &redemption).await?;
        self.answered("try-tokens", format!("HTTP {status}"), &tokens);
        let text = |name: &str| tokens.get(name).and_then(Value::as_str);
        let (Some(id_token), Some(access_token)) = (text("id_token"), text("access_token")) else {
            self.error_page = text("error_uri").map(str::to_owned);
            self.checks.push(Check { key: "try-check-tokens", holds: false });
            return Ok(());
        };
        if let Some([header, claims]) = checks::decoded(id_token) {
            self.answered("try-id-token-header", "id_token".to_owned(), &header);
            self.answered("try-id-token-claims", "id_token".to_owned(), &claims);
        }
        self.said("try-ask-user", format!("GET {USERINFO}"), &[("Authorization", format!("Bearer {access_token}"))]);
        let (status, user) = sandbox.user_information(access_token).await?;
        self.answered("try-user", format!("HTTP {status}"), &user);
        let expected = Expected {
            issuer: sandbox.issuer(),
            client_id: &attempt.client_id,
            nonce: &attempt.nonce,
            subject: user.get("sub").and_then(Value::as_str),
            now: portal.accounts.parts().clock.now(),
        };
        self.checks.extend(checks::check(id_token, &sandbox.keys().await?, &expected));
        Ok(())
    }
}
