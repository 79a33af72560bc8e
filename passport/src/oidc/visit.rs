//! What the provider's own pages want to know of their request.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::Response;
use http::Uri;
use http::request::Parts;
use shared::http::{Caller, RequestId};
use shared::page::Page;
use tower_cookies::Cookies;

use super::authorize::problem;
use super::failure::Failure;
use crate::web::{PageContext, Pages, Web};

/// One visit of a page.
pub struct Visit {
    /// The frame of the answer, with a form token.
    pub page: Page,
    /// The address.
    pub uri: Uri,
    /// The request's id.
    pub reference: RequestId,
    /// The browser's cookies.
    pub cookies: Cookies,
    /// Where the request comes from, for records.
    pub caller: Caller,
}

impl Visit {
    /// The page for what is our fault; the cause is logged.
    pub fn fault(self, failure: &Failure) -> Response {
        problem::fault(self.page, &self.uri, failure)
    }
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Web: FromRef<S>,
    Pages: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let PageContext(page) = PageContext::from_request_parts(parts, state).await?;
        Ok(Self {
            page,
            uri: parts.uri.clone(),
            reference: RequestId::of(&parts.extensions),
            caller: Caller::of(parts),
            cookies: parts.extensions.get::<Cookies>().cloned().unwrap_or_default(),
        })
    }
}
