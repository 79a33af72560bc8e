//! Security events that were taken, in the database.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::set::Signal;

/// Notes an event; `false` if it was taken before.
pub async fn note(tx: &mut Tx, signal: &Signal, now: Timestamp) -> Result<bool, DbError> {
    let rows = sql("INSERT INTO passport_signals (jti, event, subject, told_at, taken_at, over_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (jti) DO NOTHING")
    .bind(&signal.id)
    .bind(&signal.event)
    .bind(signal.subject.clone())
    .bind(signal.issued_at)
    .bind(now)
    .bind(signal.over_at)
    .execute(tx)
    .await?;
    Ok(rows == 1)
}

/// Takes out of all events whom they were about, if it was that person.
pub async fn forget_person(tx: &mut Tx, subject: &str) -> Result<(), DbError> {
    sql("UPDATE passport_signals SET subject = NULL WHERE subject = $1").bind(subject).execute(tx).await.map(drop)
}

/// Forgets events that would be refused by now for their age; how many there were.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM passport_signals WHERE over_at <= $1").bind(now).execute(tx).await
}
