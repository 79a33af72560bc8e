//! What the owner of an account is shown of their sign-ins: those that go on and those that are over.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use super::familiar::{Familiar, New};
use super::{Listed, PAST_SHOWN, Past, store};
use crate::accounts::Accounts;
use crate::accounts::model::AccountId;
use crate::audit::EventId;

/// More sessions than this are not listed; they can be ended all the same.
pub const MOST: usize = 100;

/// More that are over are not listed either: the account's history has them.
pub const MOST_PAST: usize = 20;

/// Of more networks than this it is not looked whether somebody signed in from them before.
const MOST_NETWORKS: i64 = 2_000;

/// The sign-ins of an account.
#[derive(Debug, Clone)]
pub struct SignIns {
    /// Those that go on, the one used last first.
    pub live: Vec<Live>,
    /// Whether there are more.
    pub more: bool,
    /// Those that ended not long ago, the last first.
    pub past: Vec<Past>,
}

/// One that goes on.
#[derive(Debug, Clone)]
pub struct Live {
    /// It.
    pub listed: Listed,
    /// What is new about it, if anything is.
    pub new: Option<New>,
    /// Its line in the account's history, by which its owner says that it was not them, where something is new.
    pub line: Option<EventId>,
}

impl Accounts {
    /// What the owner of an account is shown.
    ///
    /// # Errors
    /// See [`DbError`].
    pub(in crate::accounts) async fn sign_ins(&self, account: AccountId, now: Timestamp) -> Result<SignIns, DbError> {
        let accounts = self.clone();
        let read = self.parts().db.read(move |tx| {
            let accounts = accounts.clone();
            async move { sign_ins(&accounts, tx, account, now).await }.boxed()
        });
        read.await
    }
}

async fn sign_ins(accounts: &Accounts, tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<SignIns, DbError> {
    let at_most = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut listed = store::listed(tx, account, now, at_most(MOST + 1)).await?;
    let more = listed.len() > MOST;
    listed.truncate(MOST);
    let audit = &accounts.parts().audit;
    let networks = audit.networks(tx, &account.to_string(), MOST_NETWORKS).await?;
    let familiar = Familiar::of(&accounts.parts().places, networks);
    let mut live = Vec::with_capacity(listed.len());
    for listed in listed {
        let network = listed.network.as_deref();
        let new = network.and_then(|network| familiar.new_about(network, listed.auth_time));
        let line = match (new, network) {
            (Some(_), Some(network)) => {
                let (whose, session) = (account.to_string(), listed.id.to_string());
                audit.sign_in(tx, &whose, (&session, network), listed.auth_time).await?
            }
            _ => None,
        };
        live.push(Live { listed, new, line });
    }
    let past = store::past(tx, account, (now - PAST_SHOWN, now), at_most(MOST_PAST)).await?;
    Ok(SignIns { live, more, past })
}
