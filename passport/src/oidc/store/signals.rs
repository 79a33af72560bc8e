//! Which sites are told of a person: those at which they have signed in, and that have a stream.
//!
//! What a sign-in stores is enough to tell: a redemption marks its authorization where the client has a stream, so that it
//! is found along the person's sessions. Before authorizations go, it is remembered whose they were; that is written
//! beside the requests, and a sign-in pays for none of it.

use std::collections::BTreeSet;

use shared::clock::Timestamp;
use shared::db::{DbError, Query, Row, Tx, sql};

use super::super::handle::GrantId;
use crate::accounts::AccountId;
use crate::accounts::sessions::SessionId;
use crate::clients::signals::{EventType, StreamState, store as streams};

/// A client that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing {
    /// Its id.
    pub client: String,
    /// What it wants to know.
    pub events: BTreeSet<EventType>,
    /// Whether its events are held back.
    pub held: bool,
}

macro_rules! hearing {
    ($known:literal) => {
        concat!(
            "SELECT c.client_id, c.events, c.state FROM client_signals c \
             WHERE (c.state = 'enabled' OR (c.state = 'paused' AND c.changed_at > $2)) AND (",
            $known,
            ") ORDER BY c.client_id"
        )
    };
}

/// The clients that know the account, and whose streams were not paused before `paused_since`.
///
/// # Errors
/// See [`DbError`].
pub async fn hearing_of(tx: &mut Tx, account: AccountId, paused_since: Timestamp) -> Result<Vec<Hearing>, DbError> {
    let statement = sql(hearing!(
        "EXISTS (SELECT p.client_id FROM signal_subjects p WHERE p.account_id = $1 AND p.client_id = c.client_id) \
         OR EXISTS (SELECT g.id FROM sessions s JOIN grants g ON g.session_id = s.id AND g.told_of_end = 1 \
         WHERE s.account_id = $1 AND g.client_id = c.client_id)"
    ));
    read(tx, statement.bind(account).bind(paused_since)).await
}

/// The same of those that got tokens in that session.
///
/// # Errors
/// See [`DbError`].
pub async fn hearing_of_session(
    tx: &mut Tx,
    session: SessionId,
    paused_since: Timestamp,
) -> Result<Vec<Hearing>, DbError> {
    let statement = sql(hearing!(
        "EXISTS (SELECT g.id FROM grants g WHERE g.session_id = $1 AND g.told_of_end = 1 \
         AND g.client_id = c.client_id)"
    ));
    read(tx, statement.bind(session).bind(paused_since)).await
}

async fn read(tx: &mut Tx, statement: Query) -> Result<Vec<Hearing>, DbError> {
    let rows = statement.fetch_all(tx).await?;
    let hearing = |row: &Row| {
        Ok(Hearing {
            client: row.get("client_id")?,
            events: streams::chosen(&row.get::<String>("events")?),
            held: streams::state(row)? == StreamState::Paused,
        })
    };
    rows.iter().map(hearing).collect()
}

/// Remembers whose the authorizations between these are, where a client with a stream has them: it knows those people
/// when nothing is left of them.
///
/// # Errors
/// See [`DbError`].
pub async fn remember(tx: &mut Tx, after: &str, last: GrantId) -> Result<(), DbError> {
    sql("INSERT INTO signal_subjects (account_id, client_id, entered_at) \
         SELECT g.account_id, g.client_id, MIN(g.redeemed_at) FROM grants g \
         JOIN client_signals c ON c.client_id = g.client_id JOIN accounts a ON a.id = g.account_id \
         WHERE g.id > $1 AND g.id <= $2 AND a.closed_at IS NULL GROUP BY g.account_id, g.client_id \
         ON CONFLICT (account_id, client_id) DO NOTHING")
    .bind(after)
    .bind(last)
    .execute(tx)
    .await
    .map(drop)
}
