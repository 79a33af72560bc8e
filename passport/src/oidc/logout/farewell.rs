//! Telling sites of a session's end: what the accounts ask for when they end one.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use super::super::store::grants;
use crate::accounts::{AccountId, Farewell, SessionId};
use crate::clients::{self, ClientId};
use crate::delivery::{LogoutNotice, Outbox};

/// Writes a message for each client that got tokens in the session and registered where it wants to be told.
pub struct Farewells {
    outbox: Outbox,
}

impl Farewells {
    /// Messages go into that outbox.
    pub fn new(outbox: Outbox) -> Self {
        Self { outbox }
    }

    async fn write(&self, tx: &mut Tx, session: SessionId, account: AccountId) -> Result<Vec<String>, DbError> {
        let mut by_page = Vec::new();
        for id in grants::clients_to_tell(tx, session).await? {
            let Some(client) = ClientId::parse(&id) else { continue };
            // A client that is gone wants to know nothing.
            let Some(client) = clients::store::find(tx, &client).await? else { continue };
            if client.backchannel_logout_uri.is_some() {
                let (client, account, session) = (id.clone(), account.to_string(), session.to_string());
                self.outbox.logout(tx, &LogoutNotice { client, account, session }).await?;
            }
            if client.frontchannel_logout_uri.is_some() {
                by_page.push(id);
            }
        }
        Ok(by_page)
    }
}

/// Tells a client that the person took back what they had let it have: its sign-in ends as if each of their sessions had.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_of_withdrawal(tx: &mut Tx, outbox: &Outbox, account: AccountId, client: &str) -> Result<(), DbError> {
    for session in grants::sessions_to_tell_of(tx, account, client).await? {
        let (client, account, session) = (client.to_owned(), account.to_string(), session.to_string());
        outbox.logout(tx, &LogoutNotice { client, account, session }).await?;
    }
    Ok(())
}

impl Farewell for Farewells {
    fn tell<'t>(
        &'t self,
        tx: &'t mut Tx,
        session: SessionId,
        account: AccountId,
    ) -> BoxFuture<'t, Result<Vec<String>, DbError>> {
        self.write(tx, session, account).boxed()
    }
}
