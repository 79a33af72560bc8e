//! Whether a person may do something with an organisation: asked by every handler of one, before anything else.

use futures_util::FutureExt as _;
use shared::page::Page;

use super::model::{Act, Membership, OrganisationId, Proof};
use super::refusal::Refusal;
use super::{Portal, store};
use crate::accounts::assurance::Acr;
use crate::accounts::{Session, Visit};

/// Who was let in.
#[derive(Debug)]
pub struct Admitted {
    /// Their session.
    pub session: Session,
    /// What they are in the organisation.
    pub member: Membership,
}

impl Portal {
    /// Lets a person in who may do that with the organisation of this id. `path` is where they come back to from a page
    /// on which they have to do something first.
    ///
    /// # Errors
    /// They have to sign in, or to show a second factor; they are no member, or their role does not reach; the database.
    pub(super) async fn admit(
        &self,
        visit: &mut Visit,
        (organisation, act): (&str, Act),
        path: impl FnOnce(&Visit) -> String,
    ) -> Result<Admitted, Refusal> {
        let Some(session) = visit.take_session()? else {
            return Err(self.accounts.away(&path(visit)).into());
        };
        let member = self.member(&session, organisation).await?;
        if !member.role.may(act) {
            let page = self.greeted(visit.page.clone(), &session).await?;
            return Err(Refusal::forbidden(page, &member.organisation, act.needs()));
        }
        self.prove(&session, act.asks(), || path(visit)).await?;
        Ok(Admitted { session, member })
    }

    /// Asks for what is needed to be sure of who does something.
    ///
    /// # Errors
    /// The way to the page where they show it; the database.
    pub(super) async fn prove(
        &self,
        session: &Session,
        proof: Proof,
        path: impl FnOnce() -> String,
    ) -> Result<(), Refusal> {
        let enough = match proof {
            Proof::Session => true,
            Proof::SecondFactor => session.acr >= Acr::Two,
            Proof::FreshSecondFactor => false,
        };
        if enough {
            return Ok(());
        }
        Ok(self.accounts.step_up_to(Acr::Two, session, &path()).await?)
    }

    /// What the person is in the organisation of this id.
    async fn member(&self, session: &Session, organisation: &str) -> Result<Membership, Refusal> {
        let Ok(id) = organisation.parse::<OrganisationId>() else { return Err(Refusal::Unknown) };
        let found = self.read((session.account, id), |(account, id), tx| store::membership(tx, account, id).boxed());
        found.await?.ok_or(Refusal::Unknown)
    }

    /// The page with the name of who is signed in.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn greeted(&self, mut page: Page, session: &Session) -> Result<Page, Refusal> {
        self.accounts.greet(&mut page, session.account).await?;
        Ok(super::frame::framed(page))
    }
}
