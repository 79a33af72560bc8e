//! What opens private halves: the master keys that this process was given, one, and the next one while it is changed;
//! and the token that has those that are not in the database.

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::FutureExt as _;

use super::master::MasterKey;
use super::token::TokenKeys;
use super::{KeysError, Parts, store};

/// Looks again where the master keys come from; nothing: they cannot be read.
type Source = Box<dyn Fn() -> Vec<MasterKey> + Send + Sync>;

/// Master keys. A process needs the one that the database's keys are sealed under; which one that is changes while it
/// runs ([`Keys::rewrap`](super::Keys::rewrap)).
pub struct Masters {
    first: Arc<MasterKey>,
    others: RwLock<Vec<Arc<MasterKey>>>,
    source: Option<Source>,
    token: Option<TokenKeys>,
}

impl From<MasterKey> for Masters {
    fn from(key: MasterKey) -> Self {
        Self { first: Arc::new(key), others: RwLock::default(), source: None, token: None }
    }
}

impl Masters {
    /// Adds one that may be the next.
    #[must_use]
    pub fn and(self, other: Option<MasterKey>) -> Self {
        self.take_up(other.into_iter().collect());
        self
    }

    /// Looks there again when the database wants one that is not here.
    #[must_use]
    pub fn from_source(self, source: impl Fn() -> Vec<MasterKey> + Send + Sync + 'static) -> Self {
        Self { source: Some(Box::new(source)), ..self }
    }

    /// Adds the token that has private halves, if one is configured.
    #[must_use]
    pub fn beside(self, token: Option<TokenKeys>) -> Self {
        Self { token, ..self }
    }

    /// The token that has private halves.
    pub const fn token(&self) -> Option<&TokenKeys> {
        self.token.as_ref()
    }

    /// The one of that id.
    pub fn find(&self, id: &str) -> Option<Arc<MasterKey>> {
        if self.first.id() == id {
            return Some(Arc::clone(&self.first));
        }
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        others.iter().find(|key| key.id() == id).cloned()
    }

    /// The same, looking for it where they come from if it is not here.
    pub fn look_for(&self, id: &str) -> Option<Arc<MasterKey>> {
        if let Some(found) = self.find(id) {
            return Some(found);
        }
        let found = self.source.as_ref().map(|source| source()).unwrap_or_default();
        if found.iter().any(|key| key.id() == id) {
            self.take_up(found);
        }
        self.find(id)
    }

    /// Whether the token has to be asked for one of them.
    pub fn some_in_token(&self) -> bool {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        self.first.is_in_token() || others.iter().any(|key| key.is_in_token())
    }

    /// The one that was given first.
    pub fn first(&self) -> Arc<MasterKey> {
        Arc::clone(&self.first)
    }

    /// The ids of all of them.
    pub fn ids(&self) -> Vec<String> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let others = others.iter().map(|key| key.id().to_owned());
        std::iter::once(self.first.id().to_owned()).chain(others).collect()
    }

    fn take_up(&self, keys: Vec<MasterKey>) {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        *others = keys.into_iter().filter(|key| key.id() != self.first.id()).map(Arc::new).collect();
    }
}

impl std::fmt::Debug for Masters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masters({})", self.ids().join(", "))
    }
}

impl Parts {
    /// The master key that the keys in the database are sealed under; where there are none yet, the one that was given.
    ///
    /// # Errors
    /// It is not here, or the database refused.
    pub(super) async fn master_in_use(&self) -> Result<Arc<MasterKey>, KeysError> {
        let (used, former) = self
            .db
            .read(|tx| {
                async move { Ok::<_, KeysError>((store::master_in_use(tx).await?, store::former_masters(tx).await?)) }
                    .boxed()
            })
            .await?;
        let Some(used) = used else { return Ok(self.master.first()) };
        self.master.look_for(&used.id).ok_or_else(|| {
            let given = self.master.ids();
            let was = former.into_iter().find(|former| given.contains(&former.id));
            KeysError::OtherMasterKey {
                given: given.join(" and "),
                given_until: was.and_then(|former| former.until),
                wanted: used.id,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use shared::secret::SecretBytes;

    use super::*;

    fn key(byte: u8) -> MasterKey {
        MasterKey::new(&SecretBytes::new([byte; 32]))
    }

    #[test]
    fn a_key_is_looked_for_only_if_it_is_not_here_and_taken_up_only_if_it_is_the_one() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let masters = Masters::from(key(1)).and(Some(key(2))).from_source(move || {
            count.fetch_add(1, Ordering::SeqCst);
            vec![key(1), key(3)]
        });
        for byte in [1, 2] {
            assert!(masters.look_for(key(byte).id()).is_some());
        }
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert!(masters.look_for(key(4).id()).is_none());
        assert!(masters.find(key(2).id()).is_some(), "what is here stays while nothing better is found");
        assert!(masters.look_for(key(3).id()).is_some());
        assert_eq!(masters.ids(), [key(1).id(), key(3).id()]);
        assert!(masters.find(key(2).id()).is_none());
    }
}
