//! Which sites a person's sessions entered: what the accounts ask for when they list sessions and tell what happened.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::db::{Db, DbError};
use shared::i18n::Lang;
use shared::page::Destination;

use super::consent::sites::destination;
use super::store::grants;
use crate::accounts::{AccountId, SessionId, Sites};
use crate::clients::Clients;

/// The sites in the registry, and the sessions in which they got tokens.
pub struct EnteredSites {
    db: Db,
    clients: Clients,
}

impl EnteredSites {
    /// Those of that database and registry.
    pub fn new(db: Db, clients: Clients) -> Self {
        Self { db, clients }
    }

    async fn of_account(&self, account: AccountId, lang: Lang) -> Result<Vec<(SessionId, Destination)>, DbError> {
        let entered = self.db.read(move |tx| async move { grants::entered(tx, account).await }.boxed()).await?;
        let mut found = Vec::with_capacity(entered.len());
        for (session, id) in entered {
            if let Some(client) = self.clients.find(&id).await? {
                found.push((session, destination(lang, &client)));
            }
        }
        Ok(found)
    }
}

impl Sites for EnteredSites {
    fn entered(&self, account: AccountId, lang: Lang) -> BoxFuture<'_, Result<Vec<(SessionId, Destination)>, DbError>> {
        self.of_account(account, lang).boxed()
    }

    fn of_client<'s>(&'s self, client: &'s str, lang: Lang) -> BoxFuture<'s, Result<Option<Destination>, DbError>> {
        async move { Ok(self.clients.find(client).await?.map(|client| destination(lang, &client))) }.boxed()
    }
}
