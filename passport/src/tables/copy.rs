//! All that is held of one person, for who answers a request of theirs: the list from its beginning to its end.
//!
//! Secrets are named and not shown, since whoever reads the copy could sign in with some of them. Who makes it is on
//! record first, where the person sees it.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use serde::Serialize;
use serde_json::Value;
use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx};

use super::store::By;
use super::{Kind, Table, Whose, all};
use crate::accounts::appeals::model::Staff;
use crate::accounts::contact::store::standing;
use crate::accounts::{AccountId, Accounts};
use crate::audit::origin::{Field, Origin};
use crate::audit::{Actor, Event};
use crate::web::Sealer;

/// What stands in place of what is not shown.
const SECRET: &str = "stored, never shown";
const HASH: &str = "stored, a hash";
const OF_ANOTHER: &str = "stored, of another person";
const OF_STAFF: &str = "stored, of the staff";
const CLOSED: &str = "stored, nobody opens it";

/// Why somebody of the staff wants a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person asked for it.
    Request,
    /// An authority asked, as a law allows it to.
    Authority,
    /// Something went wrong that concerns the person.
    Incident,
}

impl Reason {
    /// Its name on record.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Authority => "authority",
            Self::Incident => "incident",
        }
    }
}

/// The copy.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    issuer: String,
    made_at: String,
    account: String,
    reason: &'static str,
    held: BTreeMap<&'static str, Vec<Line>>,
    not_included: BTreeMap<&'static str, &'static str>,
}

/// A row, column by column.
type Line = BTreeMap<&'static str, Value>;

/// What opens what is sealed of one account.
struct Openers<'o> {
    sealer: &'o dyn Sealer,
    origin: &'o Origin,
}

/// Copies all that is held of an account for somebody of the staff, and has it on record. `None`: there is no such account.
///
/// # Errors
/// See [`DbError`].
pub async fn copy(
    accounts: &Accounts,
    account: AccountId,
    (staff, reason): (&Staff, Reason),
) -> Result<Option<Held>, DbError> {
    let parts = accounts.parts();
    if accounts.account(account).await?.is_none() {
        return Ok(None);
    }
    let event = Event::DataRead {
        account: account.to_string(),
        reason: reason.code().into(),
        staff: staff.as_str().to_owned(),
    };
    let audit = parts.audit.clone();
    let record = parts.db.write::<_, DbError, _>(move |tx| {
        let (audit, event) = (audit.clone(), event.clone());
        async move { audit.record(tx, &Actor::Operator, &event).await }.boxed()
    });
    record.await?;
    let reader = accounts.clone();
    let held = parts.db.read(move |tx| {
        let accounts = reader.clone();
        async move { read(&accounts, tx, account).await }.boxed()
    });
    Ok(Some(Held {
        issuer: parts.web.origin.to_string(),
        made_at: parts.clock.now().to_string(),
        account: account.to_string(),
        reason: reason.code(),
        held: held.await?,
        not_included: not_included(),
    }))
}

/// What tells of persons and is in no copy, and why.
fn not_included() -> BTreeMap<&'static str, &'static str> {
    let why = |table: &Table| match table.whose {
        Whose::Unlinked(why) => Some((table.name, why)),
        _ => None,
    };
    all().filter_map(why).collect()
}

async fn read(
    accounts: &Accounts,
    tx: &mut Tx,
    account: AccountId,
) -> Result<BTreeMap<&'static str, Vec<Line>>, DbError> {
    let parts = accounts.parts();
    let id = account.to_string();
    let origin = parts.audit.origin(tx, &id).await?;
    let standing = standing(tx, account).await?;
    let contacts = standing.held().map(|held| &held.contact);
    let receivers: Vec<By> = contacts
        .map(|contact| By::Receiver(parts.outbox.recipient(&contact.kind().channel(), contact.as_str())))
        .collect();
    let openers = Openers { sealer: &*parts.sealer, origin: &origin };
    let mut held = BTreeMap::new();
    for table in all() {
        let (own, found_by) = match &table.whose {
            Whose::Account(own) => (own, vec![By::Account(id.clone())]),
            Whose::Receiver(own) => (own, receivers.clone()),
            Whose::Nobody | Whose::Unlinked(_) => continue,
        };
        let mut rows = Vec::new();
        for by in &found_by {
            rows.extend(own.rows(tx, by, |row| line(table, row, &openers)).await?);
        }
        held.insert(table.name, rows);
    }
    Ok(held)
}

fn line(table: &Table, row: &Row, openers: &Openers<'_>) -> Result<Line, DbError> {
    table.each_column().map(|(name, kind, _)| Ok((name, shown(name, kind, cell(row, name)?, openers)))).collect()
}

/// A stored value of whichever kind.
enum Cell {
    Empty,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

fn cell(row: &Row, name: &'static str) -> Result<Cell, DbError> {
    // Each is refused by columns of another kind.
    if let Ok(text) = row.get::<Option<String>>(name) {
        return Ok(text.map_or(Cell::Empty, Cell::Text));
    }
    if let Ok(number) = row.get::<Option<i64>>(name) {
        return Ok(number.map_or(Cell::Empty, Cell::Number));
    }
    Ok(row.get::<Option<Vec<u8>>>(name)?.map_or(Cell::Empty, Cell::Bytes))
}

fn shown(name: &'static str, kind: Kind, cell: Cell, openers: &Openers<'_>) -> Value {
    let opened = |text: Option<String>| text.map_or_else(|| CLOSED.into(), Value::String);
    match (kind, cell) {
        (_, Cell::Empty) => Value::Null,
        (Kind::Secret, _) => SECRET.into(),
        (Kind::OfAnother, _) => OF_ANOTHER.into(),
        (Kind::Staff, _) => OF_STAFF.into(),
        (Kind::Sealed(used), Cell::Bytes(sealed)) => {
            opened(openers.sealer.open(used, &sealed).and_then(|bytes| String::from_utf8(bytes).ok()))
        }
        (Kind::SealedForAccount, Cell::Text(stored)) => {
            let field = if name == "network" { Field::Network } else { Field::Device };
            opened(openers.origin.open(field, &stored))
        }
        (_, Cell::Number(number)) if is_time(name) => Timestamp::from_millis(number).to_string().into(),
        (_, Cell::Number(number)) => number.into(),
        (_, Cell::Text(text)) => structured(&text).unwrap_or_else(|| text.into()),
        (_, Cell::Bytes(_)) => HASH.into(),
    }
}

/// Whether a column holds moments: all of those are called so.
fn is_time(name: &str) -> bool {
    name == "at" || ["_at", "_until", "_time"].iter().any(|end| name.ends_with(end))
}

/// What is stored as JSON, as what it is.
fn structured(text: &str) -> Option<Value> {
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}
