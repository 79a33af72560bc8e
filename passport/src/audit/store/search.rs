//! Finding events for operators.

use shared::clock::Timestamp;
use shared::db::{DbError, Query, Tx, sql};

use super::lines::{self, Line};

/// Which events are sought. What is left open fits every event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// The account they concern.
    pub account: Option<String>,
    /// The client they concern.
    pub client: Option<String>,
    /// The organisation they concern.
    pub organisation: Option<String>,
    /// Their kind.
    pub kind: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// Not before that.
    pub since: Timestamp,
    /// Before that.
    pub until: Timestamp,
}

/// What narrows most comes first, as a comparison of its own, so that its index is used; the rest is looked at row by row.
macro_rules! found {
    ($first:literal, $order:literal) => {
        concat!(
            "SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch FROM audit_events WHERE ",
            $first,
            " AND ($2 IS NULL OR account_id = $2) AND ($3 IS NULL OR client_id = $3) AND ($4 IS NULL OR kind = $4) \
             AND ($5 IS NULL OR actor = $5) AND at >= $6 AND at < $7 AND ($8 IS NULL OR organisation_id = $8) ",
            $order
        )
    };
}

/// The latest events of these, newest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn newest(tx: &mut Tx, sought: &Sought, most: i64) -> Result<Vec<Line>, DbError> {
    newest_before(tx, sought, None, most).await
}

/// The same of those before one.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn newest_before(
    tx: &mut Tx,
    sought: &Sought,
    before: Option<&(Timestamp, String)>,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    macro_rules! latest {
        ($first:literal) => {
            found!($first, "AND (at < $10 OR id < $11) ORDER BY at DESC, id DESC LIMIT $9")
        };
    }
    let text = match narrowest(sought) {
        Narrowest::Account(_) => latest!("account_id = $1"),
        Narrowest::Client(_) => latest!("client_id = $1"),
        Narrowest::Organisation(_) => latest!("organisation_id = $1"),
        Narrowest::Nothing => latest!("$1 IS NULL"),
    };
    // Before an event: not after its time, and at that moment only those whose ids come earlier.
    let (until, at, id) = match before {
        Some((at, id)) => (Timestamp::from_millis(at.millis() + 1).min(sought.until), *at, id.as_str()),
        None => (sought.until, sought.until, ""),
    };
    let sought = Sought { until, ..sought.clone() };
    let rows = bound(text, &sought).bind(most).bind(at).bind(id).fetch_all(tx).await?;
    rows.iter().map(lines::read).collect()
}

/// The next of these events behind one, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn oldest(
    tx: &mut Tx,
    sought: &Sought,
    behind: Option<&(Timestamp, String)>,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let text = match narrowest(sought) {
        Narrowest::Account(_) => found!("account_id = $1", "AND (at > $6 OR id > $10) ORDER BY at, id LIMIT $9"),
        Narrowest::Client(_) => found!("client_id = $1", "AND (at > $6 OR id > $10) ORDER BY at, id LIMIT $9"),
        Narrowest::Organisation(_) => {
            found!("organisation_id = $1", "AND (at > $6 OR id > $10) ORDER BY at, id LIMIT $9")
        }
        Narrowest::Nothing => found!("$1 IS NULL", "AND (at > $6 OR id > $10) ORDER BY at, id LIMIT $9"),
    };
    // Behind an event: not before its time, and at that moment only those whose ids come later.
    let (since, id) = behind.map_or((sought.since, ""), |(at, id)| (*at, id.as_str()));
    let sought = Sought { since, ..sought.clone() };
    let rows = bound(text, &sought).bind(most).bind(id).fetch_all(tx).await?;
    rows.iter().map(lines::read).collect()
}

/// What narrows most of what is sought.
enum Narrowest<'s> {
    Account(&'s str),
    Client(&'s str),
    Organisation(&'s str),
    Nothing,
}

fn narrowest(sought: &Sought) -> Narrowest<'_> {
    match (sought.account.as_deref(), sought.client.as_deref(), sought.organisation.as_deref()) {
        (Some(account), ..) => Narrowest::Account(account),
        (None, Some(client), _) => Narrowest::Client(client),
        (None, None, Some(organisation)) => Narrowest::Organisation(organisation),
        (None, None, None) => Narrowest::Nothing,
    }
}

fn bound(text: &'static str, sought: &Sought) -> Query {
    let first = match narrowest(sought) {
        Narrowest::Account(id) | Narrowest::Client(id) | Narrowest::Organisation(id) => Some(id),
        Narrowest::Nothing => None,
    };
    sql(text)
        .bind(first)
        .bind(sought.account.as_deref())
        .bind(sought.client.as_deref())
        .bind(sought.kind.as_deref())
        .bind(sought.actor.as_deref())
        .bind(sought.since)
        .bind(sought.until)
        .bind(sought.organisation.as_deref())
}
