//! The table of notices.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use shared::status::{Kind, Notice, Part, Words};

use super::NoticeId;

/// Adds a notice.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, notice: &Notice) -> Result<(), DbError> {
    let parts: Vec<&str> = notice.parts.iter().map(|part| part.as_str()).collect();
    sql("INSERT INTO status_notices (id, kind, parts, shown_from, begins_at, ends_at, words_zh, words_en) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(notice.id.as_str())
    .bind(notice.kind.as_str())
    .bind(parts.join(" "))
    .bind(notice.shown_from)
    .bind(notice.begins)
    .bind(notice.ends)
    .bind(notice.words.zh.as_str())
    .bind(notice.words.en.as_str())
    .execute(tx)
    .await
    .map(drop)
}

/// Ends a notice now; false if it is over, or there is none.
///
/// # Errors
/// The database refused.
pub async fn end(tx: &mut Tx, id: NoticeId, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE status_notices SET ends_at = $2 WHERE id = $1 AND ends_at > $2")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// The notices that are not over, the first to begin first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn current(tx: &mut Tx, now: Timestamp) -> Result<Vec<Notice>, DbError> {
    let rows = sql("SELECT id, kind, parts, shown_from, begins_at, ends_at, words_zh, words_en FROM status_notices \
                    WHERE ends_at > $1 ORDER BY begins_at, id")
    .bind(now)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Notice, DbError> {
    let kind: String = row.get("kind")?;
    let parts: String = row.get("parts")?;
    Ok(Notice {
        id: row.get("id")?,
        kind: Kind::parse(&kind).ok_or_else(|| BrokenRow::new("kind", "is no kind of notice"))?,
        // A part that only a newer version knows is left out.
        parts: parts.split_whitespace().filter_map(Part::parse).collect(),
        shown_from: row.get("shown_from")?,
        begins: row.get("begins_at")?,
        ends: row.get("ends_at")?,
        words: Words { zh: row.get("words_zh")?, en: row.get("words_en")? },
    })
}
