//! The session of a request.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use shared::db::DbError;
use shared::http::{Caller, ClientAddr};
use tower_cookies::Cookies;

use super::Session;
use crate::accounts::Accounts;
use crate::web::paths;

/// Where the addresses of pages begin by which a session gets what it lacks, or ends.
const MORE: [&str; 3] = [paths::SIGN_IN, paths::SIGN_OUT, paths::SECURITY];

/// The session of the browser that sent the request, or the failure to find out.
///
/// Where everybody needs a second factor, a session without one is none but on the pages that add it.
///
/// Extraction itself never fails: how a page answers an unavailable database is the handler's to say.
pub struct CurrentSession(pub Result<Option<Session>, DbError>);

impl<S> FromRequestParts<S> for CurrentSession
where
    S: Send + Sync,
    Accounts: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Some(cookies) = parts.extensions.get::<Cookies>() else {
            return Ok(Self(Ok(None)));
        };
        let accounts = Accounts::from_ref(state);
        let leads_to_more = MORE.iter().any(|start| parts.uri.path().starts_with(start));
        let from = Caller::at(ClientAddr::of(&parts.extensions).0).network;
        let found = accounts.session(cookies, from).await;
        Ok(Self(found.map(|found| found.filter(|session| leads_to_more || accounts.suffices(session)))))
    }
}
