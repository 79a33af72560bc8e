//! The pages of an attempt: what it is, the request before it goes out, and everything that followed from it.

use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
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
use crate::limits::{Limit, Subject};
use crate::oidc::discovery::paths::{AUTHORIZE, TOKEN, USERINFO};
use crate::portal::frame::{AskPage, lead, notice, page_path};
use crate::portal::refusal::Refusal;
use crate::portal::sandbox::place::{AtSite, Place};
use crate::portal::sandbox::register::told;
use crate::portal::sandbox::remote::{Managed, Sandbox, SandboxError};
use crate::portal::{Act, OrganisationId, Portal};
use crate::web::{Button, Draft, Posted, paths};

const PAGE: (&str, Act) = ("try", Act::RunSites);

/// Attempts that an organisation may have: each registers a client in the sandbox for as long as it lasts.
static ATTEMPTS: Limit = Limit::rate("portal_attempts", 60, Duration::from_secs(60 * 60));

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

/// `GET …/sandbox/{site}/try`: says what will happen.
pub async fn show(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    let page = portal.greeted(visit.page, &here.admitted.session).await?;
    let shown = AskPage {
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, here.organisation(), "sandbox"),
        title: page.tw("try-title-of", [("site", here.site.name.as_str())]),
        points: ["try-point-client", "try-point-people", "try-point-shown"].map(|key| page.t(key)).to_vec(),
        button: page.t("try-begin"),
        is_harmless: true,
        keep: page.t("sandbox-to-site"),
        back: here.back(),
        action: here.at,
        page,
    };
    Ok(shown.into_response())
}

/// `POST …/sandbox/{site}/try`: registers the client of the attempt, and shows the request.
pub async fn begin(
    State(portal): State<Portal>,
    Path(place): Path<Place>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let here = portal.at_site(&mut visit, &place, PAGE).await?;
    if !posted.fresh {
        return Ok(lead(&here.at, "again"));
    }
    if !portal.may_try(here.organisation()).await? {
        return Ok(lead(&here.at, "try-too-often"));
    }
    match portal.attempt(portal.sandbox()?, &here).await {
        Ok(attempt) => {
            let to = portal.waiting(&visit, paths::PORTAL_TRY, &Draft::of(attempt));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            told(&error);
            Ok(lead(&here.at, "sandbox-away"))
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
    let (lang, cookies) = (visit.page.lang, visit.cookies.clone());
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let request = attempt.request(state, &portal.comes_back(), lang);
    let sandbox = portal.sandbox()?;
    let mut attempted = Attempted { page: &page, messages: Vec::new(), checks: Vec::new(), error_page: None };
    attempted.said("try-request", format!("GET {AUTHORIZE}"), &request);
    let organisation = admitted.member.organisation.id;
    if query.state.is_none() {
        let query = Serializer::new(String::new()).extend_pairs(&request).finish();
        let go = format!("{}{AUTHORIZE}?{query}", sandbox.issuer());
        return Ok(attempted.shown(&portal, (organisation, &attempt), Some(go)).into_response());
    }
    // It counts once, whatever came of it.
    parts.web.drop_draft(&cookies, paths::PORTAL_TRY);
    let outcome = attempted.finish(&portal, sandbox, (&attempt, &query)).await;
    let token = SecretString::new(attempt.token.clone());
    if let Err(error) = sandbox.remove(Managed { client_id: &attempt.client_id, token: &token }).await {
        tracing::warn!(%error, "the client of an attempt stays in the sandbox for a while");
    }
    if let Err(error) = outcome {
        told(&error);
        let begin = format!("{}/{}/{}", page_path(organisation, "sandbox"), attempt.site, PAGE.0);
        return Ok(lead(&begin, "sandbox-away"));
    }
    Ok(attempted.shown(&portal, (organisation, &attempt), None).into_response())
}

impl Portal {
    /// Counts an attempt of an organisation; whether it may have one more.
    async fn may_try(&self, organisation: OrganisationId) -> Result<bool, Refusal> {
        let counted = self.write(organisation, |portal, organisation, tx| {
            async move {
                let parts = portal.accounts.parts();
                let (subject, now) = (organisation.to_string(), parts.clock.now());
                parts.limits.hit(tx, &ATTEMPTS, Subject::Text(&subject), now).await
            }
            .boxed()
        });
        Ok(counted.await?.is_allowed())
    }

    /// A new attempt at a site: a client of its own is registered for it, with what the site asks for.
    async fn attempt(&self, sandbox: &Sandbox, here: &AtSite) -> Result<Attempt, SandboxError> {
        let registered = sandbox.read(here.managed()).await?;
        let scope = registered.get("scope").and_then(Value::as_str).unwrap_or("openid").to_owned();
        let client = sandbox.register(&Attempt::metadata(&registered, &self.comes_back())).await?;
        Ok(Attempt::new(&here.site, scope, &client, &*self.accounts.parts().entropy))
    }

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
    /// The page of what is known so far. `go` is where the request leads, before it went out.
    fn shown(self, portal: &Portal, (id, attempt): (OrganisationId, &Attempt), go: Option<String>) -> TryPage {
        let Self { page, messages, checks, error_page } = self;
        let sound = error_page.is_none() && !checks.is_empty() && checks.iter().all(|check| check.holds);
        let (kind, key) = if sound { ("ok", "try-done") } else { ("warn", "try-failed") };
        let list = page_path(id, "sandbox");
        TryPage {
            notice: go.is_none().then(|| Notice { kind, text: page.t(key) }),
            side: portal.side(page, id, "sandbox"),
            checks: checks.iter().map(|check| CheckView { says: page.t(check.key), holds: check.holds }).collect(),
            candidates: format!("{list}/candidates"),
            again: format!("{list}/{}/try", attempt.site),
            back: format!("{list}/{}", attempt.site),
            name: attempt.name.clone(),
            page: page.clone(),
            messages,
            go,
            error_page,
        }
    }

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
            self.error_page = answer.error_uri.clone().filter(|page| is_ours && sandbox.wrote(page));
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
            self.error_page = text("error_uri").filter(|page| sandbox.wrote(page)).map(str::to_owned);
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
