//! Sending an application, and taking one back.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;

use super::model::{Evidence, OWNERS, Production, ProductionId, State};
use super::store;
use crate::accounts::AccountId;
use crate::audit::{Actor, Event};
use crate::clients::{ClientId, Metadata};
use crate::portal::store as organisations;
use crate::portal::{OrganisationId, Portal, Role};

/// What is asked for, with what was seen of the site.
#[derive(Debug, Clone)]
pub(super) struct Wished {
    pub(super) wish: Metadata,
    pub(super) evidence: Evidence,
}

/// Which application it is.
#[derive(Debug, Clone)]
pub(super) enum Of {
    /// The first one of a site of the sandbox.
    Sandbox(String),
    /// Another one of a site, or the same with changes: of that version.
    Site(ProductionId, i64),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// It waits for a reviewer.
    Done(ProductionId),
    /// The organisation has one owner.
    OneOwner,
    /// It is not any more as it was when the form was filled in.
    Stale,
}

impl Portal {
    /// How many decide in an organisation.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn owners(&self, id: OrganisationId) -> Result<usize, DbError> {
        let members = self.read(id, |id, tx| organisations::members(tx, id).boxed()).await?;
        Ok(members.iter().filter(|member| member.role == Role::Owner).count())
    }

    /// Sends an application.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn send_wish(
        &self,
        (organisation, of): (OrganisationId, Of),
        wished: Wished,
        by: (AccountId, Caller),
    ) -> Result<Sent, DbError> {
        self.write((organisation, of, wished, by), |portal, args, tx| send(portal, args, tx).boxed()).await
    }

    /// Takes back an application that nobody has decided about; whether there was one.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn withdraw_wish(
        &self,
        (organisation, id): (OrganisationId, ProductionId),
        by: (AccountId, Caller),
    ) -> Result<bool, DbError> {
        self.write((organisation, id, by), |portal, args, tx| withdraw(portal, args, tx).boxed()).await
    }
}

async fn send(
    portal: Portal,
    (organisation, of, wished, (account, from)): (OrganisationId, Of, Wished, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Sent, DbError> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    // So that no owner leaves in between.
    organisations::hold(tx, organisation).await?;
    let members = organisations::members(tx, organisation).await?;
    if members.iter().filter(|member| member.role == Role::Owner).count() < OWNERS {
        return Ok(Sent::OneOwner);
    }
    let (id, written) = match of {
        Of::Sandbox(sandbox_site) => {
            let Some(new) = begun(&portal, (organisation, sandbox_site), wished) else { return Ok(Sent::Stale) };
            (new.id, store::insert(tx, &new).await?)
        }
        Of::Site(id, version) => {
            let own = store::find(tx, organisation, id).await?.is_some();
            (id, own && store::send(tx, (id, version), (&wished.wish, &wished.evidence), now).await?)
        }
    };
    if !written {
        return Ok(Sent::Stale);
    }
    let event = Event::ApplicationSent { organisation: organisation.to_string(), site: id.to_string() };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Sent::Done(id))
}

/// A site with its first application. Its client identifier is drawn now, and means nothing before it is approved.
fn begun(
    portal: &Portal,
    (organisation, sandbox_site): (OrganisationId, String),
    Wished { wish, evidence }: Wished,
) -> Option<Production> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    let client: String = token(&*parts.entropy).chars().take(22).collect();
    Some(Production {
        id: ProductionId::new(now, &*parts.entropy),
        organisation,
        sandbox_site,
        client: ClientId::parse(&client)?,
        state: State::Sent,
        version: 1,
        wish,
        evidence,
        words: None,
        sent_at: now,
        decided_at: None,
        approved_at: None,
    })
}

async fn withdraw(
    portal: Portal,
    (organisation, id, (account, from)): (OrganisationId, ProductionId, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = portal.accounts.parts();
    let own = store::find(tx, organisation, id).await?.is_some();
    if !own || !store::withdraw(tx, id, parts.clock.now()).await? {
        return Ok(false);
    }
    let how = State::Withdrawn.as_str().into();
    let event = Event::ApplicationDecided { organisation: organisation.to_string(), site: id.to_string(), how };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(true)
}
