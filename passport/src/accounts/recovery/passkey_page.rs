//! The form that carries a passkey's answer, shown in place of another channel.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::password_page::{over, seen};
use crate::accounts::factors::passkeys::answer::Answered;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Posted, paths};

/// The form as the script sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasskeyForm {
    #[serde(rename = "continue")]
    way: Option<String>,
    ceremony: String,
    answer: String,
}

/// POST: takes the answer, and goes on to where the password is chosen; or says that it proved nothing.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<PasskeyForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let Some(seen) = seen(&accounts, &visit).await? else { return Ok(over(visit.page, &way)) };
    let browser = visit.browser(&accounts.parts().web);
    let answered = Answered { ceremony: form.ceremony, answer: form.answer, browser };
    let shown = fresh && accounts.show_passkey(seen.recovery, answered).await?;
    let on = if shown {
        way.link(paths::RECOVER_PASSWORD)
    } else {
        way.link_with(paths::RECOVER_PASSWORD, "notice", "passkey-failed")
    };
    Ok(Redirect::to(&on).into_response())
}
