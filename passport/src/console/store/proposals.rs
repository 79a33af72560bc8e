//! What takes two people, and what took one and was done.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use crate::accounts::AccountId;
use crate::console::acts::Act;
use crate::console::model::{ProposalId, StaffId, Stage};
use crate::console::payload::Payload;

/// A proposal about to be written, or an act that was done.
#[derive(Debug, Clone)]
pub struct New {
    /// Which.
    pub id: ProposalId,
    /// What.
    pub payload: Payload,
    /// The account that it is about.
    pub account: Option<AccountId>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// How it stands.
    pub stage: Stage,
}

/// A proposal.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Which.
    pub id: ProposalId,
    /// Which act, as it is found by.
    pub act: Act,
    /// What, as it was written.
    pub text: String,
    /// What stands for that text.
    pub hash: [u8; 32],
    /// The account that it is about.
    pub account: Option<AccountId>,
    /// Why.
    pub reason: String,
    /// How it stands.
    pub stage: Stage,
    /// Who proposed it.
    pub by: StaffId,
    /// What they are called.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// Who decided, by name.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// Writes one.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, new: &New) -> Result<(), DbError> {
    let text = new.payload.text();
    sql("INSERT INTO staff_proposals (id, act, payload, payload_hash, account_id, reason, state, proposed_by, \
         proposed_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(new.id)
    .bind(new.payload.act().as_str())
    .bind(text.as_str())
    .bind(crate::console::payload::hash(&text))
    .bind(new.account)
    .bind(new.reason.as_str())
    .bind(new.stage.as_str())
    .bind(new.by)
    .bind(new.at)
    .bind(new.expires_at)
    .execute(tx)
    .await
    .map(drop)
}

fn proposal(row: &Row) -> Result<Proposal, DbError> {
    let (act, state): (String, String) = (row.get("act")?, row.get("state")?);
    Ok(Proposal {
        id: row.get("id")?,
        act: Act::parse(&act).ok_or_else(|| BrokenRow::new("act", "is no act"))?,
        text: row.get("payload")?,
        hash: row.get("payload_hash")?,
        account: row.get("account_id")?,
        reason: row.get("reason")?,
        stage: Stage::parse(&state).ok_or_else(|| BrokenRow::new("state", "is no state"))?,
        by: row.get("proposed_by")?,
        by_name: row.get("by_name")?,
        at: row.get("proposed_at")?,
        expires_at: row.get("expires_at")?,
        decided_by: row.get("decided_name")?,
        decided_at: row.get("decided_at")?,
    })
}

/// One of them.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, id: ProposalId) -> Result<Option<Proposal>, DbError> {
    let row = sql("SELECT q.id, q.act, q.payload, q.payload_hash, q.account_id, q.reason, q.state, q.proposed_by, \
         q.proposed_at, q.expires_at, q.decided_at, p.name AS by_name, d.name AS decided_name \
         FROM staff_proposals q JOIN staff p ON p.id = q.proposed_by LEFT JOIN staff d ON d.id = q.decided_by \
         WHERE q.id = $1")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(proposal).transpose()
}

/// The newest that are open, or all of them.
///
/// # Errors
/// See [`DbError`].
pub async fn newest(tx: &mut Tx, stage: Option<Stage>, most: i64) -> Result<Vec<Proposal>, DbError> {
    let rows = sql("SELECT q.id, q.act, q.payload, q.payload_hash, q.account_id, q.reason, q.state, q.proposed_by, \
         q.proposed_at, q.expires_at, q.decided_at, p.name AS by_name, d.name AS decided_name \
         FROM staff_proposals q JOIN staff p ON p.id = q.proposed_by LEFT JOIN staff d ON d.id = q.decided_by \
         WHERE ($1 IS NULL OR q.state = $1) ORDER BY q.proposed_at DESC, q.id DESC LIMIT $2")
    .bind(stage.map(Stage::as_str))
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(proposal).collect()
}

/// How many wait.
///
/// # Errors
/// See [`DbError`].
pub async fn open(tx: &mut Tx, now: Timestamp) -> Result<i64, DbError> {
    let counted = sql("SELECT COUNT(*) AS n FROM staff_proposals WHERE state = 'open' AND expires_at > $1");
    counted.bind(now).fetch_one(tx).await?.get("n")
}

/// Whether the very same waits already.
///
/// # Errors
/// See [`DbError`].
pub async fn waits(tx: &mut Tx, hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    let found =
        sql("SELECT id FROM staff_proposals WHERE state = 'open' AND payload_hash = $1 AND expires_at > $2 LIMIT 1");
    Ok(found.bind(hash).bind(now).fetch_optional(tx).await?.is_some())
}

/// Takes a proposal to be done by a second person: of several at once one does, and never who proposed it, nor anything
/// but what they saw. Whether it was taken.
///
/// # Errors
/// See [`DbError`].
pub async fn take(
    tx: &mut Tx,
    (id, seen): (ProposalId, [u8; 32]),
    by: StaffId,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE staff_proposals SET state = 'done', decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'open' \
         AND payload_hash = $2 AND proposed_by <> $3 AND expires_at > $4")
    .bind(id)
    .bind(seen)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Refuses a proposal, or takes it back; whether it was open.
///
/// # Errors
/// See [`DbError`].
pub async fn refuse(tx: &mut Tx, id: ProposalId, by: StaffId, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE staff_proposals SET state = 'refused', decided_by = $2, decided_at = $3 WHERE id = $1 AND state = 'open'")
        .bind(id)
        .bind(by)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Writes down that what a proposal was about had changed when it was taken.
///
/// # Errors
/// See [`DbError`].
pub async fn lapse(tx: &mut Tx, id: ProposalId) -> Result<(), DbError> {
    sql("UPDATE staff_proposals SET state = 'lapsed' WHERE id = $1").bind(id).execute(tx).await.map(drop)
}
