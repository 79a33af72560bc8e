//! The page for a person whose account lacks what a site asks for.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::page::Link;

use crate::accounts::assurance::Acr;
use crate::accounts::visit::FormQuery;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::paths;

/// GET: what is asked for, and the way to add it, which leads on to the site.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Trouble> {
    let way = accounts.way(query.way.as_deref());
    let Some(session) = visit.take_session()? else {
        return Ok(Redirect::to(&way.link(paths::SIGN_IN)).into_response());
    };
    let enrolled = accounts.enrolled(session.account).await?;
    if enrolled.reach() >= way.wanted() {
        return Ok(Redirect::to(way.path()).into_response());
    }
    let (page, view) = (&visit.page, way.view(visit.page.lang));
    let (path, kind) = match way.wanted() {
        Acr::PhishingResistant => (paths::PASSKEYS, "passkey"),
        Acr::One | Acr::Two => (paths::AUTHENTICATOR, "authenticator"),
    };
    // Who has SMS is not told to have nothing: it is none of the two.
    let lacks = if enrolled.sms && way.wanted() <= Acr::Two { "sms" } else { kind };
    let site = view.destination.map(|site| site.name).unwrap_or_else(|| page.site.name.clone());
    let told = Explanation {
        tone: Tone::Information,
        title: page.t("factors-needed-title"),
        lead: page.tw(&format!("factors-needed-lead-{lacks}"), [("site", site.as_str())]),
        steps: ["add", "codes", "on"].map(|step| page.t(&format!("factors-needed-step-{step}"))).to_vec(),
        way: Link::new(way.link(path), page.t(&format!("factors-needed-add-{kind}"))),
        other: view.cancel.map(|cancel| Link::new(cancel, page.t("factors-needed-cancel"))),
    };
    Ok(explain(visit.page.clone(), StatusCode::OK, told))
}
