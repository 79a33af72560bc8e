//! The tables of appeals and their photos.

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Row, Tx, sql};

use super::model::{Appeal, AppealId, File, Staff, Times};
use super::state::State;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::proof::ProofId;
use crate::keys::reseal::Batch;
use crate::keys::store::SealedColumn;
use crate::sealed_column;
use crate::web::{KeyUse, Lookup, Sealer};

/// What the words of an appeal are sealed for, and its photo.
const FILE: KeyUse = KeyUse::AppealFile;
const PHOTO: KeyUse = KeyUse::AppealPhoto;

/// What is said in appeals.
pub const SEALED_FILES: SealedColumn = sealed_column!("appeals", "id", "file_sealed", FILE, bound true);

/// Their photos: a hundred of them would be as many megabytes.
pub const SEALED_PHOTOS: SealedColumn =
    SealedColumn { at_once: 5, ..sealed_column!("appeal_photos", "appeal_id", "sealed", PHOTO, bound true) };

/// An appeal about to be stored.
pub(super) struct New<'n> {
    pub(super) appeal: &'n Appeal,
    /// The proof by which it was begun.
    pub(super) proof: ProofId,
    /// Of contact and document.
    pub(super) open_key: [u8; 32],
    /// Of the document.
    pub(super) hashes: Lookup,
}

fn sealed(sealer: &dyn Sealer, appeal: &Appeal) -> Option<Vec<u8>> {
    appeal.file.as_ref().map(|file| sealer.seal_for(FILE, &file.write(), appeal.id.to_string().as_bytes()))
}

/// Stores an appeal.
///
/// # Errors
/// [`DbError::Conflict`]: of the same proof or about the same is one, or the number is taken; see [`DbError`].
pub(super) async fn insert(tx: &mut Tx, sealer: &dyn Sealer, new: &New<'_>) -> Result<(), DbError> {
    let appeal = new.appeal;
    sql(
        "INSERT INTO appeals (id, case_number, proof_id, open_key, document_mac, file_sealed, state, due_at, begun_at, \
         document_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(appeal.id)
    .bind(appeal.number.as_str())
    .bind(new.proof)
    .bind(new.open_key)
    .bind(new.hashes.written)
    .bind(sealed(sealer, appeal))
    .bind(appeal.state.code())
    .bind(appeal.state.until())
    .bind(appeal.times.begun)
    .bind(new.hashes.key)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes an appeal that stood at `before`; whether it still did. Of two who move it at once, one does.
pub(super) async fn update(tx: &mut Tx, sealer: &dyn Sealer, before: &State, appeal: &Appeal) -> Result<bool, DbError> {
    let (state, times) = (&appeal.state, appeal.times);
    sql("UPDATE appeals SET state = $3, first_staff = $4, holder_id = $5, due_at = $6, submitted_at = $7, \
         heard_at = $8, objected_at = $9, closed_at = $10, decided_at = $11, bound_at = $12, file_sealed = $13, \
         open_key = CASE WHEN $14 = 1 THEN open_key ELSE NULL END WHERE id = $1 AND state = $2 RETURNING id")
    .bind(appeal.id)
    .bind(before.code())
    .bind(state.code())
    .bind(state.first().map(Staff::as_str))
    .bind(state.holder())
    .bind(state.until())
    .bind(times.submitted)
    .bind(times.heard)
    .bind(times.objected)
    .bind(times.closed)
    .bind(times.decided)
    .bind(times.bound)
    .bind(sealed(sealer, appeal))
    .bind(i64::from(state.is_open()))
    .fetch_optional(tx)
    .await
    .map(|row| row.is_some())
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_number, file_sealed, state, first_staff, holder_id, due_at, begun_at, \
             submitted_at, heard_at, objected_at, closed_at, decided_at, bound_at FROM appeals ",
            $rest
        )
    };
}

/// The appeal of that id.
pub(super) async fn find(tx: &mut Tx, sealer: &dyn Sealer, id: AppealId) -> Result<Option<Appeal>, DbError> {
    let row = sql(columns!("WHERE id = $1")).bind(id).fetch_optional(tx).await?;
    row.map(|row| appeal(sealer, &row)).transpose()
}

