//! 退出: ends this browser's session at the passport.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::page::Page;

use super::sessions::{EndReason, Ended, cookie};
use super::{Accounts, Trouble, Visit};
use crate::web::draft::drop_drafts;
use crate::web::signed_out::SignedOut;
use crate::web::{Posted, computer, paths};

/// The form: a button.
#[derive(Debug, Default, Deserialize)]
pub struct SignOutForm {}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/sign_out.html")]
struct SignOutPage {
    page: Page,
}

/// GET: asks first, since a link may have been followed unawares. Who is not signed in has nothing to confirm.
pub async fn show(mut visit: Visit) -> Result<Response, Trouble> {
    if visit.take_session()?.is_none() {
        return Ok(leave(None));
    }
    Ok(SignOutPage { page: visit.page }.into_response())
}

/// POST: signs out. Without a session, or a second time, the result is the same.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    posted: Posted<SignOutForm>,
) -> Result<Response, Trouble> {
    if !posted.fresh {
        return Ok(Redirect::to(paths::SIGN_OUT).into_response());
    }
    let mut ended = None;
    let public = computer::is_public(&visit.cookies);
    if let Some(session) = visit.take_session()? {
        ended = accounts
            .write((session.id, visit.caller), |accounts, (id, caller), tx| {
                async move { accounts.end_session(tx, id, EndReason::SignedOut.asked_by(caller)).await }.boxed()
            })
            .await?;
    }
    cookie::clear(&visit.cookies);
    let mut response = leave(ended.and_then(|ended| page_of(&accounts, ended)).as_deref());
    if public {
        cookie::leave_nothing(response.headers_mut());
    }
    Ok(response)
}

/// The page in which sites sign the person out, if any of the session's does.
fn page_of(accounts: &Accounts, ended: Ended) -> Option<String> {
    let over = SignedOut { session: ended.session.to_string(), clients: ended.by_page, back: None, replaced: false };
    (!over.clients.is_empty()).then(|| over.path(&*accounts.parts().sealer))
}

/// What was typed into forms is left for nobody: the next person may sit at the same computer.
fn leave(page: Option<&str>) -> Response {
    const FORMS: [&str; 9] = [
        paths::REGISTER,
        paths::SIGN_IN,
        paths::PROVINCE,
        paths::PROFILE,
        paths::PASSWORD,
        paths::CONTACT_CHANGE,
        paths::CONTACT_PROOF,
        paths::RECOVER,
        paths::FIND_ACCOUNT,
    ];
    let home = format!("{}?notice=signed-out", paths::HOME);
    let mut response = Redirect::to(page.unwrap_or(&home)).into_response();
    drop_drafts(response.headers_mut(), &FORMS);
    response
}
