//! 修改密码: the old password is asked for, and every other session ends.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{FormErrors, Page, Rule};
use shared::secret::SecretString;

use super::fields::{PasswordContext, read_new_password};
use super::guessable::Owner;
use super::hashing::Verdict as Checked;
use super::model::{AccountId, Email, Mobile};
use super::sessions::cookie::{self, SessionToken};
use super::sessions::{self, EndReason, Session};
use super::store::{self, Credentials};
use super::view::{Notice, Way, judge, password_rules};
use super::visit::{FormQuery, Frame};
use super::{Accounts, Stop, Trouble, Visit};
use super::{alarm, devices};
use crate::audit::{Actor, Event};
use crate::delivery;
use crate::limits::{Subject, Verdict};
use crate::web::{Draft, Flaws, Posted, paths};

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    old_password: SecretString,
    password: SecretString,
    password_confirm: SecretString,
}

/// The answer to a change of password.
pub enum Changed {
    /// It is changed. The session goes on under this token: whoever got hold of its former one is out, too.
    Done(SessionToken),
    /// The old password is another one.
    WrongOld {
        /// How often it may be tried again.
        left: u32,
    },
    /// Too many wrong old passwords.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/password.html")]
struct PasswordPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    username: String,
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
    if form.old_password.is_empty() {
        flaws.push("old_password", "accounts-password-old", "accounts-password-old-missing");
    }
    let owner = accounts.account(session.account).await?.as_ref().map(Owner::of).unwrap_or_default();
    let context =
        PasswordContext { profile: accounts.parts().password_profile, owner: &owner, label: "accounts-password-new" };
    let new = read_new_password(&mut flaws, &context, &form.password, &form.password_confirm);
    if new.is_some() && form.password == form.old_password {
        flaws.push("password", "accounts-password-new", "accounts-password-same");
    }
    let (Some(new), true) = (new, flaws.is_empty()) else { return Ok(Err(flaws)) };
    let (field, label) = ("old_password", "accounts-password-old");
    match accounts.change_password(session, caller, &form.old_password, new.secret()).await? {
        Changed::Done(token) => return Ok(Ok(token)),
        Changed::WrongOld { left } => flaws.push_count(field, label, "accounts-password-old-wrong", ("left", left)),
        Changed::Locked { until } => flaws.push_until(field, label, "accounts-password-old-locked", until),
    }
    Ok(Err(flaws))
}

impl Accounts {
    /// Changes the password of the session's account, and ends every session but this.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then nothing was done, and the try is not counted.
    pub async fn change_password(
        &self,
        session: &Session,
        caller: Caller,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<Changed, Trouble> {
        let id = session.account;
        let admitted = match self.write(id, |accounts, id, tx| admit(accounts, id, tx).boxed()).await? {
            Ok(admitted) => admitted,
            Err(until) => return Ok(Changed::Locked { until }),
        };
        let changed = self.compare_and_change((session, caller), admitted, old, new).await;
        if changed.is_err()
            && let Err(error) = self.write(id, |accounts, id, tx| take_back(accounts, id, tx).boxed()).await
        {
            tracing::warn!(%error, "a try that got no answer stays counted");
        }
        changed
    }

    async fn compare_and_change(
        &self,
        (session, caller): (&Session, Caller),
        Admitted { account, left, locks_until }: Admitted,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<Changed, Trouble> {
        let hasher = &self.parts().hasher;
        if hasher.verify(old, &account.password_hash).await? == Checked::NoMatch {
            return Ok(if left == 0 { Changed::Locked { until: locks_until } } else { Changed::WrongOld { left } });
        }
        let hash = hasher.hash(new).await?;
        let token = SessionToken::new(&*self.parts().entropy);
        let change = (session.clone(), caller, account, hash, token.hash());
        let changed = self.write(change, |accounts, args, tx| store_change(accounts, args, tx).boxed()).await?;
        // Somebody else changed it between reading and writing: what was typed as old is old indeed.
        Ok(if changed { Changed::Done(token) } else { Changed::WrongOld { left } })
    }

    /// The name that a password manager should store the password of the account under.
    async fn user_name(&self, session: &Session) -> Result<String, Trouble> {
        let account = self.account(session.account).await?;
        let email = account.as_ref().and_then(|account| account.email.as_ref()).map(Email::as_str);
        let mobile = account.as_ref().and_then(|account| account.mobile.as_ref()).map(Mobile::as_str);
        Ok(email.or(mobile).unwrap_or_default().to_owned())
    }
}

/// A counted try that may look at the old password.
pub(super) struct Admitted {
    pub(super) account: Credentials,
    pub(super) left: u32,
    /// Until when no other is allowed if this was the last try.
    pub(super) locks_until: Timestamp,
}

/// Counts the try and reads the account, or says from when on it may be tried again.
pub(super) async fn admit(
    accounts: Accounts,
    id: AccountId,
    tx: &mut Tx,
) -> Result<Result<Admitted, Timestamp>, DbError> {
    let parts = accounts.parts();
    let (limit, now) = (&parts.limits.policy().password_confirmation, parts.clock.now());
    let subject = id.to_string();
    let used = match parts.limits.hit(tx, limit, Subject::Text(&subject), now).await? {
        Verdict::Refused { until } => return Ok(Err(until)),
        Verdict::Allowed { used } => used,
    };
    let account = store::credentials_by_id(tx, id)
        .await?
        .ok_or_else(|| shared::db::BrokenRow::new("account_id", "of a session names no account"))?;
    let left = limit.allowed.saturating_sub(used);
    Ok(Ok(Admitted { account, left, locks_until: now + limit.lock.unwrap_or(limit.window) }))
}

/// Nobody was told anything: the try did not happen.
pub(super) async fn take_back(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (limit, now) = (&parts.limits.policy().password_confirmation, parts.clock.now());
    parts.limits.give_back(tx, limit, Subject::Text(&id.to_string()), now).await
}

/// The new hash, the new token, the end of the other sessions, the record and the mail, in one transaction.
async fn store_change(
    accounts: Accounts,
    (session, caller, account, hash, token): (Session, Caller, Credentials, String, [u8; 32]),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if !store::replace_hash(tx, account.id, &account.password_hash, &hash).await? {
        return Ok(false);
    }
    store::set_password_time(tx, account.id, now).await?;
    sessions::store::set_token(tx, session.id, &token).await?;
    devices::store::end_trust(tx, account.id).await?;
    let mut ended = 0;
    for other in sessions::store::live(tx, account.id, now).await? {
        let ending = EndReason::PasswordChanged.asked_by(caller);
        if other != session.id && accounts.end_session(tx, other, ending).await?.is_some() {
            ended += 1;
        }
    }
    let id = account.id.to_string();
    let limit = &parts.limits.policy().password_confirmation;
    parts.limits.clear(tx, limit, Subject::Text(&id)).await?;
    let event = Event::PasswordChanged { account: id.clone(), sessions_ended: ended };
    parts.audit.record_from(tx, caller, &Actor::Account(id), &event).await?;
    alarm::tell_mail(&accounts, tx, account.id, &delivery::Notice::PasswordChanged { at: now }).await?;
    Ok(true)
}

async fn draw(accounts: &Accounts, visit: Visit, session: &Session, draft: Draft<()>) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let shown = PasswordPage {
        rules: password_rules(&page, accounts.parts().password_profile, &draft.rules),
        username: accounts.user_name(session).await?,
        notice,
        page,
        errors,
    };
    Ok((status, headers, shown).into_response())
}
