//! What a page's script asks for before it calls the authenticator.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::db::{DbError, Tx};
use shared::entropy::token;

use super::store::{self, Ceremony, Purpose};
use super::{Begun, Owner};
use crate::accounts::model::AccountId;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::limits::{Subject, Verdict};
use crate::web::Posted;

/// The form: nothing but the token that every form carries.
#[derive(Debug, Deserialize)]
pub struct Asked {}

/// POST: the options of a sign-in.
///
/// # Errors
/// The database, or the library.
pub async fn sign_in(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { fresh, .. }: Posted<Asked>,
) -> Result<Response, Trouble> {
    if !fresh {
        return Ok(refused(StatusCode::CONFLICT));
    }
    let begun = accounts.parts().passkeys.begin_sign_in()?;
    answer(&accounts, &visit, (Purpose::SignIn, None), begun).await
}

/// POST: the options of a registration, for who has just shown who they are.
///
/// # Errors
/// The database, or the library.
pub async fn register(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Posted { fresh, .. }: Posted<Asked>,
) -> Result<Response, Trouble> {
    let session = visit.take_session()?;
    let Some(session) = session.filter(|_| fresh) else { return Ok(refused(StatusCode::CONFLICT)) };
    if !accounts.is_fresh(&session).await? {
        return Ok(refused(StatusCode::FORBIDDEN));
    }
    let account = session.account;
    let present = accounts.parts().db.read(move |tx| store::all(tx, account).boxed()).await?;
    let present: Vec<_> = present.into_iter().map(|stored| stored.passkey).collect();
    let owner = accounts.owner(account).await?;
    let begun = accounts.parts().passkeys.begin_registration(&owner, &present)?;
    answer(&accounts, &visit, (Purpose::Registration, Some(account)), begun).await
}

fn refused(status: StatusCode) -> Response {
    (status, Json(Value::Null)).into_response()
}

async fn answer(
    accounts: &Accounts,
    visit: &Visit,
    (purpose, account): (Purpose, Option<AccountId>),
    Begun { mut options, state }: Begun,
) -> Result<Response, Trouble> {
    let parts = accounts.parts();
    let id = token(&*parts.entropy);
    options["ceremony"] = json!(id);
    let ceremony = Ceremony { id, purpose, browser: visit.browser(&parts.web), account, state };
    let args = (ceremony, visit.address);
    let kept = accounts.write(args, |accounts, (ceremony, block), tx| keep(accounts, ceremony, block, tx).boxed());
    Ok(if kept.await? { Json(options).into_response() } else { refused(StatusCode::TOO_MANY_REQUESTS) })
}

/// Keeps a challenge, unless this address block asked for too many.
async fn keep(
    accounts: Accounts,
    ceremony: Ceremony,
    block: crate::limits::AddressBlock,
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let verdict = limits.hit(tx, &limits.policy().ceremony_address, Subject::Address(block), now).await?;
    if matches!(verdict, Verdict::Refused { .. }) {
        return Ok(false);
    }
    store::begin(tx, &ceremony, now).await.map(|()| true)
}

impl Accounts {
    /// Whom a passkey of that account is made for.
    async fn owner(&self, account: AccountId) -> Result<Owner, Trouble> {
        let (login_name, display_name) = self.names(account).await?;
        let login_name = login_name.or_else(|| display_name.clone()).unwrap_or_else(|| account.to_string());
        Ok(Owner { account, display_name: display_name.unwrap_or_else(|| login_name.clone()), login_name })
    }
}
