//! The salts from which keys of accounts are derived.

use shared::db::{DbError, Tx, sql};

/// The salt of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Salt {
    /// There is none yet.
    Unmade,
    /// This.
    Made([u8; 32]),
    /// It was overwritten when the account was closed, and there will be no other.
    Destroyed,
}

/// The salt of an account.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, account: &str) -> Result<Salt, DbError> {
    let row = sql("SELECT salt FROM audit_salts WHERE account_id = $1").bind(account).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok(Salt::Unmade) };
    Ok(row.get::<Option<[u8; 32]>>("salt")?.map_or(Salt::Destroyed, Salt::Made))
}

/// Gives an account its salt, unless it had one.
///
/// # Errors
/// The database refused.
pub async fn make(tx: &mut Tx, account: &str, salt: &[u8; 32]) -> Result<(), DbError> {
    sql("INSERT INTO audit_salts (account_id, salt) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING")
        .bind(account)
        .bind(salt)
        .execute(tx)
        .await
        .map(drop)
}

/// Overwrites the salt of an account, for good.
///
/// # Errors
/// The database refused.
pub async fn destroy(tx: &mut Tx, account: &str) -> Result<(), DbError> {
    sql("INSERT INTO audit_salts (account_id, salt) VALUES ($1, NULL) ON CONFLICT (account_id) DO UPDATE SET salt = NULL")
        .bind(account)
        .execute(tx)
        .await
        .map(drop)
}
