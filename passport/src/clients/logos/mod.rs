//! Logos of clients: fetched once from where their metadata says, kept, and served by us, so that no site learns who
//! looks at our pages and none can change what a person is asked about.
//!
//! Pages never wait for a fetch: [`Logos::tend`] runs beside them. Which clients have a logo stands with them in the
//! registry's copy in memory, so that a page asks nobody.

pub mod endpoint;
mod picture;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::SharedClock;
use shared::db::{Db, DbError};
use url::Url;

use self::picture::{Picture, PictureError};
use super::{Client, Clients, store as registry};
use crate::egress::{Egress, EgressError};

/// How long after the first failure it is tried again; four times as long after each further one.
const RETRY: Duration = Duration::from_secs(60 * 60);

/// The longest pause between two tries.
const RETRY_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// Fetches, keeps and serves logos. Cheap to clone.
#[derive(Clone)]
pub struct Logos {
    db: Db,
    clock: SharedClock,
    clients: Clients,
    egress: Egress,
}

/// Why an address gave no logo.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Egress(#[from] EgressError),
    #[error(transparent)]
    Picture(#[from] PictureError),
}

impl Logos {
    /// The logos of those clients.
    pub fn new(db: Db, clock: SharedClock, clients: Clients, egress: Egress) -> Self {
        Self { db, clock, clients, egress }
    }

    /// Fetches the logos that are missing and due. Of several nodes one does.
    ///
    /// # Errors
    /// The database refused. A logo that cannot be had is logged and tried again later.
    pub async fn tend(&self) -> Result<(), DbError> {
        for client in self.clients.all().await? {
            if let Some(address) = client.logo_uri.as_ref().filter(|_| client.logo.is_none())
                && self.claim(&client, address).await?
            {
                self.fetch(&client, address).await?;
            }
        }
        Ok(())
    }

    /// Whether it is for this node to fetch it, now.
    async fn claim(&self, client: &Arc<Client>, address: &Url) -> Result<bool, DbError> {
        let (client, address, now) = (Arc::clone(client), address.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let (client, address) = (Arc::clone(&client), address.clone());
                async move {
                    let before = store::attempts(tx, &client.id, address.as_str()).await?;
                    let attempts = before.unwrap_or_default() + 1;
                    store::claim(tx, &client.id, (address.as_str(), attempts), now, now + pause(attempts)).await
                }
                .boxed()
            })
            .await
    }

    async fn fetch(&self, client: &Arc<Client>, address: &Url) -> Result<(), DbError> {
        match self.picture(address).await {
            Ok(picture) => self.keep(client, address, picture).await,
            Err(error) => {
                tracing::warn!(%error, client = %client.id, %address, "the logo of a client could not be had");
                Ok(())
            }
        }
    }

    async fn picture(&self, address: &Url) -> Result<Picture, Refused> {
        Ok(Picture::read(self.egress.get(address).await?.body)?)
    }

    async fn keep(&self, client: &Arc<Client>, address: &Url, picture: Picture) -> Result<(), DbError> {
        let work = Arc::new((Arc::clone(client), address.clone(), picture));
        self.db
            .write(move |tx| {
                let work = Arc::clone(&work);
                async move {
                    let (client, address, picture) = &*work;
                    store::put(tx, &client.id, address.as_str(), picture).await?;
                    registry::touch(tx).await
                }
                .boxed()
            })
            .await?;
        self.clients.reload().await
    }

    /// The logo of that name, with its media type.
    async fn find(&self, hash: &str) -> Result<Option<(&'static str, Vec<u8>)>, DbError> {
        let hash = hash.to_owned();
        self.db
            .read(move |tx| {
                let hash = hash.clone();
                async move { store::find(tx, &hash).await }.boxed()
            })
            .await
    }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(2 * (attempts - 1)).unwrap_or_default().min(16);
    (RETRY * 2_u32.pow(doublings)).min(RETRY_AT_MOST)
}

/// Whether a logo comes from the address that a client names now.
pub(super) fn is_current(client: &Client, address: &str) -> bool {
    client.logo_uri.as_ref().is_some_and(|own| own.as_str() == address)
}

/// Until when a picture need not be asked for again: its name is its content.
const KEPT: &str = "public, max-age=31536000, immutable";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_again_less_and_less_often() {
        let hours = |attempts| pause(attempts).as_secs() / 3600;
        assert_eq!([1, 2, 3, 4, 99].map(hours), [1, 4, 16, 24, 24]);
    }
}
