//! Questions that the passport asks about a person, signed like a logout token: nobody else finds out who is known here.

use http::HeaderMap;

use super::back_channel::form;
use super::passport::PassportError;
use super::service::SignIn;

/// Why a question gets no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoQuestion {
    /// The request breaks that rule.
    #[error("{0}")]
    Request(&'static str),
    /// The passport did not sign it for this site and this moment, or its keys cannot be had.
    #[error(transparent)]
    Passport(#[from] PassportError),
}

impl NoQuestion {
    /// Whether the same question may be answered a moment later.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Passport(PassportError::Unreachable(_)))
    }
}

impl SignIn {
    /// Whom a question for open registrations is about.
    ///
    /// # Errors
    /// It is not to be answered.
    pub async fn asked_about(&self, headers: &HeaderMap, body: &[u8]) -> Result<String, NoQuestion> {
        let parameters = form(headers, body).map_err(NoQuestion::Request)?;
        let question = parameters.get("question").ok_or(NoQuestion::Request("question is missing"))?;
        Ok(self.passport().read_question(question).await?)
    }
}