/// The appeal of that number.
pub(super) async fn find_by_number(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    number: &CaseNumber,
) -> Result<Option<Appeal>, DbError> {
    let row = sql(columns!("WHERE case_number = $1")).bind(number.as_str()).fetch_optional(tx).await?;
    row.map(|row| appeal(sealer, &row)).transpose()
}

/// The appeal that was begun by that proof, or the open one of the same person about the same document.
pub(super) async fn find_same(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    proof: ProofId,
    open_key: [u8; 32],
) -> Result<Option<Appeal>, DbError> {
    let row = sql(columns!("WHERE proof_id = $1 OR open_key = $2 ORDER BY id LIMIT 1"))
        .bind(proof)
        .bind(open_key)
        .fetch_optional(tx)
        .await?;
    row.map(|row| appeal(sealer, &row)).transpose()
}

/// The granted appeal that a document is kept for at that moment.
pub(super) async fn kept_for(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    hashes: Lookup,
    now: Timestamp,
) -> Result<Option<Appeal>, DbError> {
    let row = sql(columns!("WHERE document_mac IN ($1, $2) AND state = 'granted' AND due_at > $3 ORDER BY id LIMIT 1"))
        .bind(hashes.written)
        .bind(hashes.other)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.map(|row| appeal(sealer, &row)).transpose()
}

/// Up to a batch of appeals whose time is over.
pub(super) async fn due(tx: &mut Tx, sealer: &dyn Sealer, now: Timestamp) -> Result<Vec<Appeal>, DbError> {
    let rows = sql(columns!("WHERE due_at <= $1 ORDER BY due_at LIMIT $2")).bind(now).bind(BATCH).fetch_all(tx).await?;
    rows.iter().map(|row| appeal(sealer, row)).collect()
}

/// The appeals that wait for the staff, longest first; with `all`, the latest of every kind.
pub(super) async fn list(tx: &mut Tx, sealer: &dyn Sealer, all: bool, most: i64) -> Result<Vec<Appeal>, DbError> {
    let query = if all {
        sql(columns!("ORDER BY begun_at DESC LIMIT $1"))
    } else {
        sql(columns!("WHERE state IN ('submitted', 'hearing', 'deciding') ORDER BY begun_at LIMIT $1"))
    };
    query.bind(most).fetch_all(tx).await?.iter().map(|row| appeal(sealer, row)).collect()
}

