//! What reviewers see of applications, and their decisions. Who may is asked by the console.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};

use super::model::{Production, ProductionId, State, Verdict};
use super::{store, wish};
use crate::audit::{Actor, Event};
use crate::clients::imitation::{self, Imitation};
use crate::clients::{self, Client};
use crate::delivery::Notice;
use crate::portal::frame::page_path;
use crate::portal::store as organisations;
use crate::portal::{Organisation, Portal, Role};

/// An application in the queue.
#[derive(Debug)]
pub struct Waiting {
    /// The site.
    pub site: Production,
    /// Who applies.
    pub organisation: String,
}

/// All that a reviewer looks at.
#[derive(Debug)]
pub struct Dossier {
    /// The site, with its application.
    pub site: Production,
    /// Who applies.
    pub organisation: Organisation,
    /// How many belong to it, and how many of those decide.
    pub people: (usize, usize),
    /// What is in force; none before the first approval.
    pub in_force: Option<Client>,
    /// The client that approving would make; none, where the rules refuse it by now.
    pub wished: Option<Client>,
    /// Whose name its name could be taken for.
    pub imitation: Imitation,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It is so.
    Done,
    /// Somebody was faster: it is decided, was taken back, or was changed.
    Over,
    /// The rules of the registry refuse by now what is asked for.
    Breaks,
}

impl Portal {
    /// Applications that wait, who waits longest at first.
    ///
    /// # Errors
    /// The database.
    pub async fn queue(&self) -> Result<Vec<Waiting>, DbError> {
        self.read((), |(), tx| queue(tx).boxed()).await
    }

    /// All that a reviewer looks at; nothing, if there is no such site.
    ///
    /// # Errors
    /// The database.
    pub async fn dossier(&self, id: ProductionId) -> Result<Option<Dossier>, DbError> {
        self.read(id, |id, tx| dossier(id, tx).boxed()).await
    }

    /// Decides about an application of which the reviewer saw that version. What is approved is so with the same commit.
    ///
    /// # Errors
    /// The database.
    pub async fn judge(
        &self,
        (id, version): (ProductionId, i64),
        (verdict, words): (Verdict, String),
        by: Actor,
    ) -> Result<Judged, DbError> {
        let args = ((id, version), (verdict, words), by);
        let judged = self.write(args, |portal, args, tx| judge(portal, args, tx).boxed()).await?;
        if judged == Judged::Done && verdict == Verdict::Approve {
            self.clients.reload().await?;
        }
        Ok(judged)
    }
}

async fn queue(tx: &mut Tx) -> Result<Vec<Waiting>, DbError> {
    let mut waiting = Vec::new();
    for site in store::queue(tx).await? {
        let named = organisations::organisation(tx, site.organisation).await?;
        waiting.push(Waiting { organisation: named.map(|named| named.name).unwrap_or_default(), site });
    }
    Ok(waiting)
}

async fn dossier(id: ProductionId, tx: &mut Tx) -> Result<Option<Dossier>, DbError> {
    let Some(site) = store::any(tx, id).await? else { return Ok(None) };
    let Some(organisation) = organisations::organisation(tx, site.organisation).await? else { return Ok(None) };
    let members = organisations::members(tx, site.organisation).await?;
    let owners = members.iter().filter(|member| member.role == Role::Owner).count();
    let all = clients::store::all(tx).await?;
    let others = all.iter().filter(|client| client.id != site.client);
    let imitation = imitation::of(&site.wish.client_name, others);
    let in_force = all.iter().find(|client| client.id == site.client).cloned();
    let wished = wish::client(in_force.as_ref(), (site.client.as_str(), site.organisation), &site.wish).ok();
    Ok(Some(Dossier { people: (members.len(), owners), site, organisation, in_force, wished, imitation }))
}

async fn judge(
    portal: Portal,
    ((id, version), (verdict, words), by): ((ProductionId, i64), (Verdict, String), Actor),
    tx: &mut Tx,
) -> Result<Judged, DbError> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    let Some(site) = store::any(tx, id).await?.filter(|site| site.state == State::Sent && site.version == version)
    else {
        return Ok(Judged::Over);
    };
    let old = clients::store::find(tx, &site.client).await?;
    let wished = wish::client(old.as_ref(), (site.client.as_str(), site.organisation), &site.wish);
    if verdict == Verdict::Approve && wished.is_err() {
        return Ok(Judged::Breaks);
    }
    // Of two at once, one finds it as both saw it.
    if !store::decide(tx, (id, version), (verdict.state(), &words), now).await? {
        return Ok(Judged::Over);
    }
    if let (Verdict::Approve, Ok(wished)) = (verdict, &wished) {
        portal.clients.put(tx, &by, (old.as_ref(), wished)).await?;
    }
    let event = Event::ApplicationDecided {
        organisation: site.organisation.to_string(),
        site: id.to_string(),
        how: verdict.state().as_str().into(),
    };
    parts.audit.record(tx, &by, &event).await?;
    tell(&portal, tx, &site).await?;
    Ok(Judged::Done)
}

/// Tells the owners that there is an answer, at their mail addresses that are proven. What it says stands on the page.
async fn tell(portal: &Portal, tx: &mut Tx, site: &Production) -> Result<(), DbError> {
    let parts = portal.accounts.parts();
    let page = page_path(site.organisation, &format!("production/{}", site.id));
    let members = organisations::members(tx, site.organisation).await?;
    for owner in members.into_iter().filter(|member| member.role == Role::Owner) {
        let claims = crate::accounts::store::claims(tx, owner.account).await?.filter(|claims| claims.email_verified);
        let (Some(claims), Some(email)) = (claims, &owner.email) else { continue };
        let (site, link) = (site.name().to_owned(), format!("{}{page}", parts.web.origin));
        let notice = Notice::ApplicationAnswered { site, link };
        parts.outbox.mail(tx, email, claims.locale.unwrap_or_default(), notice).await?;
    }
    Ok(())
}
