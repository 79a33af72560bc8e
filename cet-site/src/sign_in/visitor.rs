//! Who is looking at a page.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use shared::page::Page;

use crate::web::{self, Frame};

use super::return_path::ReturnPath;
use super::service::{Current, SignIn};
use super::session::Session;

/// Somebody signed in, somebody not, or nobody can say because the database is away. Extract it in a handler.
#[derive(Clone)]
pub struct Visitor(Seen);

#[derive(Clone)]
enum Seen {
    SignedIn(Box<Current>),
    Anyone,
    Unknown,
}

impl Visitor {
    /// The page in its frame. Public pages are shown to everybody, also while the database is away.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        match &self.0 {
            Seen::SignedIn(current) => frame.page_for(current.session.called(), &current.token.form_token()),
            Seen::Anyone | Seen::Unknown => frame.page(),
        }
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(self.0, Seen::SignedIn(_))
    }

    /// The session, or the answer that leads to one and back to this path.
    ///
    /// # Errors
    /// The way to sign in, or 503 while the database is away.
    #[expect(clippy::result_large_err, reason = "the error is the answer, made once per request")]
    pub fn require(&self, frame: &Frame, here: &ReturnPath) -> Result<&Session, Response> {
        match &self.0 {
            Seen::SignedIn(current) => Ok(&current.session),
            Seen::Anyone => Err(Redirect::to(&here.sign_in()).into_response()),
            Seen::Unknown => Err(web::unavailable(frame, here.as_str())),
        }
    }

    /// The session with its token.
    pub(super) fn current(&self) -> Option<&Current> {
        match &self.0 {
            Seen::SignedIn(current) => Some(current),
            Seen::Anyone | Seen::Unknown => None,
        }
    }

    /// Whether the database could not say.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.0, Seen::Unknown)
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    SignIn: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(match SignIn::from_ref(state).current(&parts.headers).await {
            Ok(Some(current)) => Seen::SignedIn(Box::new(current)),
            Ok(None) => Seen::Anyone,
            Err(error) => {
                tracing::warn!(cause = %error, "cannot tell who is signed in");
                Seen::Unknown
            }
        }))
    }
}
