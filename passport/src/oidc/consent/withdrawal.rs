//! 撤销授权: what a site was given ends, and it is told to sign the person out.
//!
//! The consent is forgotten, and with it ends every authorization that was given by it ([`store::grants`]): nothing has
//! to be found and marked, so that one which is redeemed at the same moment ends too.
//!
//! [`store::grants`]: super::super::store::grants

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use form_urlencoded::byte_serialize;
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::db::DbError;
use shared::http::Caller;
use shared::page::{Destination, Page};

use super::super::Oidc;
use super::super::logout::farewell;
use super::super::scope::OFFLINE_ACCESS;
use super::super::store::consents;
use super::sites::destination;
use crate::accounts::{AccountId, Stop, Visit};
use crate::audit::{Actor, Event};
use crate::clients::Client;
use crate::web::{Posted, paths};

/// The query parameter and form field that names the client.
const CLIENT: &str = "client";

/// Which site.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    client: String,
}

/// What the page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawalForm {
    client: String,
    /// Whose consent the page showed: somebody else may have signed in since.
    account: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/withdrawal.html")]
struct WithdrawalPage {
    page: Page,
    site: Destination,
    client: String,
    account: String,
    /// Whether the site may come for tokens while the person is away.
    offline: bool,
    /// Whether it can be told.
    told: bool,
}

/// The page that asks about this client.
pub fn path(client: &Client) -> String {
    let id: String = byte_serialize(client.id.as_str().as_bytes()).collect();
    format!("{}?{CLIENT}={id}", paths::SITE_WITHDRAWAL)
}

/// `GET /account/sites/withdraw`: asks first. A site that has nothing leads back to the list.
pub async fn show(State(oidc): State<Oidc>, mut visit: Visit, Query(which): Query<Which>) -> Result<Response, Stop> {
    let accounts = &oidc.0.accounts;
    let Some(session) = visit.take_session()? else {
        return Ok(accounts.ask_to_sign_in(paths::SITES, "sign-in-first"));
    };
    // Only what is registered is looked for: the address can hold what the database would not take.
    let Some(client) = oidc.0.clients.find(&which.client).await? else { return Ok(to_the_list(None)) };
    let Some(consent) = consents::look_up(&oidc.0.db, session.account, client.id.as_str()).await? else {
        return Ok(to_the_list(None));
    };
    accounts.step_up(&session, &path(&client)).await?;
    accounts.greet(&mut visit.page, session.account).await?;
    let shown = WithdrawalPage {
        site: destination(visit.page.lang, &client),
        client: which.client,
        account: session.account.to_string(),
        offline: consent.scope.has(OFFLINE_ACCESS),
        told: client.backchannel_logout_uri.is_some(),
        page: visit.page,
    };
    Ok(shown.into_response())
}

/// `POST /account/sites/withdraw`. A second time the result is the same.
pub async fn submit(
    State(oidc): State<Oidc>,
    mut visit: Visit,
    posted: Posted<WithdrawalForm>,
) -> Result<Response, Stop> {
    let Some(session) = visit.take_session()? else {
        return Ok(oidc.0.accounts.ask_to_sign_in(paths::SITES, "away"));
    };
    if posted.form.account != session.account.to_string() {
        return Ok(to_the_list(Some("other-account")));
    }
    if !posted.fresh {
        return Ok(to_the_list(Some("site-kept")));
    }
    let Some(client) = oidc.0.clients.find(&posted.form.client).await? else { return Ok(to_the_list(None)) };
    oidc.0.accounts.step_up(&session, &path(&client)).await?;
    withdraw(&oidc, session.account, visit.caller, client).await?;
    Ok(to_the_list(Some("site-withdrawn")))
}

async fn withdraw(oidc: &Oidc, account: AccountId, caller: Caller, client: Arc<Client>) -> Result<(), DbError> {
    let provider = oidc.clone();
    oidc.0
        .db
        .write(move |tx| {
            let (oidc, client) = (provider.clone(), Arc::clone(&client));
            async move {
                let id = client.id.as_str();
                if !consents::remove(tx, account, id).await? {
                    return Ok(());
                }
                farewell::tell_of_withdrawal(tx, oidc.0.accounts.outbox(), account, id).await?;
                let event = Event::ConsentWithdrawn { account: account.to_string(), client: id.to_owned() };
                oidc.0.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await
            }
            .boxed()
        })
        .await
}

fn to_the_list(notice: Option<&str>) -> Response {
    let location = notice.map_or_else(|| paths::SITES.to_owned(), |code| format!("{}?notice={code}", paths::SITES));
    Redirect::to(&location).into_response()
}
