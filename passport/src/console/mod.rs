//! 管理台: where the staff works. It has its own host, its own listener and its own relying party of passkeys: nothing that a
//! candidate's browser holds is good for anything here, and the other way round.
//!
//! Every address stands for an [`acts::Act`], and its handler asks [`gate`] first. What takes two people is written down
//! ([`perform`]) and done when a second one agrees on the very same text. Accounts are read and changed by the operations of
//! [`crate::accounts`] alone.

mod account;
mod act_page;
pub mod acts;
pub mod admin;
mod applications;
mod audit;
mod clients;
mod deliveries;
mod find;
mod frame;
mod gate;
mod home;
mod invitation;
pub mod model;
pub mod paths;
pub mod payload;
mod perform;
mod proposals;
pub mod router;
mod sign_in;
mod staff;
pub mod store;
mod visit;

use std::sync::Arc;

use axum::extract::FromRef;
use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use crate::accounts::Accounts;
use crate::accounts::factors::passkeys::{PasskeyError, Passkeys};
use crate::clients::Clients;
use crate::portal::Portal;
use crate::web::{Pages, Web};

/// The rooms whose matters are seen to in the console.
#[derive(Clone)]
pub struct Rooms {
    /// Candidates' accounts.
    pub accounts: Accounts,
    /// The registry of sites.
    pub clients: Clients,
    /// What organisations apply for.
    pub portal: Portal,
}

/// The slice's service. Cheap to clone.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    accounts: Accounts,
    clients: Clients,
    portal: Portal,
    web: Web,
    pages: Pages,
    passkeys: Passkeys,
}

impl FromRef<Console> for Web {
    fn from_ref(console: &Console) -> Self {
        console.0.web.clone()
    }
}

impl FromRef<Console> for Pages {
    fn from_ref(console: &Console) -> Self {
        console.0.pages.clone()
    }
}

impl Console {
    /// The console on that origin, for what is done in those rooms. `web` and `pages` are those of the passport.
    ///
    /// # Errors
    /// The origin is none that passkeys can be made for.
    pub fn new(
        origin: &str,
        Rooms { accounts, clients, portal }: Rooms,
        web: &Web,
        pages: Pages,
    ) -> Result<Self, PasskeyError> {
        let passkeys = Passkeys::new(origin, "E-TEST 管理台")?;
        if !passkeys.possible() {
            return Err(PasskeyError::NoDomain);
        }
        let web = Web::new(origin, Arc::clone(&web.sealer), web.clock.clone(), web.entropy.clone());
        Ok(Self(Arc::new(Inner { accounts, clients, portal, web, pages: pages.of_console(), passkeys })))
    }

    /// Where it is reached.
    pub fn origin(&self) -> &str {
        &self.0.web.origin
    }

    fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    fn portal(&self) -> &Portal {
        &self.0.portal
    }

    /// Runs an operation in one transaction. It may be run again, so it gets its own copy of everything.
    async fn write<A, R, F>(&self, args: A, op: F) -> Result<R, DbError>
    where
        A: Clone + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> Fn(Self, A, &'t mut Tx) -> BoxFuture<'t, Result<R, DbError>> + Send + Sync + 'static,
    {
        let console = self.clone();
        self.accounts().parts().db.write(move |tx| op(console.clone(), args.clone(), tx)).await
    }

    /// The same for one that writes nothing.
    async fn read<A, R, F>(&self, args: A, op: F) -> Result<R, DbError>
    where
        A: Clone + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> Fn(A, &'t mut Tx) -> BoxFuture<'t, Result<R, DbError>> + Send + Sync + 'static,
    {
        self.accounts().parts().db.read(move |tx| op(args.clone(), tx)).await
    }
}
