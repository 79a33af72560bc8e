//! The page on which the password is put away.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{FormErrors, Link, Page};

use super::removal::{Lack, Removed};
use crate::accounts::assurance::Acr;
use crate::accounts::view::{Notice, Way};
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Accounts, Session, Stop, Trouble, Visit};
use crate::web::{Button, Draft, Flaws, Posted, paths};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/password_remove.html")]
struct RemovalPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    /// What is missing, and where it is added.
    lacks: Vec<Link>,
}

/// GET: what it means, or what has to be added first.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Stop> {
    let (session, lacks) = ready(&accounts, &mut visit).await?;
    let draft = accounts.draft(&visit, paths::PASSWORD_REMOVE, &query).unwrap_or_default();
    Ok(draw(&accounts, visit, (&session, lacks), draft).await?)
}

/// POST: puts it away.
pub async fn remove(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Button>,
) -> Result<Response, Stop> {
    let (session, lacks) = ready(&accounts, &mut visit).await?;
    let draft = if fresh {
        let mut flaws = Flaws::default();
        match accounts.remove_password(session.clone(), visit.caller).await? {
            Removed::Done => return Err(Stop::First(format!("{}?notice=password-removed", paths::SECURITY))),
            Removed::Lacking => return Err(Stop::First(paths::PASSWORD_REMOVE.to_owned())),
            Removed::Guarded { until } => {
                flaws.push_until("remove", "accounts-password-remove", "factors-guarded", until);
            }
        }
        Draft::of(Button {}).refused(StatusCode::UNPROCESSABLE_ENTITY, flaws)
    } else {
        Draft::of(Button {}).stale()
    };
    match accounts.send_back(&visit, &Way::home(), paths::PASSWORD_REMOVE, &draft) {
        Some(back) => Ok(back),
        None => Ok(draw(&accounts, visit, (&session, lacks), draft).await?),
    }
}

/// The session, and what is missing. Once nothing is, whoever goes on has just signed in with a passkey: it works.
async fn ready(accounts: &Accounts, visit: &mut Visit) -> Result<(Session, Vec<Lack>), Stop> {
    let session = accounts.signed_in(visit, paths::PASSWORD_REMOVE)?;
    if !accounts.has_password(session.account).await? {
        return Err(Stop::First(paths::SECURITY.to_owned()));
    }
    let lacks = accounts.lacks(session.account).await?;
    if lacks.is_empty() {
        accounts.step_up_to(Acr::PhishingResistant, &session, paths::PASSWORD_REMOVE).await?;
    }
    Ok((session, lacks))
}

async fn draw(
    accounts: &Accounts,
    visit: Visit,
    (session, lacks): (&Session, Vec<Lack>),
    draft: Draft<Button>,
) -> Result<Response, Trouble> {
    let Frame { status, headers, page, errors, notice, .. } = accounts.frame(visit, session, &draft).await?;
    let first = |lack| match lack {
        Lack::Passkey => Link::new(paths::PASSKEYS, page.t("accounts-password-remove-lacks-passkey")),
        Lack::Reserve => Link::new(paths::RECOVERY_CODES, page.t("accounts-password-remove-lacks-reserve")),
        Lack::Contact => Link::new(paths::CONTACT, page.t("accounts-password-remove-lacks-contact")),
    };
    let lacks = lacks.into_iter().map(first).collect();
    Ok((status, headers, RemovalPage { lacks, page, errors, notice }).into_response())
}
