//! The page of the link that goes on after the wait.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::page::Page;

use super::code_page::RecoveryCode;
use super::cookie::{self, RecoveryToken};
use super::link_page::{told, way_of};
use super::resume::Resumes;
use crate::accounts::link_page::{LinkForm, LinkPage, LinkQuery};
use crate::accounts::model::Contact;
use crate::accounts::proof::code_page::to_code;
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::proof::{Issued, Stopped};
use crate::accounts::view::Way;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::{Posted, moment, paths};

/// GET: the button that goes on; or, where the link was followed before, on to the new password or to another proof.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    let resumes = accounts.resumes(&query.t, cookie::token_hash(&visit.cookies)).await?;
    let way = way_of(&accounts, &visit);
    Ok(draw(visit.page, &way, resumes, (query.t, false)))
}

/// POST: goes on, or sends a code to the contact that was proven first.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    let resumes = accounts.resumes(&form.t, cookie::token_hash(&visit.cookies)).await?;
    let way = way_of(&accounts, &visit);
    match resumes {
        Resumes::Fresh if fresh => {
            if let Some(token) = accounts.resume_recovery(&form.t).await? {
                cookie::set(&visit.cookies, &token);
                return Ok(Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response());
            }
            // Another browser was a moment earlier.
            let resumes = accounts.resumes(&form.t, cookie::token_hash(&visit.cookies)).await?;
            Ok(draw(visit.page, &way, resumes, (form.t, false)))
        }
        Resumes::Elsewhere(contact) if fresh && form.proves() => prove(&accounts, visit, &way, (form.t, contact)).await,
        // Its button was pressed while the link was good, and nobody has asked for a code yet.
        resumes => Ok(draw(visit.page, &way, resumes, (form.t, !fresh))),
    }
}

/// Sends the code, and leaves the link with the browser: it goes on with what the link names once the code is right.
async fn prove(
    accounts: &Accounts,
    visit: Visit,
    way: &Way,
    (link, contact): (String, Contact),
) -> Result<Response, Trouble> {
    let (lang, now) = (visit.page.lang, accounts.parts().clock.now());
    Ok(match accounts.prove_first_again(contact.clone(), (lang, visit.caller)).await? {
        Issued::Sent(proof) => {
            cookie::set(&visit.cookies, &RecoveryToken::sent(&link));
            let ticket = Ticket { second: true, ..Ticket::new(proof, contact, now) };
            Redirect::to(&to_code::<RecoveryCode>(accounts, way, &ticket)).into_response()
        }
        Issued::TooMany(Stopped { until, .. }) => {
            let (to, until) = (contact.masked(), moment::not_before(lang, until, now));
            let named = [("to", to.as_str()), ("time", until.as_str())];
            let page = LinkPage::naming(visit.page, (paths::RECOVER_RESUME, "recover-often"), link, &named);
            (StatusCode::TOO_MANY_REQUESTS, page.proving()).into_response()
        }
    })
}

fn draw(page: Page, way: &Way, resumes: Resumes, (token, again): (String, bool)) -> Response {
    let path = paths::RECOVER_RESUME;
    match resumes {
        Resumes::Fresh => LinkPage::new(page, path, "recover-resume", token).again(again).into_response(),
        Resumes::Here => Redirect::to(&way.link(paths::RECOVER_PASSWORD)).into_response(),
        Resumes::Elsewhere(contact) => {
            let named = [("to", &*contact.masked())];
            LinkPage::naming(page, (path, "recover-elsewhere"), token, &named).proving().again(again).into_response()
        }
        Resumes::Early => told(page, StatusCode::OK, "early", paths::HOME),
        Resumes::Over => told(page, StatusCode::GONE, "expired", &way.link(paths::RECOVER)),
    }
}
