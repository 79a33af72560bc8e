//! The page on which a passkey is added, and the one on which it is renamed or removed.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::registration::{Added, Made, NAME_LENGTH, Removed};
use super::store::{PasskeyId, Stored};
use crate::accounts::factors::recovery_codes;
use crate::accounts::view::{Notice, Way, WayView};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit, whence};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AddForm {
    #[serde(rename = "continue", skip_serializing)]
    way: Option<String>,
    /// The account that the form was opened for: over a sign-in, another person may come.
    account: String,
    name: String,
    #[serde(skip_serializing)]
    ceremony: String,
    #[serde(skip_serializing)]
    answer: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/passkey_add.html")]
struct AddPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    way: WayView,
    action: String,
    form: AddForm,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeQuery {
    id: String,
    #[serde(flatten)]
    form: FormQuery,
}

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ChangeForm {
    id: String,
    name: String,
    /// `remove`, or nothing: then it is renamed.
    #[serde(skip_serializing)]
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/passkey_change.html")]
struct ChangePage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    form: ChangeForm,
    name: String,
    /// Whether the password alone is enough once it is gone.
    last: bool,
}

/// GET: what a passkey is, its name, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let way = accounts.way(query.way.as_deref());
    let session = accounts.fresh_session(&mut visit, &way.link(paths::PASSKEYS)).await?;
    let account = session.account.to_string();
    let of_owner = |draft: &Draft<AddForm>| draft.form.account == account;
    let draft = accounts.draft(&visit, paths::PASSKEYS, &query).filter(of_owner).unwrap_or_else(|| {
        let name = whence::device(&visit.page, Some(visit.caller.device));
        Draft::of(AddForm { account: account.clone(), name, ..AddForm::default() })
    });
    let failed = (query.notice.as_deref() == Some("passkey-failed"))
        .then(|| Notice { kind: "warn", text: visit.page.t("factors-passkey-failed") });
    Ok(draw(&accounts, visit, (&session, &way), draft, failed).await?)
}

/// POST: adds what the browser made.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<AddForm>,
) -> Result<Response, Stop> {
    let way = accounts.way(form.way.as_deref());
    let typed = Draft::of(AddForm { account: form.account.clone(), name: form.name.clone(), ..AddForm::default() });
    let waiting = |visit: &Visit| accounts.waiting_at(visit, (paths::PASSKEYS, &way.link(paths::PASSKEYS)), &typed);
    let session = accounts.fresh_session_or(&mut visit, waiting).await?;
    // Whoever sends it now has it before them.
    let form = AddForm { account: session.account.to_string(), ..form };
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &way, paths::PASSKEYS, &Draft::of(form)));
    }
    let draft = if fresh {
        match try_form(&accounts, &visit, (&session, &way), form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    match accounts.send_back(&visit, &way, paths::PASSKEYS, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, (&session, &way), draft, None).await?),
    }
}

