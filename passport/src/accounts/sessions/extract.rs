//! The session of a request.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use shared::db::DbError;
use tower_cookies::Cookies;

use super::Session;
use crate::accounts::Accounts;

/// The session of the browser that sent the request, or the failure to find out.
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
        Ok(Self(Accounts::from_ref(state).session(cookies).await))
    }
}
