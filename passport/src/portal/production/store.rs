//! The table of sites in production. Whatever changes an application names the version that it changes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::model::{Evidence, Production, ProductionId, State};
use crate::clients::{ClientId, Metadata};
use crate::portal::OrganisationId;

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, sandbox_site_id, client_id, state, version, wish, evidence, words, sent_at, \
             decided_at, approved_at FROM production_sites ",
            $rest
        )
    };
}

fn json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| BrokenRow::new(column, format!("cannot be read: {error}")).into())
}

fn text(column: &'static str, value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| BrokenRow::new(column, "cannot be written as JSON").into())
}

fn site(row: &Row) -> Result<Production, DbError> {
    let state: String = row.get("state")?;
    let client: String = row.get("client_id")?;
    Ok(Production {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        sandbox_site: row.get("sandbox_site_id")?,
        client: ClientId::parse(&client).ok_or_else(|| BrokenRow::new("client_id", "is no client identifier"))?,
        state: State::parse(&state).ok_or_else(|| BrokenRow::new("state", "is no state"))?,
        version: row.get("version")?,
        wish: json(row, "wish")?,
        evidence: json(row, "evidence")?,
        words: row.get("words")?,
        sent_at: row.get("sent_at")?,
        decided_at: row.get("decided_at")?,
        approved_at: row.get("approved_at")?,
    })
}

/// The sites of an organisation, the first that applied at first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Production>, DbError> {
    let all = sql(columns!("WHERE organisation_id = $1 ORDER BY id"));
    all.bind(organisation).fetch_all(tx).await?.iter().map(site).collect()
}

/// A site of an organisation.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, organisation: OrganisationId, id: ProductionId) -> Result<Option<Production>, DbError> {
    let one = sql(columns!("WHERE id = $1 AND organisation_id = $2"));
    one.bind(id).bind(organisation).fetch_optional(tx).await?.as_ref().map(site).transpose()
}

/// A site, whosesoever: for who reviews.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn any(tx: &mut Tx, id: ProductionId) -> Result<Option<Production>, DbError> {
    sql(columns!("WHERE id = $1")).bind(id).fetch_optional(tx).await?.as_ref().map(site).transpose()
}

/// The site that one of the sandbox became.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn of_sandbox(
    tx: &mut Tx,
    organisation: OrganisationId,
    sandbox_site: &str,
) -> Result<Option<Production>, DbError> {
    let one = sql(columns!("WHERE sandbox_site_id = $1 AND organisation_id = $2"));
    one.bind(sandbox_site).bind(organisation).fetch_optional(tx).await?.as_ref().map(site).transpose()
}

/// Applications that wait for a reviewer, who waits longest at first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn queue(tx: &mut Tx) -> Result<Vec<Production>, DbError> {
    sql(columns!("WHERE state = 'sent' ORDER BY sent_at, id")).fetch_all(tx).await?.iter().map(site).collect()
}

/// How many wait that were sent before: the place in the queue, from 0.
///
/// # Errors
/// The database refused.
pub async fn before(tx: &mut Tx, sent_at: Timestamp) -> Result<i64, DbError> {
    let row = sql("SELECT COUNT(*) AS n FROM production_sites WHERE state = 'sent' AND sent_at < $1").bind(sent_at);
    row.fetch_one(tx).await?.get("n")
}

/// Writes the first application of a site; nothing, if the site of the sandbox has one already.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, new: &Production) -> Result<bool, DbError> {
    let written = sql("INSERT INTO production_sites \
         (id, organisation_id, sandbox_site_id, client_id, state, version, wish, evidence, sent_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sandbox_site_id) DO NOTHING")
    .bind(new.id)
    .bind(new.organisation)
    .bind(new.sandbox_site.as_str())
    .bind(new.client.as_str())
    .bind(new.state.as_str())
    .bind(new.version)
    .bind(text("wish", &new.wish)?)
    .bind(text("evidence", &new.evidence)?)
    .bind(new.sent_at)
    .execute(tx)
    .await?;
    Ok(written == 1)
}

/// Sends another application, or the same with changes; whether it still was that version.
///
/// # Errors
/// The database refused.
pub async fn send(
    tx: &mut Tx,
    (id, version): (ProductionId, i64),
    (wish, evidence): (&Metadata, &Evidence),
    now: Timestamp,
) -> Result<bool, DbError> {
    let sent = sql("UPDATE production_sites SET state = 'sent', version = version + 1, wish = $3, evidence = $4, \
         sent_at = $5 WHERE id = $1 AND version = $2")
    .bind(id)
    .bind(version)
    .bind(text("wish", wish)?)
    .bind(text("evidence", evidence)?)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(sent == 1)
}

/// Decides about an application that waits; whether it still did, in that version.
///
/// # Errors
/// The database refused.
pub async fn decide(
    tx: &mut Tx,
    (id, version): (ProductionId, i64),
    (to, words): (State, &str),
    now: Timestamp,
) -> Result<bool, DbError> {
    let decided = sql("UPDATE production_sites SET state = $3, version = version + 1, words = $4, decided_at = $5, \
         approved_at = CASE WHEN $3 = 'approved' THEN $5 ELSE approved_at END \
         WHERE id = $1 AND version = $2 AND state = 'sent'")
    .bind(id)
    .bind(version)
    .bind(to.as_str())
    .bind(words)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(decided == 1)
}

/// Takes an application back that nobody has decided about; whether there was one.
///
/// # Errors
/// The database refused.
pub async fn withdraw(tx: &mut Tx, id: ProductionId, now: Timestamp) -> Result<bool, DbError> {
    let taken = sql("UPDATE production_sites SET state = 'withdrawn', version = version + 1, decided_at = $2 \
         WHERE id = $1 AND state IN ('sent', 'asked')")
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(taken == 1)
}
