//! The table of numbers that are asked to be detached.

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Row, Tx, sql};
use shared::i18n::Lang;

use crate::accounts::model::AccountId;

/// A number that somebody else has proven to have now.
#[derive(Debug, Clone)]
pub(in crate::accounts::contact) struct Claim {
    /// The number, as a login name.
    pub(in crate::accounts::contact) name: String,
    /// The account that holds it.
    pub(in crate::accounts::contact) account: AccountId,
    /// The language of who asks.
    pub(in crate::accounts::contact) lang: Lang,
    /// When it was asked for.
    pub(in crate::accounts::contact) asked_at: Timestamp,
    /// When it is detached, unless its holder keeps it.
    pub(in crate::accounts::contact) due_at: Timestamp,
}

/// How it stands with a number that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::accounts::contact) enum Begun {
    /// The wait has begun, now or when another asked.
    Waits {
        /// Whether it was now.
        first: bool,
        /// Until when.
        until: Timestamp,
    },
    /// Its holder kept it not long ago.
    Kept {
        /// When.
        at: Timestamp,
    },
}

/// Begins a wait, unless one runs for that number or its holder kept it after `kept_since`.
pub(in crate::accounts::contact) async fn begin(
    tx: &mut Tx,
    claim: &Claim,
    keep_hash: [u8; 32],
    kept_since: Timestamp,
) -> Result<Begun, DbError> {
    let begun = sql("INSERT INTO number_claims (name, account_id, lang, asked_at, due_at, keep_hash) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (name) DO UPDATE SET account_id = EXCLUDED.account_id, lang = EXCLUDED.lang, \
         asked_at = EXCLUDED.asked_at, due_at = EXCLUDED.due_at, keep_hash = EXCLUDED.keep_hash, \
         ended_at = NULL, outcome = NULL \
         WHERE number_claims.ended_at IS NOT NULL AND (number_claims.outcome <> 'kept' OR number_claims.ended_at < $7) \
         RETURNING name")
    .bind(&claim.name)
    .bind(claim.account)
    .bind(claim.lang.tag())
    .bind(claim.asked_at)
    .bind(claim.due_at)
    .bind(keep_hash)
    .bind(kept_since)
    .fetch_optional(tx)
    .await?;
    if begun.is_some() {
        return Ok(Begun::Waits { first: true, until: claim.due_at });
    }
    let row = sql("SELECT due_at, ended_at FROM number_claims WHERE name = $1").bind(&claim.name).fetch_one(tx).await?;
    Ok(match row.get("ended_at")? {
        None => Begun::Waits { first: false, until: row.get("due_at")? },
        Some(at) => Begun::Kept { at },
    })
}

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT name, account_id, lang, asked_at, due_at FROM number_claims ", $rest)
    };
}

/// The claim that a link ends, while it runs.
pub(in crate::accounts::contact) async fn find_by_keep(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Claim>, DbError> {
    let row = sql(columns!("WHERE keep_hash = $1 AND ended_at IS NULL")).bind(hash).fetch_optional(tx).await?;
    row.map(|row| claim(&row)).transpose()
}

/// The claim that runs on a number of an account.
pub(in crate::accounts::contact) async fn of_account(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Option<Claim>, DbError> {
    let row = sql(columns!("WHERE account_id = $1 AND ended_at IS NULL ORDER BY asked_at LIMIT 1"))
        .bind(account)
        .fetch_optional(tx)
        .await?;
    row.map(|row| claim(&row)).transpose()
}

/// Up to a batch of claims whose wait is over.
pub(in crate::accounts::contact) async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Claim>, DbError> {
    let rows = sql(columns!("WHERE ended_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2"))
        .bind(now)
        .bind(BATCH)
        .fetch_all(tx)
        .await?;
    rows.iter().map(claim).collect()
}

/// Ends a claim; whether it had not ended before. Of a holder who keeps the number and the end of the wait, one does.
pub(in crate::accounts::contact) async fn end(
    tx: &mut Tx,
    claim: &Claim,
    outcome: &'static str,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE number_claims SET ended_at = $3, outcome = $4 \
         WHERE name = $1 AND asked_at = $2 AND ended_at IS NULL RETURNING name")
    .bind(&claim.name)
    .bind(claim.asked_at)
    .bind(now)
    .bind(outcome)
    .fetch_optional(tx)
    .await
    .map(|row| row.is_some())
}

/// Whether somebody was signed in to an account since that moment.
pub(in crate::accounts::contact) async fn used_since(
    tx: &mut Tx,
    account: AccountId,
    since: Timestamp,
) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM sessions WHERE account_id = $1 AND last_seen_at >= $2 LIMIT 1")
        .bind(account)
        .bind(since)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Removes up to a batch of claims that ended before `limit`; how many went.
pub(in crate::accounts::contact) async fn purge(tx: &mut Tx, limit: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM number_claims WHERE name IN \
         (SELECT name FROM number_claims WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)")
    .bind(limit)
    .bind(BATCH)
    .execute(tx)
    .await
}

fn claim(row: &Row) -> Result<Claim, DbError> {
    Ok(Claim {
        name: row.get("name")?,
        account: row.get("account_id")?,
        lang: Lang::parse(&row.get::<String>("lang")?).ok_or_else(|| BrokenRow::new("lang", "is none of ours"))?,
        asked_at: row.get("asked_at")?,
        due_at: row.get("due_at")?,
    })
}
