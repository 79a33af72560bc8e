//! 修改密码: the old password is asked for, if there is one.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::http::Caller;
use shared::page::{FormErrors, Page, Rule};
use shared::secret::SecretString;

use super::change::Changed;
use super::confirmation::require;
use crate::accounts::fields::{PasswordContext, read_new_password};
use crate::accounts::guessable::Owner;
use crate::accounts::model::{Email, Mobile};
use crate::accounts::sessions::Session;
use crate::accounts::sessions::cookie::{self, SessionToken};
use crate::accounts::view::{Notice, Way, judge, password_rules};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Stop, Trouble, Visit};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    old_password: SecretString,
    password: SecretString,
    password_confirm: SecretString,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/password.html")]
struct PasswordPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    username: String,
    /// Whether there is one to be changed.
    has_password: bool,
    rules: Vec<Rule>,
}

/// GET: the empty form, with what is to be mended in the one that was sent before.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::PASSWORD)?;
    accounts.step_up_where_enrolled(&session, paths::PASSWORD).await?;
    let draft = accounts.draft(&visit, paths::PASSWORD, &query).unwrap_or_default();
    Ok(draw(&accounts, visit, &session, draft).await?)
}

/// POST: changes the password.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<PasswordForm>,
) -> Result<Response, Stop> {
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::PASSWORD, "sign-in-first"));
    };
    accounts.step_up_where_enrolled(&session, paths::PASSWORD).await?;
    let draft = if fresh {
        match try_form(&accounts, &session, visit.caller, &form).await? {
            Ok(token) => {
                cookie::set(&visit.cookies, &token, &session.term, accounts.parts().clock.now());
                accounts.parts().web.drop_draft(&visit.cookies, paths::PASSWORD);
                return Ok(Redirect::to(&format!("{}?notice=password-changed", paths::HOME)).into_response());
            }
            Err(flaws) => Draft {
                rules: judge(accounts.parts().password_profile, &form.password),
                ..Draft::of(()).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
            },
        }
    } else {
        Draft::of(()).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::PASSWORD, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, &session, draft).await?),
    }
}

/// Changes the password, or says what is to be mended.
async fn try_form(
    accounts: &Accounts,
    session: &Session,
    caller: Caller,
    form: &PasswordForm,
) -> Result<Result<SessionToken, Flaws>, Trouble> {
    let mut flaws = Flaws::default();
    require(accounts.has_password(session.account).await?, &form.old_password, &mut flaws);
    let owner = accounts.account(session.account).await?.as_ref().map(Owner::of).unwrap_or_default();
    let context =
        PasswordContext { profile: accounts.parts().password_profile, owner: &owner, label: "accounts-password-new" };
    let new = read_new_password(&mut flaws, &context, &form.password, &form.password_confirm);
    if new.is_some() && form.password == form.old_password {
        flaws.push("password", "accounts-password-new", "accounts-password-same");
    }
    let (Some(new), true) = (new, flaws.is_empty()) else { return Ok(Err(flaws)) };
    match accounts.change_password(session, caller, &form.old_password, new.secret()).await? {
        Changed::Done(token) => return Ok(Ok(token)),
        Changed::Unconfirmed(unconfirmed) => unconfirmed.tell(&mut flaws),
    }
    Ok(Err(flaws))
}

async fn draw(accounts: &Accounts, visit: Visit, session: &Session, draft: Draft<()>) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = PasswordPage {
        rules: password_rules(&page, accounts.parts().password_profile, &draft.rules),
        username: user_name(accounts, session).await?,
        has_password: accounts.has_password(session.account).await?,
        notice,
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}

/// The name that a password manager should store the password of the account under.
async fn user_name(accounts: &Accounts, session: &Session) -> Result<String, Trouble> {
    let account = accounts.account(session.account).await?;
    let email = account.as_ref().and_then(|account| account.email.as_ref()).map(Email::as_str);
    let mobile = account.as_ref().and_then(|account| account.mobile.as_ref()).map(Mobile::as_str);
    Ok(email.or(mobile).unwrap_or_default().to_owned())
}
