//! What shows that a client has a key: it fetched a key set with it, or came back with what the key signed.
//!
//! Seen while requests are answered, in memory, and written down by every node a few times a minute ([`Keys::watch`]), so
//! that no request waits for it. A node that dies takes along what it saw since: then less is known, and nothing false.

mod tally;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;

pub(super) use self::tally::Tally;

use super::alg::Alg;
use super::{KeyState, Keys, KeysError, store, verify};

/// How often a node writes down what it saw.
const WRITTEN_EVERY: Duration = Duration::from_secs(30);

/// For how long after a change a token may still be by the key before: nodes follow within a second, and one that is cut
/// off signs on for its lease, which is a minute at most.
pub(super) const DOUBTFUL: Duration = Duration::from_secs(60);

/// What a client did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sign {
    /// A key set with the key in it was fetched from the client's own address. Whoever knows its id can do that.
    Fetched,
    /// An ID token that the key signed came back as a hint.
    Hint,
    /// An access token that was given along with such an ID token was good for user information.
    UserInfo,
    /// The client asked about such an access token.
    Introspection,
    /// On trial, the key signed something that the client verifies.
    Given,
    /// On trial, somebody signed in there twice within a minute: the client may not have liked the first token.
    Again,
    /// On trial, the client handed over a token that did not count.
    Refused,
}

impl Sign {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Fetched, Self::Hint, Self::UserInfo, Self::Introspection, Self::Given, Self::Again, Self::Refused];

    /// The name in the database and for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Hint => "hint",
            Self::UserInfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Given => "given",
            Self::Again => "again",
            Self::Refused => "refused",
        }
    }

    /// The one of that name; none for one that only a newer program knows.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sign| sign.as_str() == name)
    }

    /// Whether the client took something that the key signed, and went on.
    pub const fn is_use(self) -> bool {
        matches!(self, Self::Hint | Self::UserInfo | Self::Introspection)
    }

    /// Whether the client may have refused what the key signed.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Again | Self::Refused)
    }
}

/// What a client did about a key, when, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The key.
    pub kid: Arc<str>,
    /// The client.
    pub client: String,
    /// What it did.
    pub sign: Sign,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// How often.
    pub times: i64,
}

/// An access token that a client came back with.
#[derive(Debug, Clone, Copy)]
pub struct Returned {
    /// How the ID token was signed that was given along with it.
    pub alg: Alg,
    /// When both were made.
    pub issued: Timestamp,
}

impl Keys {
    /// The key set was fetched from that client's own address.
    pub fn fetched(&self, client: &str) {
        let (ring, now) = (self.ring(), self.0.parts.clock.now());
        for kid in &ring.published {
            self.0.tally.see(kid, client, Sign::Fetched, now);
        }
    }

    /// An ID token of ours came back as a hint, and was taken.
    pub fn handed_back(&self, client: &str, token: &str) {
        if let Some(kid) = verify::kid(token) {
            self.0.tally.see(&kid.into(), client, Sign::Hint, self.0.parts.clock.now());
        }
    }

    /// A client came back with an access token, and it was good. By the key of the ID token that went with it the client
    /// was convinced, if it verifies; which one that was is told by the time.
    pub fn came_back(&self, client: &str, sign: Sign, with: Returned) {
        let ring = self.ring();
        if let Some(kid) = ring.signed_at(with.alg, client, with.issued) {
            self.0.tally.see(kid, client, sign, self.0.parts.clock.now());
        }
    }

    /// Writes down what this node saw.
    ///
    /// # Errors
    /// The database refused; it is not forgotten.
    pub async fn write_down(&self) -> Result<(), DbError> {
        let now = self.0.parts.clock.now();
        let seen = Arc::new(self.0.tally.take(now));
        if seen.is_empty() {
            return Ok(());
        }
        let writing = Arc::clone(&seen);
        let written = self.0.parts.db.write(move |tx| {
            let seen = Arc::clone(&writing);
            async move { store::evidence::add(tx, &seen).await }.boxed()
        });
        let written = written.await;
        if written.is_err() {
            self.0.tally.put_back(&seen);
        }
        written
    }

    /// The same, if it is time. What cannot be written now is written later: nothing depends on it.
    pub(super) async fn write_down_if_due(&self) {
        if self.0.tally.is_due(self.0.parts.clock.now(), WRITTEN_EVERY)
            && let Err(error) = self.write_down().await
        {
            tracing::warn!(%error, "what clients know of the keys could not be written down: it is tried again");
        }
    }

    /// What is known of clients and that key, client by client.
    ///
    /// # Errors
    /// There is no such key, or nothing is left of it; or the database refused.
    pub async fn evidence(&self, kid: &str) -> Result<Vec<Evidence>, KeysError> {
        let stock = self.stock().await?;
        match stock.keys.iter().find(|key| key.kid == kid) {
            None => return Err(KeysError::UnknownKey(kid.to_owned())),
            Some(key) if matches!(key.state, KeyState::Destroyed { .. }) => {
                return Err(KeysError::Destroyed(kid.to_owned()));
            }
            Some(_) => {}
        }
        let kid: Arc<str> = kid.into();
        let found = self.0.parts.db.read(move |tx| {
            let kid = Arc::clone(&kid);
            async move { store::evidence::of_key(tx, &kid).await }.boxed()
        });
        Ok(found.await?)
    }
}
