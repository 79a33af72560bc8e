//! 接入平台: where the people who run exam sites join by themselves. Organisations, their members and what each may do.
//!
//! Every address of an organisation stands for an [`Act`], and its handler asks [`gate`] first: who is no member learns
//! nothing of it, not even that it exists.

mod create;
mod delivered;
mod frame;
mod gate;
mod history;
mod invitation;
mod invite;
mod leave;
mod list;
mod member;
mod members;
mod model;
mod organisation;
mod owners;
pub mod production;
mod refusal;
mod refused;
mod rename;
pub mod sandbox;
pub mod store;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};
use shared::secret::SecretString;

use crate::accounts::Accounts;
use crate::clients::Clients;

use self::refusal::Refusal;
use self::sandbox::Sandbox;

pub use self::invite::KEPT as INVITATION_KEPT;
pub use self::model::{
    Act, InvitationId, MemberId, Membership, NameError, Organisation, OrganisationId, OrganisationName, Role,
};

pub use self::owners::Owners;

/// Handlers, for the router.
pub mod pages {
    pub use super::create::{show as show_create, submit as create};
    pub use super::history::show as history;
    pub use super::invitation::{show as show_invitation, submit as accept};
    pub use super::leave::{show as show_leave, submit as leave};
    pub use super::list::show as list;
    pub use super::member::{remove, show as show_member, show_removal, submit as change_role};
    pub use super::members::{show as members, submit as invite, withdraw};
    pub use super::organisation::show as organisation;
    pub use super::rename::{show as show_rename, submit as rename};
}

/// The slice's service. Cheap to clone.
#[derive(Clone)]
pub struct Portal {
    accounts: Accounts,
    /// Where what was approved is registered.
    clients: Clients,
    sandbox: Option<Sandbox>,
    /// The secret by which the portal of another passport is known, if this is a sandbox.
    token: Option<Arc<SecretString>>,
}

impl Portal {
    /// The portal, for the people of these accounts, which registers clients there, and the sandbox beside it if there is one.
    pub const fn new(accounts: Accounts, clients: Clients, sandbox: Option<Sandbox>) -> Self {
        Self { accounts, clients, sandbox, token: None }
    }

    /// The same in a sandbox, which the portal of another passport knows by that secret.
    #[must_use]
    pub fn known_by(self, token: Option<SecretString>) -> Self {
        Self { token: token.map(Arc::new), ..self }
    }

    /// The sandbox. Where there is none, its pages are not there either.
    fn sandbox(&self) -> Result<&Sandbox, Refusal> {
        self.sandbox.as_ref().ok_or(Refusal::Unknown)
    }

    /// Runs an operation in one transaction. It may be run again, so it gets its own copy of everything.
    async fn write<A, R, F>(&self, args: A, op: F) -> Result<R, DbError>
    where
        A: Clone + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> Fn(Self, A, &'t mut Tx) -> BoxFuture<'t, Result<R, DbError>> + Send + Sync + 'static,
    {
        let portal = self.clone();
        self.accounts.parts().db.write(move |tx| op(portal.clone(), args.clone(), tx)).await
    }

    /// The same for one that writes nothing.
    async fn read<A, R, F>(&self, args: A, op: F) -> Result<R, DbError>
    where
        A: Clone + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> Fn(A, &'t mut Tx) -> BoxFuture<'t, Result<R, DbError>> + Send + Sync + 'static,
    {
        self.accounts.parts().db.read(move |tx| op(args.clone(), tx)).await
    }
}

#[cfg(test)]
mod tests;
