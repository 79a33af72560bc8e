//! The record's table.

pub mod batches;
pub mod lines;
mod organisations;
pub mod salts;
pub mod search;

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::Value;
use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use shared::http::{Caller, Device};

pub use self::organisations::{Noted, of_organisation};

use super::origin::{Field, Origin};
use super::{Actor, Event, EventId};

/// An event about to be appended.
pub struct New<'n> {
    /// Its identifier.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Where the actor did it from.
    pub from: Option<Caller>,
    /// Who did it.
    pub actor: &'n Actor,
    /// What happened.
    pub event: &'n Event,
}

/// Appends one event.
///
/// # Errors
/// The database refused.
pub async fn append(tx: &mut Tx, New { id, at, from, actor, event }: &New<'_>) -> Result<(), DbError> {
    let (kind, details) = encode(event)?;
    sql("INSERT INTO audit_events (id, at, actor, kind, account_id, client_id, organisation_id, details, network, device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(*id)
    .bind(*at)
    .bind(actor.to_string())
    .bind(kind)
    .bind(event.account())
    .bind(event.client())
    .bind(event.organisation())
    .bind(details)
    .bind(from.map(|from| from.network.to_string()))
    .bind(from.map(|from| from.device.to_string()))
    .execute(tx)
    .await
    .map(drop)
}

/// The kind of an event, as it is stored.
pub fn kind(event: &Event) -> String {
    encode(event).map_or_else(|_| String::new(), |(kind, _)| kind)
}

/// The tag of the event as its kind, and the other fields as JSON.
fn encode(event: &Event) -> Result<(String, String), DbError> {
    let broken = || BrokenRow::new("details", "cannot be written as JSON");
    let mut value = serde_json::to_value(event).map_err(|_| broken())?;
    let kind = match value.as_object_mut().and_then(|o| o.remove("kind")) {
        Some(Value::String(kind)) => kind,
        _ => return Err(broken().into()),
    };
    Ok((kind, value.to_string()))
}

/// The event that was stored; `None` for a kind that this version does not have.
fn decode(kind: String, details: &str) -> Option<Event> {
    let mut value: Value = serde_json::from_str(details).ok()?;
    value.as_object_mut()?.insert("kind".to_owned(), Value::String(kind));
    Event::deserialize(value).ok()
}

/// One event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The kind's code.
    pub kind: String,
    /// The other fields, as JSON.
    pub details: String,
}

/// The latest `limit` events, newest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn latest(tx: &mut Tx, limit: i64) -> Result<Vec<Entry>, DbError> {
    let rows = sql("SELECT at, actor, kind, details FROM audit_events ORDER BY at DESC, id DESC LIMIT $1")
        .bind(limit)
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                at: row.get("at")?,
                actor: row.get("actor")?,
                kind: row.get("kind")?,
                details: row.get("details")?,
            })
        })
        .collect()
}

/// A place in the record, between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The time of the event that it stands behind.
    pub at: Timestamp,
    /// That event.
    pub id: EventId,
}

impl Mark {
    /// The mark as an address carries it.
    pub fn write(self) -> String {
        format!("{}.{}", self.at.millis(), self.id)
    }

    /// What an address carries; anything else is no mark. It needs no seal: whose events are read is not its to say.
    pub fn read(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), id: id.parse().ok()? })
    }
}

/// Whether that actor is of the staff: at the command line, or in the console.
fn is_of_staff(actor: &str) -> bool {
    actor == Actor::Operator.to_string() || actor.starts_with("staff:")
}

/// One event of an account, for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Where it stands.
    pub mark: Mark,
    /// Whether somebody of the staff did it: at the command line, or in the console.
    pub by_operator: bool,
    /// What happened; `None` for a kind that this version does not have.
    pub event: Option<Event>,
    /// The network that it came from.
    pub network: Option<String>,
    /// The device that it came from.
    pub device: Option<Device>,
}

/// What is asked of the record about an account.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which account.
    pub account: String,
    /// Nothing from before then.
    pub since: Timestamp,
    /// Only what is older than this mark.
    pub before: Option<Mark>,
    /// No more than so many.
    pub most: i64,
}

