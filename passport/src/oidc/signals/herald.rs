//! Writing events down for those who are told, in the transaction of what they tell of.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, Tx};

use super::super::store::signals;
use super::causes::{self, Cause};
use crate::accounts::AccountId;
use crate::audit::{Seen, Witness};
use crate::clients::signals::{EventType, HELD_FOR, StreamState, store as streams};
use crate::delivery::{MessageId, Outbox, SignalNotice};

/// Sees what is recorded, and writes a message for each client that wants to know of it and knows the person.
pub struct Herald {
    outbox: Outbox,
}

impl Herald {
    /// Messages go into that outbox.
    pub fn new(outbox: Outbox) -> Self {
        Self { outbox }
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        (account, at): (AccountId, Timestamp),
        causes: Vec<Cause<'_>>,
    ) -> Result<(), DbError> {
        for cause in causes {
            let hearing = match cause.session.map(str::parse) {
                None => signals::hearing_of(tx, account, at - HELD_FOR).await?,
                Some(Ok(session)) => signals::hearing_of_session(tx, session, at - HELD_FOR).await?,
                Some(Err(_)) => continue,
            };
            for one in hearing.into_iter().filter(|one| one.events.contains(&cause.event)) {
                let notice = SignalNotice {
                    client: one.client,
                    account: Some(account.to_string()),
                    session: cause.session.map(str::to_owned),
                    event: cause.event.code().to_owned(),
                    members: cause.members.clone(),
                    at: at.seconds(),
                };
                self.outbox.signal(tx, &notice, one.held).await?;
            }
        }
        Ok(())
    }
}

impl Witness for Herald {
    fn saw<'t>(&'t self, tx: &'t mut Tx, seen: Seen<'t>) -> BoxFuture<'t, Result<(), DbError>> {
        let causes = causes::of(seen.event, seen.actor);
        let account = seen.event.account().and_then(|account| account.parse().ok());
        match account {
            Some(account) if !causes.is_empty() => self.tell(tx, (account, seen.at), causes).boxed(),
            _ => std::future::ready(Ok(())).boxed(),
        }
    }
}

/// Asks for a verification event over the stream of a client (SSF §8.1.4); `None`: there is no stream that is enabled.
///
/// # Errors
/// The database refused.
pub async fn verify(
    db: &Db,
    outbox: &Outbox,
    (client, state): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<MessageId>, DbError> {
    let members: BTreeMap<String, String> =
        state.map(|state| ("state".to_owned(), state.to_owned())).into_iter().collect();
    let notice = SignalNotice {
        client: client.to_owned(),
        account: None,
        session: None,
        event: EventType::Verification.code().to_owned(),
        members,
        at: now.seconds(),
    };
    let outbox = outbox.clone();
    db.write(move |tx| {
        let (outbox, notice) = (outbox.clone(), notice.clone());
        async move {
            let stream = streams::find(tx, &notice.client).await?;
            if stream.is_none_or(|stream| stream.state != StreamState::Enabled) {
                return Ok(None);
            }
            outbox.signal(tx, &notice, false).await.map(Some)
        }
        .boxed()
    })
    .await
}
