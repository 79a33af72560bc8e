//! The hashes of documents while their key is changed. Two stand side by side: see [`rehash`](crate::keys::rehash).

use shared::db::{BATCH, DbError, Row, Tx, sql};

/// A document without the next hash.
pub struct Unfilled {
    /// Whose it is.
    pub account: String,
    /// Its type.
    pub kind: String,
    /// Its number, sealed.
    pub number_sealed: Vec<u8>,
    /// The hash that it has.
    pub number_mac: Vec<u8>,
}

/// How many documents lack the next hash. Where the key was changed before, both were alike since.
///
/// # Errors
/// See [`DbError`].
pub async fn unfilled(tx: &mut Tx) -> Result<i64, DbError> {
    sql("SELECT COUNT(*) AS n FROM identities WHERE number_mac_next IS NULL OR number_mac_next = number_mac")
        .fetch_one(tx)
        .await?
        .get("n")
}

/// A batch of them, after that account.
///
/// # Errors
/// See [`DbError`].
pub async fn unfilled_batch(tx: &mut Tx, after: &str) -> Result<Vec<Unfilled>, DbError> {
    let rows = sql("SELECT account_id, kind, number_sealed, number_mac FROM identities \
         WHERE account_id > $1 AND (number_mac_next IS NULL OR number_mac_next = number_mac) \
         ORDER BY account_id LIMIT $2")
    .bind(after)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    let unfilled = |row: &Row| {
        Ok(Unfilled {
            account: row.get("account_id")?,
            kind: row.get("kind")?,
            number_sealed: row.get("number_sealed")?,
            number_mac: row.get("number_mac")?,
        })
    };
    rows.iter().map(unfilled).collect()
}

/// Gives a document its next hash, if it is still the same document; whether it was.
///
/// # Errors
/// See [`DbError`].
pub async fn fill(tx: &mut Tx, of: &Unfilled, next: [u8; 32]) -> Result<bool, DbError> {
    let filled = sql("UPDATE identities SET number_mac_next = $3 WHERE account_id = $1 AND number_mac = $2")
        .bind(&of.account)
        .bind(&of.number_mac)
        .bind(next)
        .execute(tx)
        .await?;
    Ok(filled == 1)
}

/// How many documents have the hash of before in its place.
///
/// # Errors
/// See [`DbError`].
pub async fn unpromoted(tx: &mut Tx) -> Result<i64, DbError> {
    sql("SELECT COUNT(*) AS n FROM identities WHERE number_mac <> number_mac_next").fetch_one(tx).await?.get("n")
}

/// Puts the next hash in the place of the one of before in a batch of rows after that account; how many, and the last.
///
/// # Errors
/// See [`DbError`].
pub async fn promote(tx: &mut Tx, after: &str) -> Result<(usize, Option<String>), DbError> {
    let rows = sql("UPDATE identities SET number_mac = number_mac_next WHERE account_id IN \
         (SELECT account_id FROM identities WHERE account_id > $1 AND number_mac <> number_mac_next \
         ORDER BY account_id LIMIT $2) RETURNING account_id")
    .bind(after)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    let accounts: Vec<String> = rows.iter().map(|row| row.get("account_id")).collect::<Result<_, _>>()?;
    Ok((accounts.len(), accounts.into_iter().max()))
}
