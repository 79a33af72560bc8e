//! Whether somebody of the staff may do something: asked by every handler, before anything else.

use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::StatusCode;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::{Link, Page};

use super::acts::Act;
use super::model::{IDLE, Person, Role};
use super::visit::StaffVisit;
use super::{Console, frame, paths, store};
use crate::accounts::Trouble;
use crate::web::error_page::{Explanation, Fault, Tone, explain};

/// Why there is no answer.
pub enum Refusal {
    /// They have to sign in first.
    First,
    /// There is no such thing.
    Unknown,
    /// What was looked at is over: they say once more why they look.
    ReadAgain,
    /// None of their roles reaches: its page.
    Forbidden(Box<Response>),
    /// Something of ours.
    Trouble(Trouble),
}

impl<E: Into<Trouble>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Trouble(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::First => Redirect::to(&format!("{}?notice=first", paths::SIGN_IN)).into_response(),
            Self::Unknown => Fault::NotFound.into_response(),
            Self::ReadAgain => frame::lead(paths::ACCOUNTS, "read-again"),
            Self::Forbidden(page) => *page,
            Self::Trouble(trouble) => trouble.into_response(),
        }
    }
}

impl Console {
    /// Lets somebody in who may do that.
    ///
    /// # Errors
    /// They have to sign in; none of their roles reaches; the database.
    pub(super) async fn admit(&self, visit: &StaffVisit, act: Act) -> Result<Person, Refusal> {
        let person = self.person(visit).await?.ok_or(Refusal::First)?;
        if !person.roles.any(act.roles()) {
            return Err(forbidden(frame::framed(visit.page.clone(), &person), act.roles()));
        }
        Ok(person)
    }

    /// Who has this browser's session.
    async fn person(&self, visit: &StaffVisit) -> Result<Option<Person>, Refusal> {
        let Some(hash) = visit.token_hash() else { return Ok(None) };
        let now = self.accounts().parts().clock.now();
        let found = self.read((hash, now), |(hash, now), tx| store::people::session(tx, hash, now).boxed()).await?;
        let Some((person, idle_until)) = found else { return Ok(None) };
        // A page a minute is enough to be taken for present.
        if idle_until < now + IDLE - std::time::Duration::from_secs(60) {
            self.write((hash, now), |_, args, tx| touch(args, tx).boxed()).await?;
        }
        Ok(Some(person))
    }
}

async fn touch((hash, now): ([u8; 32], Timestamp), tx: &mut Tx) -> Result<(), DbError> {
    store::people::touch(tx, hash, now).await
}

/// The page that says which roles it takes.
fn forbidden(page: Page, needs: &[Role]) -> Refusal {
    let names: Vec<_> = needs.iter().map(|role| frame::role_name(&page, *role)).collect();
    let names = names.join(&page.t("console-role-or"));
    let told = Explanation {
        tone: Tone::Information,
        title: page.t("console-forbidden-title"),
        lead: page.tw("console-forbidden-lead", [("roles", names.as_str())]),
        steps: Vec::new(),
        way: Link::new(paths::HOME, page.t("console-back-home")),
        other: None,
    };
    Refusal::Forbidden(Box::new(explain(page, StatusCode::FORBIDDEN, told)))
}
