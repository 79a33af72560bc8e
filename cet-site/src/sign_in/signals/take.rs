//! Taking an event: it counts once, and what is to be done about it is done in the same transaction.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::set::{Reaction, Signal};
use super::store;
use crate::sign_in::logout_token::Whom;
use crate::sign_in::passport::PassportError;
use crate::sign_in::service::SignIn;
use crate::sign_in::session::store as sessions;
use crate::sign_in::session::store::ends;
use crate::sign_in::signed::Refusal;

/// Why an event is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// The request breaks that rule.
    #[error("{0}")]
    Request(&'static str),
    /// The token does not hold.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The passport's keys cannot be had.
    #[error(transparent)]
    Passport(#[from] PassportError),
    /// The database is away.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was taken before, and did nothing now.
    Again,
    /// It was taken; so many sessions ended.
    Now {
        /// The URI of its type.
        event: String,
        /// How many.
        ended: u64,
    },
}

impl SignIn {
    /// Takes a security event. One that failed is not spent.
    pub(super) async fn take_signal(&self, text: &str) -> Result<Taken, NotTaken> {
        let signal = Arc::new(self.passport().read_signal(text).await??);
        let now = self.now();
        self.db()
            .write(move |tx| {
                let signal = Arc::clone(&signal);
                async move {
                    if !store::note(tx, &signal, now).await? {
                        return Ok(Taken::Again);
                    }
                    let ended = react(tx, &signal, now).await?;
                    Ok::<_, NotTaken>(Taken::Now { event: signal.event.clone(), ended })
                }
                .boxed()
            })
            .await
    }
}

async fn react(tx: &mut Tx, signal: &Signal, now: Timestamp) -> Result<u64, DbError> {
    let gone = match &signal.reaction {
        Reaction::Note => return Ok(0),
        Reaction::End(whom) => return end(tx, whom, signal, now).await,
        Reaction::Forget(subject) => subject,
    };
    let ended = end(tx, &Whom::Subject(gone.clone()), signal, now).await?;
    store::forget_person(tx, gone).await?;
    Ok(ended)
}

/// As a logout token does: also one that overtakes a sign-in.
async fn end(tx: &mut Tx, whom: &Whom, signal: &Signal, now: Timestamp) -> Result<u64, DbError> {
    ends::remember(tx, whom, signal.issued_at, now).await?;
    sessions::end_of(tx, whom).await
}