async fn try_form(
    accounts: &Accounts,
    visit: &Visit,
    (session, way): (&Session, &Way),
    form: AddForm,
) -> Result<Result<Response, Draft<AddForm>>, Trouble> {
    let mut flaws = Flaws::default();
    let name = read_name(&form.name, &mut flaws);
    if flaws.is_empty() && form.answer.is_empty() {
        flaws.push("passkey", "factors-passkey", "factors-passkey-no-script");
    }
    let (Some(name), true) = (name, flaws.is_empty()) else {
        return Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)));
    };
    let made = Made {
        session: session.clone(),
        name,
        ceremony: form.ceremony.clone(),
        answer: form.answer.clone(),
        browser: visit.browser(&accounts.parts().web),
        caller: visit.caller,
    };
    let (field, label) = ("passkey", "factors-passkey");
    match accounts.add_passkey(made).await? {
        Added::Done { has_codes } => {
            accounts.parts().web.drop_draft(&visit.cookies, paths::PASSKEYS);
            return Ok(Ok(recovery_codes::page::after(way, has_codes, "passkey-added")));
        }
        Added::Over => flaws.push(field, label, "factors-passkey-over"),
        Added::Refused => flaws.push(field, label, "factors-passkey-refused"),
        Added::TooMany => flaws.push(field, label, "factors-passkey-too-many"),
        Added::Guarded { until } => flaws.push_until(field, label, "factors-guarded", until),
        Added::TooOften { until } => flaws.push_until(field, label, "factors-too-often", until),
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

/// The name that was typed.
fn read_name(typed: &str, flaws: &mut Flaws) -> Option<String> {
    let name = typed.trim();
    let key = if name.is_empty() {
        "factors-passkey-name-missing"
    } else if name.chars().count() > NAME_LENGTH {
        "factors-passkey-name-long"
    } else if name.chars().any(char::is_control) {
        "factors-passkey-name-character"
    } else {
        return Some(name.to_owned());
    };
    flaws.push("name", "factors-passkey-name", key);
    None
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    (session, way): (&Session, &Way),
    draft: Draft<AddForm>,
    told: Option<Notice>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = AddPage {
        notice: told.or(notice),
        way: way.view(page.lang),
        action: way.link(paths::PASSKEYS),
        // Nothing is sent off without script, so that its button for the other language would have no form.
        page,
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}

/// GET: a passkey's name, and the button that removes it.
pub async fn show_change(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ChangeQuery>,
) -> Result<Response, Stop> {
    let Ok(id) = query.id.parse::<PasskeyId>() else { return Ok(to_security("passkey-gone")) };
    let session = accounts.fresh_session(&mut visit, &change_path(id)).await?;
    let Some(stored) = accounts.passkey(session.account, id).await? else { return Ok(to_security("passkey-gone")) };
    let draft = accounts
        .draft(&visit, paths::PASSKEY_CHANGE, &query.form)
        .filter(|draft: &Draft<ChangeForm>| draft.form.id == query.id)
        .unwrap_or_else(|| Draft::of(ChangeForm { id: query.id, name: stored.name.clone(), ..ChangeForm::default() }));
    Ok(draw_change(&accounts, visit, (&session, &stored), draft).await?)
}

/// POST: renames it, or removes it.
pub async fn change(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<ChangeForm>,
) -> Result<Response, Stop> {
    let Ok(id) = form.id.parse::<PasskeyId>() else { return Ok(to_security("passkey-gone")) };
    let typed = Draft::of(ChangeForm { id: form.id.clone(), name: form.name.clone(), ..ChangeForm::default() });
    let waiting = |visit: &Visit| match typed.form.name.as_str() {
        // The button that removes it sends no name.
        "" => change_path(id),
        _ => accounts.waiting_at(visit, (paths::PASSKEY_CHANGE, &change_path(id)), &typed),
    };
    let session = accounts.fresh_session_or(&mut visit, waiting).await?;
    let Some(stored) = accounts.passkey(session.account, id).await? else { return Ok(to_security("passkey-gone")) };
    let draft = if fresh {
        match try_change(&accounts, &visit, (&session, id), form).await? {
            Ok(onwards) => return Ok(onwards),
            Err(draft) => draft,
        }
    } else {
        Draft::of(form).stale()
    };
    Ok(draw_change(&accounts, visit, (&session, &stored), draft).await?)
}

async fn try_change(
    accounts: &Accounts,
    visit: &Visit,
    (session, id): (&Session, PasskeyId),
    form: ChangeForm,
) -> Result<Result<Response, Draft<ChangeForm>>, Trouble> {
    let mut flaws = Flaws::default();
    if form.action == "remove" {
        match accounts.remove_passkey(session.account, id, visit.caller).await? {
            Removed::Done => return Ok(Ok(to_security("passkey-removed"))),
            Removed::Guarded { until } => flaws.push_until("remove", "factors-passkey", "factors-guarded", until),
            Removed::Only => flaws.push("remove", "factors-passkey", "factors-passkey-only"),
        }
    } else if let Some(name) = read_name(&form.name, &mut flaws) {
        accounts.rename_passkey(session.account, id, name).await?;
        accounts.parts().web.drop_draft(&visit.cookies, paths::PASSKEY_CHANGE);
        return Ok(Ok(to_security("passkey-renamed")));
    }
    Ok(Err(Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)))
}

fn change_path(id: PasskeyId) -> String {
    format!("{}?id={id}", paths::PASSKEY_CHANGE)
}

fn to_security(notice: &str) -> Response {
    Redirect::to(&format!("{}?notice={notice}", paths::SECURITY)).into_response()
}

async fn draw_change(
    accounts: &Accounts,
    visit: Visit,
    (session, stored): (&Session, &Stored),
    draft: Draft<ChangeForm>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let overview = accounts.factors(session.account).await?;
    let shown = ChangePage {
        notice,
        name: stored.name.clone(),
        last: overview.passkeys.len() == 1 && overview.authenticator.is_none(),
        page,
        errors,
        form: draft.form,
    };
    Ok((status, headers, shown).into_response())
}