/// The events that concern an account, newest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_account(tx: &mut Tx, asked: &Asked, origin: &Origin) -> Result<Vec<Told>, DbError> {
    // Without a mark all that ever happened is older.
    let (at, id) = asked.before.map_or((Timestamp::from_millis(i64::MAX), String::new()), |m| (m.at, m.id.to_string()));
    let rows = sql("SELECT id, at, actor, kind, details, network, device FROM audit_events \
         WHERE account_id = $1 AND at >= $2 AND at <= $3 AND (at < $3 OR id < $4) ORDER BY at DESC, id DESC LIMIT $5")
    .bind(&asked.account)
    .bind(asked.since)
    .bind(at)
    .bind(id)
    .bind(asked.most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| told(row, origin)).collect()
}

/// An event of an account.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn find(tx: &mut Tx, (account, origin): (&str, &Origin), id: EventId) -> Result<Option<Told>, DbError> {
    let row = sql("SELECT id, at, actor, kind, details, network, device FROM audit_events \
         WHERE id = $1 AND account_id = $2")
    .bind(id)
    .bind(account)
    .fetch_optional(tx)
    .await?;
    row.map(|row| told(&row, origin)).transpose()
}

/// Whether an event of that kind concerns an account.
///
/// # Errors
/// The database refused.
pub async fn has(tx: &mut Tx, account: &str, kind: &str) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM audit_events WHERE account_id = $1 AND kind = $2 LIMIT 1")
        .bind(account)
        .bind(kind)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// How far from a moment an event may lie that was written in the same transaction.
const SAME: Duration = Duration::from_secs(2);

pub(crate) const NETWORKS: &str = "SELECT network, MIN(at) AS since FROM audit_events \
     WHERE account_id = $1 AND kind = 'signed_in' AND network IS NOT NULL \
     GROUP BY network ORDER BY since, network LIMIT $2";

pub(crate) const SIGN_IN: &str = "SELECT id, at, actor, kind, details, network, device FROM audit_events \
     WHERE account_id = $1 AND kind = 'signed_in' AND network IN ($2, $3) AND at >= $4 AND at <= $5 \
     ORDER BY at DESC, id DESC";

/// The networks from which an account was signed in to, each since when as far as the record goes back, the one known
/// longest first: no more than `most`.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn networks(
    tx: &mut Tx,
    (account, origin): (&str, &Origin),
    most: i64,
) -> Result<Vec<(String, Timestamp)>, DbError> {
    let rows = sql(NETWORKS).bind(account).bind(most).fetch_all(tx).await?;
    let (mut seen, mut known) = (HashSet::new(), Vec::with_capacity(rows.len()));
    for row in &rows {
        let stored: String = row.get("network")?;
        let Some(network) = origin.open(Field::Network, &stored) else { continue };
        // One from which somebody signed in again just now stands there twice, sealed and not sealed yet.
        if seen.insert(network.clone()) {
            known.push((network, row.get("since")?));
        }
    }
    Ok(known)
}

/// The sign-in to an account from that network at that moment, if it is the one that began or renewed that session.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn sign_in(
    tx: &mut Tx,
    (account, origin): (&str, &Origin),
    (session, network): (&str, &str),
    at: Timestamp,
) -> Result<Option<EventId>, DbError> {
    let sealed = origin.seal(Field::Network, network);
    let asked = sql(SIGN_IN).bind(account).bind(network).bind(sealed).bind(at - SAME).bind(at + SAME);
    let rows = asked.fetch_all(tx).await?;
    for row in &rows {
        let Told { mark, event, .. } = told(row, origin)?;
        if matches!(event, Some(Event::SignedIn { session: began, .. }) if began == session) {
            return Ok(Some(mark.id));
        }
    }
    Ok(None)
}

fn told(row: &Row, origin: &Origin) -> Result<Told, DbError> {
    let opened = |field, stored: Option<String>| stored.and_then(|stored| origin.open(field, &stored));
    Ok(Told {
        mark: Mark { at: row.get("at")?, id: row.get("id")? },
        by_operator: is_of_staff(&row.get::<String>("actor")?),
        event: decode(row.get("kind")?, &row.get::<String>("details")?),
        network: opened(Field::Network, row.get("network")?),
        device: opened(Field::Device, row.get("device")?).map(|device| Device::parse(&device)),
    })
}
