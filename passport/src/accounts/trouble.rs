//! What keeps an operation on accounts, or a page, from giving an answer.

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use shared::db::DbError;

use super::factors::passkeys::PasskeyError;
use super::hashing::{HashError, RETRY_AFTER_SECONDS};
use crate::web::error_page::Fault;

/// Why an operation gave no answer. Nothing of it was done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The threads that hash passwords.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The library of passkeys.
    #[error("passkeys: {0}")]
    Passkeys(#[from] PasskeyError),
}

impl Trouble {
    fn fault(&self) -> Fault {
        match self {
            Self::Db(error) => error.into(),
            Self::Hash(HashError::Busy) => Fault::Busy,
            Self::Hash(HashError::Broken | HashError::Failed) | Self::Passkeys(_) => Fault::Broken,
        }
    }
}

/// What ends a page's handler before its own answer.
#[derive(Debug)]
pub enum Stop {
    /// Something is to be done at this address first, which leads back.
    First(String),
    /// There is no answer.
    Trouble(Trouble),
}

impl<E: Into<Trouble>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Trouble(error.into())
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::First(path) => Redirect::to(&path).into_response(),
            Self::Trouble(trouble) => trouble.into_response(),
        }
    }
}

/// Logs the cause, once, and answers with the page of the fault.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let fault = self.fault();
        let mut response = fault.into_response();
        if fault == Fault::Broken {
            tracing::error!(error = %self, "a page failed");
        } else {
            tracing::warn!(error = %self, "a page was turned away");
        }
        if fault == Fault::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}
