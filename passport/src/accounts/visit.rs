//! One visit of a page: who comes, from where, and the frame of the answer.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use shared::http::ClientAddr;
use shared::page::{Page, SignedIn};
use tower_cookies::Cookies;

use super::model::AccountId;
use super::{Accounts, CurrentSession, Session, Trouble, store};
use crate::limits::AddressBlock;
use crate::web::{PageContext, Pages, ReturnTo, Web, paths, return_to};

/// What every page of accounts wants to know of its request.
pub struct Visit {
    /// The frame of the page.
    pub page: Page,
    /// The browser's cookies.
    pub cookies: Cookies,
    /// The block of addresses that the request comes from.
    pub address: AddressBlock,
    /// The session, as far as it could be found out.
    session: CurrentSession,
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Web: FromRef<S>,
    Pages: FromRef<S>,
    Accounts: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let PageContext(page) = PageContext::from_request_parts(parts, state).await?;
        let cookies = parts.extensions.get::<Cookies>().cloned().unwrap_or_default();
        let address = AddressBlock::of(ClientAddr::of(&parts.extensions).0);
        let session = CurrentSession::from_request_parts(parts, state).await?;
        Ok(Self { page, cookies, address, session })
    }
}

impl Visit {
    /// The session of this browser, if it has one.
    ///
    /// # Errors
    /// The database could not be asked.
    pub fn session(&mut self) -> Result<Option<Session>, Trouble> {
        std::mem::replace(&mut self.session.0, Ok(None)).map_err(Trouble::from)
    }
}

impl Accounts {
    /// The frame for a signed-in person: with their name and the way out.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn greet(&self, page: &mut Page, account: AccountId) -> Result<(), Trouble> {
        use futures_util::FutureExt as _;
        let claims = self.parts().db.read(move |tx| async move { store::claims(tx, account).await }.boxed()).await?;
        page.signed_in = Some(SignedIn {
            name: claims.and_then(|claims| claims.display_name).unwrap_or_default(),
            sign_out: paths::SIGN_OUT.to_owned(),
        });
        Ok(())
    }

    /// To the sign-in page, and from there back to `path`; `notice` says why.
    pub fn ask_to_sign_in(&self, path: &str, notice: &str) -> Response {
        let parts = self.parts();
        let sealed = parts.web.return_to().seal(&ReturnTo::local(path, parts.clock.now()));
        let link = return_to::link(paths::SIGN_IN, Some(&sealed));
        Redirect::to(&format!("{link}&notice={notice}")).into_response()
    }
}
