//! Moving on what is due, while this node goes on following: a token may take longer to make a key than a lease lasts.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::model::Change;
use super::rotate::Request;
use super::{Keys, KeysError};

type Done = Result<Vec<Change>, KeysError>;

/// What is being moved on beside.
#[derive(Default)]
pub(super) struct Tending(Mutex<Option<JoinHandle<Done>>>);

impl Tending {
    fn take(&self) -> Option<JoinHandle<Done>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, tending: JoinHandle<Done>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tending);
    }
}

impl Keys {
    /// Moves on what is due; what moved. Nothing yet, if the token takes so long that the lease would run out over it.
    pub(super) async fn tend(&self) -> Done {
        let Some(patience) = self.patience() else { return self.change(Request::Tend).await };
        let begun = self.0.tending.take();
        let mut tending = begun.unwrap_or_else(|| {
            let keys = self.clone();
            tokio::spawn(async move { keys.change(Request::Tend).await })
        });
        if let Ok(done) = tokio::time::timeout(patience, &mut tending).await {
            return done.map_err(|_| KeysError::Library)?;
        }
        self.0.tending.put(tending);
        Ok(Vec::new())
    }

    /// For how long this node can wait for the token. None: as long as it takes, for there is none, or no lease that ends.
    fn patience(&self) -> Option<Duration> {
        self.0.parts.master.token()?;
        Some(self.0.lease.get()?.lasts / 4)
    }
}
