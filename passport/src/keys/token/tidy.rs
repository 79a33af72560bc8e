//! Destroying in the token what is destroyed in the database.
//!
//! The database comes first, for no transaction reaches into a token. A key that was compromised, or never published, goes
//! right afterwards. One that only retires goes when no node that has not followed can sign by it any more: a change of
//! keys is not to cost anybody a sign-in. What cannot be done now is done when the token can be reached; any node does it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;

use super::super::store::tokens::{self, Waste};
use super::super::{Keys, KeysError};
use super::{KeyHolder, ObjectId};

/// How long it rests after the token refused.
const REST: Duration = Duration::from_secs(60);

/// How long it waits for nodes that may not have followed: as long as a lease lasts at most.
const FOLLOWED: Duration = Duration::from_secs(60);

/// What this process knows of it.
#[derive(Debug, Default)]
pub(in crate::keys) struct Swept(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    done: HashSet<ObjectId>,
    /// Since when those are known that nodes may still sign by.
    seen: HashMap<ObjectId, Timestamp>,
    /// Until when it rests.
    rests: Option<Timestamp>,
}

impl Swept {
    fn held(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What of that is to be done now.
    fn due(&self, waste: &[Waste], now: Timestamp) -> Vec<ObjectId> {
        let mut known = self.held();
        if known.rests.is_some_and(|until| now < until) {
            return Vec::new();
        }
        let mut is_due = |waste: &&Waste| {
            let seen = *known.seen.entry(waste.object).or_insert(now);
            !known.done.contains(&waste.object) && (!waste.may_sign || now >= seen + FOLLOWED)
        };
        waste.iter().filter(|waste| is_due(waste)).map(|waste| waste.object).collect()
    }
}

impl Keys {
    /// Destroys what is to be destroyed in the token. What cannot be now is taken up again.
    pub(in crate::keys) async fn tidy_token(&self) {
        let Some(token) = self.0.parts.master.token() else { return };
        let (now, swept) = (self.0.parts.clock.now(), &self.0.swept);
        for object in swept.due(&self.ring().waste, now) {
            match self.destroy_in_token(&*token.holder, object).await {
                Ok(()) => {
                    swept.held().done.insert(object);
                }
                Err(error) => {
                    swept.held().rests = Some(now + REST);
                    tracing::warn!(%error, %object, "a key that is destroyed is still in the token: tried again");
                    return;
                }
            }
        }
    }

    async fn destroy_in_token(&self, holder: &dyn KeyHolder, object: ObjectId) -> Result<(), KeysError> {
        holder.destroy(object).await?;
        let time = Arc::clone(&self.0.parts.time);
        let noted = self.0.parts.db.write::<_, DbError, _>(move |tx| {
            let time = Arc::clone(&time);
            async move {
                let now = time.now(tx).await?;
                tokens::destroyed(tx, object, now).await
            }
            .boxed()
        });
        Ok(noted.await?)
    }
}
