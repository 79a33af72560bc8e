//! The page on which an app is added, and the one on which it is removed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::operation::Enabled;
use super::picture::Picture;
use crate::accounts::devices::cookie::DeviceToken;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{Button, Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SetupForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    /// The secret, sealed.
    setup: String,
    code: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/authenticator.html")]
struct SetupPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    form: SetupForm,
    picture: Option<Picture>,
    address: String,
    typed: String,
    /// Whether another app gives way.
    replaces: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/factor_remove.html")]
struct RemovePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    action: &'static str,
    title: String,
    lead: String,
}

/// GET: the picture, and the field for its first code.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let way = accounts.way(query.way.as_deref());
    let session = accounts.fresh_session(&mut visit, &way.link(paths::AUTHENTICATOR)).await?;
    let draft = match accounts.draft::<SetupForm>(&visit, paths::AUTHENTICATOR, &query) {
        // Signing in again took longer than the secret was good for: an app that holds it is of no use.
        Some(draft) if is_over(&accounts, &session, &draft.form) => refused(draft.form, Enabled::Over),
        Some(draft) => draft,
        None => Draft::of(SetupForm::default()),
    };
    Ok(draw(&accounts, visit, (&session, &way), draft).await?)
}

/// POST: adds the app, if the code shows that it has the secret.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SetupForm>,
) -> Result<Response, Stop> {
    let way = accounts.way(form.way.as_deref());
    // Setting an app up may take longer than a sign-in is fresh: its secret stays good, its code does not.
    let set_up = Draft::of(SetupForm { setup: form.setup.clone(), ..SetupForm::default() });
    let address = way.link(paths::AUTHENTICATOR);
    let waiting = |visit: &Visit| accounts.waiting_at(visit, (paths::AUTHENTICATOR, &address), &set_up);
    let session = accounts.fresh_session_or(&mut visit, waiting).await?;
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::AUTHENTICATOR, &Draft::of(form)));
    }
    let draft = if fresh {
        let device = DeviceToken::of(&visit.cookies, &*accounts.parts().entropy).hash();
        let typed = (form.setup.as_str(), form.code.as_str());
        let enabled = accounts.enable_authenticator(session.clone(), typed, (visit.caller, device)).await?;
        if let Enabled::Done { has_codes } = enabled {
            accounts.parts().web.drop_draft(&visit.cookies, paths::AUTHENTICATOR);
            return Ok(super::super::recovery_codes::page::after(&way, has_codes, "authenticator-added"));
        }
        refused(form, enabled)
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &way, paths::AUTHENTICATOR, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, (&session, &way), draft).await?),
    }
}

/// Whether it is of a page whose secret cannot be taken up any more.
fn is_over(accounts: &Accounts, session: &Session, form: &SetupForm) -> bool {
    !form.setup.is_empty() && accounts.open_setup(session.account, &form.setup).is_none()
}

fn refused(mut form: SetupForm, enabled: Enabled) -> Draft<SetupForm> {
    let mut flaws = Flaws::default();
    let (field, label) = ("code", "factors-code");
    match enabled {
        Enabled::Over => {
            form.setup = String::new();
            flaws.push(field, label, "factors-setup-over");
        }
        _ if form.code.trim().is_empty() => flaws.push(field, label, "factors-code-missing"),
        Enabled::Guarded { until } => flaws.push_until(field, label, "factors-guarded", until),
        Enabled::TooOften { until } => flaws.push_until(field, label, "factors-too-often", until),
        Enabled::Wrong | Enabled::Done { .. } => flaws.push(field, label, "factors-setup-wrong"),
    }
    form.code = String::new();
    Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    (session, way): (&Session, &Way),
    mut draft: Draft<SetupForm>,
) -> Result<Response, Trouble> {
    let account = session.account;
    if accounts.open_setup(account, &draft.form.setup).is_none() {
        draft.form.setup = accounts.new_setup(account);
    }
    let secret = accounts.open_setup(account, &draft.form.setup);
    let (login_name, name) = accounts.names(account).await?;
    let name = login_name.or(name).unwrap_or_else(|| account.to_string());
    let address = secret.as_ref().and_then(|secret| secret.address(&name)).unwrap_or_default();
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = SetupPage {
        notice,
        picture: Picture::of(&address),
        address,
        typed: secret.map(|secret| secret.typed()).unwrap_or_default(),
        replaces: accounts.enrolled(account).await?.authenticator,
        way: way.view(page.lang),
        action: way.link(paths::AUTHENTICATOR),
        page: page.with_form(),
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}

/// GET: asks whether the app is to be removed.
pub async fn show_removal(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.fresh_session(&mut visit, paths::AUTHENTICATOR_REMOVE).await?;
    let draft = accounts.draft(&visit, paths::AUTHENTICATOR_REMOVE, &query);
    Ok(draw_removal(&accounts, visit, &session, draft.unwrap_or_default()).await?)
}

/// POST: removes the app.
pub async fn remove(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Stop> {
    let session = accounts.fresh_session(&mut visit, paths::AUTHENTICATOR_REMOVE).await?;
    let draft = if fresh {
        let Some(until) = accounts.disable_authenticator(session.account, visit.caller).await? else {
            let removed = format!("{}?notice=authenticator-removed", paths::SECURITY);
            return Ok(Redirect::to(&removed).into_response());
        };
        let mut flaws = Flaws::default();
        flaws.push_until("remove", "factors-authenticator", "factors-guarded", until);
        Draft::of(Button {}).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
    } else {
        Draft::of(Button {}).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::AUTHENTICATOR_REMOVE, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw_removal(&accounts, visit, &session, draft).await?),
    }
}

async fn draw_removal(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<Button>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = RemovePage {
        notice,
        action: paths::AUTHENTICATOR_REMOVE,
        title: page.t("factors-authenticator-remove-title"),
        lead: page.t("factors-authenticator-remove-lead"),
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
