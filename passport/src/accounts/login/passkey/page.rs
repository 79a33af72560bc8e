//! The form that carries a passkey's answer, and the page for when there is none.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::page::Link;

use super::operation::{Answer, Refusal, Try};
use crate::accounts::factors::passkeys::answer::{Answered, Refused};
use crate::accounts::login::page::{AGREEMENTS, browser, suffices, welcome};
use crate::accounts::login::{Browser, counts, second};
use crate::accounts::sessions::Stay;
use crate::accounts::view::Way;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{Posted, computer, paths};

/// The form as the script sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasskeyForm {
    #[serde(rename = "continue")]
    way: Option<String>,
    ceremony: String,
    answer: String,
    /// The boxes of the form for the password beside it, as the script found them.
    remember: String,
    public: String,
    agree: String,
}

/// GET: what can be done when the authenticator did not answer.
pub async fn show(State(accounts): State<Accounts>, visit: Visit, Query(query): Query<FormQuery>) -> Response {
    let way = accounts.way(query.way.as_deref());
    let asked = query.notice.as_deref().unwrap_or_default();
    let what = WORDS.into_iter().find(|known| *known == asked).unwrap_or("failed");
    let page = &visit.page;
    let mut steps = Vec::new();
    if matches!(what, "failed" | "over") {
        steps.extend(["again", "device", "password"].map(|step| page.t(&format!("factors-passkey-told-{step}"))));
    }
    let told = Explanation {
        tone: Tone::Trouble,
        title: page.t(&format!("factors-passkey-told-{what}-title")),
        lead: page.t(&format!("factors-passkey-told-{what}-lead")),
        steps,
        way: Link::new(way.link(paths::SIGN_IN), page.t("factors-passkey-told-button")),
        other: None,
    };
    explain(page.clone(), StatusCode::OK, told)
}

/// What the page can tell.
const WORDS: [&str; 5] = ["failed", "over", "unknown", "blocked", "frozen"];

fn told(way: &Way, what: &str) -> Response {
    Redirect::to(&way.link_with(paths::SIGN_IN_PASSKEY, "notice", what)).into_response()
}

/// POST: signs in.
pub async fn submit(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { form, fresh, .. }: Posted<PasskeyForm>,
) -> Result<Response, Trouble> {
    let way = accounts.way(form.way.as_deref());
    let session = visit.take_session()?;
    if !fresh || form.answer.is_empty() {
        // Sent twice, or late: whoever is in goes on.
        return Ok(match session {
            Some(session) if suffices(&session, &way) => Redirect::to(way.path()).into_response(),
            _ => told(&way, "over"),
        });
    }
    let half = second::token_hash(&visit.cookies);
    // A second step has no boxes. Should its half sign-in be over, the computer is still what it was said to be.
    let public = !form.public.is_empty() || (half.is_some() && computer::is_public(&visit.cookies));
    let stay = Stay::chosen(!form.remember.is_empty(), public);
    let (browser, device) = browser(&accounts, &visit, &way, (session.as_ref(), stay));
    let browser = Browser { agrees: (!form.agree.is_empty()).then_some(visit.page.lang), ..browser };
    let attempt = Try {
        answered: Answered {
            ceremony: form.ceremony,
            answer: form.answer,
            browser: visit.browser(&accounts.parts().web),
        },
        half,
        browser,
    };
    let answer = accounts.sign_in_by_passkey(attempt).await;
    counts::passkey(&accounts, &answer);
    let refusal = match answer? {
        Answer::Done(signed_in) => return Ok(welcome(&accounts, &visit, &way, (signed_in, device))),
        Answer::Refused(Refusal::Answer(Refused::Over))
            if session.as_ref().is_some_and(|session| suffices(session, &way)) =>
        {
            return Ok(Redirect::to(way.path()).into_response());
        }
        // The box stands on the page of the password, and the button of the passkey beside it.
        Answer::Refused(Refusal::Agreements) => {
            return Ok(Redirect::to(&way.link_with(paths::SIGN_IN, "notice", AGREEMENTS)).into_response());
        }
        Answer::Refused(refusal) => refusal,
    };
    Ok(told(
        &way,
        match refusal {
            Refusal::Answer(Refused::Over) => "over",
            Refusal::Answer(Refused::Unknown) => "unknown",
            Refusal::Answer(Refused::Broken) => "failed",
            Refusal::Blocked => "blocked",
            Refusal::Frozen | Refusal::Agreements => "frozen",
        },
    ))
}
