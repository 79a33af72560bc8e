//! What is done about the staff at the command line, and what the console shares with it.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::secret::{SecretString, sha256};

use super::model::{LINK, Person, Role, Roles, StaffId, State, read_name};
use super::store::people::NewLink;
use super::{Console, paths, store};
use crate::audit::{Actor, Event};

/// Why nobody is asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// No colleague could type that.
    #[error("a name has 1 to 40 letters and digits")]
    Name,
    /// Nobody does anything without.
    #[error("a role is needed")]
    NoRole,
    /// Two operators can ask people in themselves.
    #[error("there is an operator: people are asked in at the console")]
    Operator,
    /// The first one has to be able to ask others in.
    #[error("the first one has to be an operator")]
    First,
}

/// Somebody who is to be asked in at the command line.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// What colleagues call them.
    pub name: String,
    /// As what.
    pub roles: Roles,
    /// Why that is done here although there is an operator.
    pub break_glass: Option<String>,
}

impl Console {
    /// Asks somebody in: the link for them. It is done for the first operator, or because the glass is broken: then somebody
    /// who is there already loses their passkeys and sessions, and is asked in anew with those roles.
    ///
    /// # Errors
    /// The database; within, why not.
    pub async fn invite(&self, invitation: Invitation) -> Result<Result<SecretString, InviteError>, DbError> {
        let Some(name) = read_name(&invitation.name) else { return Ok(Err(InviteError::Name)) };
        if invitation.roles.is_empty() {
            return Ok(Err(InviteError::NoRole));
        }
        let carried = token(&*self.0.web.entropy);
        let args = (Invitation { name, ..invitation }, sha256(carried.as_bytes()));
        let made = self.write(args, |console, args, tx| invite(console, args, tx).boxed()).await?;
        Ok(made.map(|()| self.link_of(&carried)))
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn people(&self) -> Result<Vec<Person>, DbError> {
        self.read((), |(), tx| store::people::all(tx).boxed()).await
    }

    /// Keeps somebody out from now on; whether there is somebody called so who was not out.
    ///
    /// # Errors
    /// The database.
    pub async fn suspend(&self, name: String) -> Result<bool, DbError> {
        self.write(name, |console, name, tx| {
            async move {
                let Some(person) = store::people::named(tx, &name).await? else { return Ok(false) };
                console.keep_out(tx, person.id, &Actor::Operator).await
            }
            .boxed()
        })
        .await
    }

    /// Keeps somebody out within the caller's transaction; whether they were not.
    pub(super) async fn keep_out(&self, tx: &mut Tx, id: StaffId, by: &Actor) -> Result<bool, DbError> {
        let now = self.accounts().parts().clock.now();
        let out = store::people::move_on(tx, id, State::Active, State::Suspended).await?
            || store::people::move_on(tx, id, State::Invited, State::Suspended).await?;
        if !out {
            return Ok(false);
        }
        store::people::end_links(tx, id, now).await?;
        store::people::end_sessions(tx, id).await?;
        self.note(tx, by, &Event::StaffSuspended { staff: id.to_string() }).await?;
        Ok(true)
    }

    /// Makes a link for somebody who was asked in: the address, to be told once.
    pub(super) async fn make_link(&self, id: StaffId, by: StaffId) -> Result<Option<SecretString>, DbError> {
        let carried = token(&*self.0.web.entropy);
        let args = (id, sha256(carried.as_bytes()), Actor::Staff(by.to_string()));
        let made = self.write(args, |console, (id, hash, by), tx| {
            async move {
                let invited = store::people::find(tx, id).await?.is_some_and(|found| found.state == State::Invited);
                if invited {
                    console.put_link(tx, (id, hash), None, &by).await?;
                }
                Ok(invited)
            }
            .boxed()
        });
        Ok(made.await?.then(|| self.link_of(&carried)))
    }

    async fn put_link(
        &self,
        tx: &mut Tx,
        (staff, token_hash): (StaffId, [u8; 32]),
        why: Option<String>,
        by: &Actor,
    ) -> Result<(), DbError> {
        let at = self.accounts().parts().clock.now();
        store::people::insert_link(tx, &NewLink { token_hash, staff, why, at, expires_at: at + LINK }).await?;
        // What was half made by who had an older link is not theirs to finish. That link ended before: nothing is added any more.
        store::keys::remove_all(tx, staff).await?;
        self.note(tx, by, &Event::StaffLinkMade { staff: staff.to_string() }).await
    }

    /// Writes into the record.
    pub(super) async fn note(&self, tx: &mut Tx, by: &Actor, event: &Event) -> Result<(), DbError> {
        self.accounts().parts().audit.record(tx, by, event).await
    }

    fn link_of(&self, carried: &str) -> SecretString {
        SecretString::new(format!("{}{}?t={carried}", self.origin(), paths::INVITATION))
    }

    /// Writes somebody down who is asked in.
    pub(super) async fn put_down(&self, tx: &mut Tx, (name, roles): (String, Roles)) -> Result<StaffId, DbError> {
        let parts = self.accounts().parts();
        let now = parts.clock.now();
        let id = StaffId::new(now, &*parts.entropy);
        store::people::insert(tx, &Person { id, name, roles, state: State::Invited, made_at: now }).await?;
        Ok(id)
    }
}

async fn invite(
    console: Console,
    (Invitation { name, roles, break_glass }, hash): (Invitation, [u8; 32]),
    tx: &mut Tx,
) -> Result<Result<(), InviteError>, DbError> {
    let how = if break_glass.is_some() { "break_glass" } else { "first" };
    if break_glass.is_none() {
        if store::people::has_operator(tx).await? {
            return Ok(Err(InviteError::Operator));
        }
        if !roles.has(Role::Operator) {
            return Ok(Err(InviteError::First));
        }
    }
    let (by, role) = (Actor::Operator, roles.to_string());
    let id = match store::people::named(tx, &name).await? {
        None => console.put_down(tx, (name, roles)).await?,
        Some(found) => {
            store::people::end_sessions(tx, found.id).await?;
            for state in [State::Active, State::Suspended] {
                store::people::move_on(tx, found.id, state, State::Invited).await?;
            }
            store::people::set_roles(tx, found.id, &role).await?;
            found.id
        }
    };
    console.note(tx, &by, &Event::StaffInvited { staff: id.to_string(), role, how: how.into() }).await?;
    console.put_link(tx, (id, hash), break_glass, &by).await?;
    Ok(Ok(()))
}
