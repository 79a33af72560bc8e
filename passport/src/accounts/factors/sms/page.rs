//! The page on which SMS is turned on as a second step, and the one on which it is turned off.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::page::{FormErrors, Page};

use super::SentView;
use super::code::Sending;
use super::operation::Enabled;
use crate::accounts::factors::recovery_codes;
use crate::accounts::model::Contact;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::error_page::Fault;
use crate::web::{Button, Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SmsForm {
    #[serde(skip_serializing)]
    code: String,
    /// `resend`: send a code; or nothing: take it.
    #[serde(skip_serializing)]
    action: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/sms_step.html")]
struct SmsPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    action: &'static str,
    /// The number, masked; `None`: the account has none that it proved lately.
    number: Option<String>,
    /// What is said of the code that was sent.
    sent: Option<SentView>,
    /// Whether there can be passkeys.
    possible: bool,
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

/// GET: what it is worth, where the code goes, and the field for it. Where no policy allows it there is no such page.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    if !accounts.offers_sms_step() {
        return Ok(Fault::NotFound.into_response());
    }
    let session = accounts.fresh_session(&mut visit, paths::SMS_STEP).await?;
    let draft = accounts.draft(&visit, paths::SMS_STEP, &query).unwrap_or_else(|| Draft::of(SmsForm::default()));
    Ok(draw(&accounts, visit, &session, draft).await?)
}

/// POST: sends a code, or turns the step on by it.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<SmsForm>,
) -> Result<Response, Stop> {
    if !accounts.offers_sms_step() {
        return Ok(Fault::NotFound.into_response());
    }
    let session = accounts.fresh_session(&mut visit, paths::SMS_STEP).await?;
    if let Some(lang) = language {
        return Ok(accounts.in_language(lang, &visit, &Way::home(), paths::SMS_STEP, &Draft::of(form)));
    }
    let draft = if !fresh {
        Draft::of(form).stale()
    } else if form.action == "resend" {
        match accounts.send_first_sms(&session, (visit.page.lang, visit.caller)).await? {
            Sending::Sent | Sending::Nowhere => return Ok(Redirect::to(paths::SMS_STEP).into_response()),
            Sending::TooMany(stopped) => {
                let mut flaws = Flaws::default();
                stopped.tell(&mut flaws, "code", "factors-code");
                Draft::of(form).refused(StatusCode::TOO_MANY_REQUESTS, flaws)
            }
        }
    } else {
        match accounts.enable_sms(session.clone(), form.code.clone(), visit.caller).await? {
            Enabled::Done { has_codes } => {
                accounts.parts().web.drop_draft(&visit.cookies, paths::SMS_STEP);
                return Ok(recovery_codes::page::after(&Way::home(), has_codes, "sms-added"));
            }
            Enabled::Unavailable => return Ok(Redirect::to(paths::SECURITY).into_response()),
            refused => refuse(form, refused),
        }
    };
    match accounts.send_back(&visit, &Way::home(), paths::SMS_STEP, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, &session, draft).await?),
    }
}

fn refuse(form: SmsForm, enabled: Enabled) -> Draft<SmsForm> {
    let mut flaws = Flaws::default();
    let (field, label) = ("code", "factors-code");
    match enabled {
        _ if form.code.trim().is_empty() => flaws.push(field, label, "factors-code-missing"),
        Enabled::Over => flaws.push(field, label, "factors-sms-over"),
        Enabled::TooOften { until } => flaws.push_until(field, label, "factors-too-often", until),
        Enabled::Wrong | Enabled::Done { .. } | Enabled::Unavailable => {
            flaws.push(field, label, "factors-sms-mistyped");
        }
    }
    Draft::of(form).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    session: &Session,
    draft: Draft<SmsForm>,
) -> Result<Response, Trouble> {
    let Some(setting) = accounts.sms_setting(session).await? else {
        return Ok(Redirect::to(paths::SECURITY).into_response());
    };
    let Frame { status, headers, page, errors, notice, now } = accounts.frame(visit, session, &draft).await?;
    let number = setting.number.as_ref().map(Contact::masked);
    let shown = SmsPage {
        notice,
        action: paths::SMS_STEP,
        sent: SentView::of(&page, setting.sent, setting.number.as_ref(), now),
        // Without a number there is nothing to fill in.
        page: if number.is_some() { page.with_form() } else { page },
        number,
        possible: accounts.parts().passkeys.possible(),
        errors,
    };
    Ok((status, headers, shown).into_response())
}

/// GET: asks whether it is to be turned off.
pub async fn show_removal(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = match removable(&accounts, &mut visit).await? {
        Ok(session) => session,
        Err(instead) => return Ok(instead),
    };
    let draft = accounts.draft(&visit, paths::SMS_STEP_REMOVE, &query);
    Ok(draw_removal(&accounts, visit, &session, draft.unwrap_or_default()).await?)
}

/// POST: turns it off.
pub async fn remove(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Stop> {
    let session = match removable(&accounts, &mut visit).await? {
        Ok(session) => session,
        Err(instead) => return Ok(instead),
    };
    let draft = if fresh {
        let Some(until) = accounts.disable_sms(session.account, visit.caller).await? else {
            return Ok(Redirect::to(&format!("{}?notice=sms-removed", paths::SECURITY)).into_response());
        };
        let mut flaws = Flaws::default();
        flaws.push_until("remove", "factors-sms", "factors-guarded", until);
        Draft::of(Button {}).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
    } else {
        Draft::of(Button {}).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::SMS_STEP_REMOVE, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw_removal(&accounts, visit, &session, draft).await?),
    }
}

/// The session of who has it; for others what is answered instead. Where no policy allows it any more, only who has it from
/// before finds the page.
async fn removable(accounts: &Accounts, visit: &mut Visit) -> Result<Result<Session, Response>, Stop> {
    let has = match visit.take_session()? {
        Some(session) => accounts.enrolled(session.account).await?.sms.then_some(session),
        None if !accounts.offers_sms_step() => None,
        None => return Err(accounts.away(paths::SMS_STEP_REMOVE)),
    };
    match has {
        Some(session) => {
            accounts.step_up(&session, paths::SMS_STEP_REMOVE).await?;
            Ok(Ok(session))
        }
        None if accounts.offers_sms_step() => Ok(Err(Redirect::to(paths::SECURITY).into_response())),
        None => Ok(Err(Fault::NotFound.into_response())),
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
        action: paths::SMS_STEP_REMOVE,
        title: page.t("factors-sms-remove-title"),
        lead: page.t("factors-sms-remove-lead"),
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
