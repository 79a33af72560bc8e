//! 接入平台: where the people who run exam sites join by themselves. Organisations, their members and what each may do.
//!
//! Every address of an organisation stands for an [`Act`], and its handler asks [`gate`] first: who is no member learns
//! nothing of it, not even that it exists.

mod create;
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
mod refusal;
mod rename;
pub mod store;

use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use crate::accounts::Accounts;

pub use self::invite::KEPT as INVITATION_KEPT;
pub use self::model::{
    Act, InvitationId, MemberId, Membership, NameError, Organisation, OrganisationId, OrganisationName, Role,
};

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
}

impl Portal {
    /// The portal, for the people of these accounts.
    pub const fn new(accounts: Accounts) -> Self {
        Self { accounts }
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