/// Stores the photo of an appeal.
pub(super) async fn insert_photo(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    id: AppealId,
    (photo, now): (&[u8], Timestamp),
) -> Result<(), DbError> {
    sql("INSERT INTO appeal_photos (appeal_id, sealed, created_at) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(sealer.seal_for(PHOTO, photo, id.to_string().as_bytes()))
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// The photo of an appeal, while it is kept.
pub(super) async fn photo(tx: &mut Tx, sealer: &dyn Sealer, id: AppealId) -> Result<Option<Vec<u8>>, DbError> {
    let row = sql("SELECT sealed FROM appeal_photos WHERE appeal_id = $1").bind(id).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let opened = sealer.open_for(PHOTO, &row.get::<Vec<u8>>("sealed")?, id.to_string().as_bytes());
    opened.map(Some).ok_or_else(|| BrokenRow::new("sealed", "does not open").into())
}

/// Erases words and photos of up to a batch of appeals that ended before `limit`; how many. A document that is still kept
/// for somebody has to be known.
pub(super) async fn forget(tx: &mut Tx, limit: Timestamp) -> Result<u64, DbError> {
    let rows = sql("UPDATE appeals SET file_sealed = NULL WHERE id IN (SELECT id FROM appeals \
         WHERE decided_at < $1 AND file_sealed IS NOT NULL AND state <> 'granted' LIMIT $2) RETURNING id")
    .bind(limit)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    for row in &rows {
        let id: AppealId = row.get("id")?;
        sql("DELETE FROM appeal_photos WHERE appeal_id = $1").bind(id).execute(tx).await?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// How many appeals are found by a hash of another key than that one.
///
/// # Errors
/// See [`DbError`].
pub async fn hashed_by_another(tx: &mut Tx, key: i64) -> Result<i64, DbError> {
    sql("SELECT COUNT(*) AS n FROM appeals WHERE COALESCE(document_key, 0) <> $1")
        .bind(key)
        .fetch_one(tx)
        .await?
        .get("n")
}

/// Gives a batch of them the present hash, after the appeal of that id; the last one, and those whose words do not open.
/// Where words were erased nobody looks for the document any more, and its hash goes as well.
///
/// # Errors
/// See [`DbError`].
pub async fn rehash(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    after: &str,
    hashes: &(dyn Fn(&[u8]) -> Lookup + Send + Sync),
) -> Result<Batch, DbError> {
    let key = hashes(b"").key;
    let rows = sql("SELECT id, file_sealed FROM appeals WHERE id > $1 AND COALESCE(document_key, 0) <> $2 \
         ORDER BY id LIMIT $3")
    .bind(after)
    .bind(key)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    let mut batch = Batch::default();
    for row in &rows {
        let (id, sealed): (String, Option<Vec<u8>>) = (row.get("id")?, row.get("file_sealed")?);
        batch.last = Some(id.clone());
        let file =
            sealed.map(|sealed| sealer.open_for(FILE, &sealed, id.as_bytes()).and_then(|text| File::read(&text)));
        let hash = match file {
            Some(None) => {
                batch.broken.push(id);
                continue;
            }
            Some(Some(file)) => hashes(file.document.lookup_key().as_bytes()).written,
            None => [0; 32],
        };
        sql("UPDATE appeals SET document_mac = $2, document_key = $3 WHERE id = $1")
            .bind(id)
            .bind(hash)
            .bind(key)
            .execute(tx)
            .await?;
        batch.done += 1;
    }
    Ok(batch)
}

fn appeal(sealer: &dyn Sealer, row: &Row) -> Result<Appeal, DbError> {
    let id: AppealId = row.get("id")?;
    let broken = |column: &'static str| BrokenRow::new(column, "breaks a rule");
    let number = CaseNumber::parse(&row.get::<String>("case_number")?).ok_or_else(|| broken("case_number"))?;
    let sealed: Option<Vec<u8>> = row.get("file_sealed")?;
    let file = sealed.map(|sealed| {
        let opened = sealer.open_for(FILE, &sealed, id.to_string().as_bytes());
        opened.and_then(|text| File::read(&text)).ok_or_else(|| broken("file_sealed"))
    });
    let times = Times {
        begun: row.get("begun_at")?,
        submitted: row.get("submitted_at")?,
        heard: row.get("heard_at")?,
        objected: row.get("objected_at")?,
        closed: row.get("closed_at")?,
        decided: row.get("decided_at")?,
        bound: row.get("bound_at")?,
    };
    Ok(Appeal { id, number, state: state(row)?, times, file: file.transpose()? })
}

fn state(row: &Row) -> Result<State, DbError> {
    let first = || {
        let name: String = row.get("first_staff")?;
        Staff::parse(&name).ok_or_else(|| DbError::from(BrokenRow::new("first_staff", "breaks a rule")))
    };
    Ok(match row.get::<String>("state")?.as_str() {
        "begun" => State::Begun { until: row.get("due_at")? },
        "submitted" => State::Submitted,
        "hearing" => State::Hearing { first: first()?, holder: row.get("holder_id")?, until: row.get("due_at")? },
        "deciding" => State::Deciding { first: first()?, holder: row.get("holder_id")? },
        "granted" => State::Granted { until: row.get("due_at")? },
        "bound" => State::Bound,
        "refused" => State::Refused,
        "withdrawn" => State::Withdrawn,
        "expired" => State::Expired,
        _ => return Err(BrokenRow::new("state", "is none").into()),
    })
}
