//! Identity documents, sealed, and whose they are.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::accounts::model::{AccountId, IdType};
use crate::keys::store::SealedColumn;
use crate::sealed_column;
use crate::web::{KeyUse, Lookup};

/// The numbers of documents.
pub const SEALED_NUMBERS: SealedColumn =
    sealed_column!("identities", "account_id", "number_sealed", KeyUse::IdDocument, bound false);

/// An identity document, sealed.
#[derive(Debug, Clone)]
pub struct SealedIdentity {
    /// Its type.
    pub kind: IdType,
    /// Its number, sealed.
    pub number_sealed: Vec<u8>,
    /// The keyed hashes of [`IdDocument::lookup_key`](crate::accounts::model::IdDocument::lookup_key).
    pub hashes: Lookup,
}

/// Binds an identity document to an account.
///
/// # Errors
/// [`DbError::Conflict`] on `identities_number_mac_key` or `identities_number_mac_next_key` when another account has it;
/// see [`DbError`].
pub async fn insert_identity(
    tx: &mut Tx,
    account: AccountId,
    identity: &SealedIdentity,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO identities (account_id, kind, number_sealed, number_mac, number_mac_next, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(account)
    .bind(identity.kind.code())
    .bind(&identity.number_sealed)
    .bind(identity.hashes.written)
    .bind(identity.hashes.next)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Whether an identity document is bound to an account.
///
/// # Errors
/// See [`DbError`].
pub async fn has_identity(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    let row = sql("SELECT kind FROM identities WHERE account_id = $1").bind(account).fetch_optional(tx).await?;
    Ok(row.is_some())
}

/// Takes that identity document from an account; whether the account had it.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_identity(tx: &mut Tx, account: AccountId, hashes: Lookup, now: Timestamp) -> Result<bool, DbError> {
    let removed = sql("DELETE FROM identities WHERE account_id = $1 \
         AND (number_mac IN ($2, $3) OR number_mac_next IN ($2, $3))")
    .bind(account)
    .bind(hashes.written)
    .bind(hashes.other)
    .execute(tx)
    .await?;
    if removed == 0 {
        return Ok(false);
    }
    let unverified = sql("UPDATE accounts SET id_verified_at = NULL, updated_at = $2 WHERE id = $1");
    unverified.bind(account).bind(now).execute(tx).await?;
    Ok(true)
}

/// Whose identity document that is.
///
/// # Errors
/// See [`DbError`].
pub async fn find_by_document(tx: &mut Tx, kind: IdType, hashes: Lookup) -> Result<Option<AccountId>, DbError> {
    let row = sql("SELECT account_id FROM identities \
         WHERE (number_mac IN ($1, $2) OR number_mac_next IN ($1, $2)) AND kind = $3")
    .bind(hashes.written)
    .bind(hashes.other)
    .bind(kind.code())
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.get("account_id")).transpose()
}

/// The password hash of the account whose document comes next in the index, where nobody has this one: it says what an
/// account with this document would have cost. Always the same one, so that trying again tells no more.
///
/// # Errors
/// See [`DbError`].
pub async fn neighbour_by_document(tx: &mut Tx, hashes: Lookup) -> Result<Option<String>, DbError> {
    let row = sql("SELECT a.password_hash FROM identities i JOIN accounts a ON a.id = i.account_id \
         WHERE i.number_mac >= $1 ORDER BY i.number_mac LIMIT 1")
    .bind(hashes.written)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.get("password_hash")).transpose()
}
