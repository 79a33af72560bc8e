//! The table of proofs.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::model::{Over, Proof, ProofId, Purpose};
use super::{CODE_LIFETIME, CODE_TRIES, LINK_LIFETIME};
use crate::accounts::model::{AccountId, Contact};
use crate::delivery::MessageId;

/// A request about to be stored.
pub(super) struct NewProof<'a> {
    pub(super) id: ProofId,
    pub(super) purpose: Purpose,
    pub(super) account: Option<AccountId>,
    pub(super) contact: &'a Contact,
    pub(super) code_mac: [u8; 32],
    pub(super) link_hash: Option<[u8; 32]>,
    pub(super) asked_from: &'a str,
    pub(super) message: MessageId,
}

/// What a code is compared with.
pub(super) struct Tried {
    pub(super) code_mac: Vec<u8>,
    pub(super) tries: u32,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, purpose, account_id, name, contact, asked_from, message_id, created_at, code_until, link_until, \
             tries, proved_at, end_reason FROM proofs ",
            $rest
        )
    };
}

pub(super) async fn insert(tx: &mut Tx, new: &NewProof<'_>, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO proofs (id, purpose, account_id, name, contact, code_mac, link_hash, tries, asked_from, \
         message_id, created_at, code_until, link_until) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)")
    .bind(new.id)
    .bind(new.purpose.code())
    .bind(new.account)
    .bind(new.contact.name().as_str())
    .bind(new.contact.as_str())
    .bind(new.code_mac)
    .bind(new.link_hash)
    .bind(new.asked_from)
    .bind(new.message)
    .bind(now)
    .bind(now + CODE_LIFETIME)
    .bind(now + LINK_LIFETIME)
    .execute(tx)
    .await
    .map(drop)
}

/// The request of that id.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, id: ProofId) -> Result<Option<Proof>, DbError> {
    let row = sql(columns!("WHERE id = $1")).bind(id).fetch_optional(tx).await?;
    row.map(|row| proof(&row)).transpose()
}

/// The request whose link has that hash.
///
/// # Errors
/// See [`DbError`].
pub async fn find_by_link(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Proof>, DbError> {
    let row = sql(columns!("WHERE link_hash = $1")).bind(hash).fetch_optional(tx).await?;
    row.map(|row| proof(&row)).transpose()
}

/// Counts a try of a code before it is looked at; `None` if there is none left, or the request is over.
pub(super) async fn try_code(
    tx: &mut Tx,
    id: ProofId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Tried>, DbError> {
    let row = sql("UPDATE proofs SET tries = tries + 1 WHERE id = $1 AND purpose = $2 AND proved_at IS NULL \
         AND ended_at IS NULL AND code_until > $3 AND tries < $4 RETURNING code_mac, tries")
    .bind(id)
    .bind(purpose.code())
    .bind(now)
    .bind(i64::from(CODE_TRIES))
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok(Tried { code_mac: row.get("code_mac")?, tries: count(&row)? })).transpose()
}

/// Spends a request; whether it was still there to be spent.
pub(super) async fn prove(tx: &mut Tx, id: ProofId, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE proofs SET proved_at = $2 WHERE id = $1 AND proved_at IS NULL AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Ends a request that has not been used.
pub(super) async fn end(tx: &mut Tx, id: ProofId, over: Over, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE proofs SET ended_at = $2, end_reason = $3 WHERE id = $1 AND proved_at IS NULL AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .bind(over.code())
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Ends every request for the same contact and purpose, but those that were used.
pub(super) async fn end_all(tx: &mut Tx, like: &Proof, over: Over, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE proofs SET ended_at = $3, end_reason = $4 \
         WHERE name = $1 AND purpose = $2 AND proved_at IS NULL AND ended_at IS NULL")
    .bind(&like.name)
    .bind(like.purpose.code())
    .bind(now)
    .bind(over.code())
    .execute(tx)
    .await
    .map(drop)
}

/// Ends every request that waits for an account: what it would prove is the account's no more.
///
/// # Errors
/// See [`DbError`].
pub async fn end_of_account(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE proofs SET ended_at = $2, end_reason = $3 \
         WHERE account_id = $1 AND proved_at IS NULL AND ended_at IS NULL")
    .bind(account)
    .bind(now)
    .bind(Over::Replaced.code())
    .execute(tx)
    .await
    .map(drop)
}

/// The hashes of codes that were sent to a contact before, and are not taken any more.
pub(super) async fn former_codes(
    tx: &mut Tx,
    proof: &Proof,
    now: Timestamp,
) -> Result<Vec<(ProofId, Vec<u8>)>, DbError> {
    let rows = sql("SELECT id, code_mac FROM proofs WHERE name = $1 AND purpose = $2 AND id <> $3 \
         AND (ended_at IS NOT NULL OR proved_at IS NOT NULL OR code_until <= $4) ORDER BY id DESC LIMIT 20")
    .bind(&proof.name)
    .bind(proof.purpose.code())
    .bind(proof.id)
    .bind(now)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("code_mac")?))).collect()
}

fn proof(row: &Row) -> Result<Proof, DbError> {
    let purpose: String = row.get("purpose")?;
    let reason: Option<String> = row.get("end_reason")?;
    // For whatever reason it ended in a restore, or in another version: it is over.
    let known = |reason: String| [Over::Replaced, Over::Refused].into_iter().find(|over| over.code() == reason);
    Ok(Proof {
        id: row.get("id")?,
        purpose: Purpose::parse(&purpose).ok_or_else(|| BrokenRow::new("purpose", "is none"))?,
        account: row.get("account_id")?,
        name: row.get("name")?,
        contact: Contact::parse(&row.get::<String>("contact")?)
            .ok_or_else(|| BrokenRow::new("contact", "breaks a rule"))?,
        asked_from: row.get("asked_from")?,
        message: row.get("message_id")?,
        created_at: row.get("created_at")?,
        code_until: row.get("code_until")?,
        link_until: row.get("link_until")?,
        tries: count(row)?,
        proved_at: row.get("proved_at")?,
        ended: reason.map(|reason| known(reason).unwrap_or(Over::Expired)),
    })
}

fn count(row: &Row) -> Result<u32, DbError> {
    u32::try_from(row.get::<i64>("tries")?).map_err(|_| BrokenRow::new("tries", "is out of range").into())
}
