//! What signing in asks of an account: its password, and what keeps people out.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use crate::accounts::model::{AccountId, LoginName};

/// What a sign-in needs to know of an account.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account.
    pub id: AccountId,
    /// The password's hash as a PHC string.
    pub password_hash: String,
    /// When the owner chose the password; a renewed hash of the same password leaves it.
    pub password_set_at: Timestamp,
    /// Whether it has a password: its owner may have put it away. The hash is one all the same, which nothing fits.
    pub has_password: bool,
    /// Whether staff keep the account from signing in.
    pub blocked: bool,
    /// Whether a change of its contacts was undone, and none is proven anew yet.
    pub frozen: bool,
}

/// Whom a login name belongs to.
#[derive(Debug, Clone)]
pub enum Found {
    /// This account.
    Account(Credentials),
    /// Nobody.
    Nobody {
        /// The password hash of the account whose name comes next: where hashes of several costs are stored, it says
        /// what an account of this name would have cost. Always the same one, so that trying again tells no more.
        neighbour: Option<String>,
    },
}

/// What a sign-in by that name needs.
///
/// # Errors
/// See [`DbError`].
pub async fn credentials(tx: &mut Tx, name: &LoginName) -> Result<Found, DbError> {
    let row = sql(
        "SELECT n.name, a.id, a.password_hash, a.password_set_at, a.password_removed_at, a.blocked_at, a.frozen_at \
         FROM login_names n JOIN accounts a ON a.id = n.account_id WHERE n.name >= $1 ORDER BY n.name LIMIT 1",
    )
    .bind(name.as_str())
    .fetch_optional(tx)
    .await?;
    match row {
        Some(row) if row.get::<String>("name")? == name.as_str() => Ok(Found::Account(credentials_of(&row)?)),
        Some(row) => Ok(Found::Nobody { neighbour: Some(row.get("password_hash")?) }),
        None => Ok(Found::Nobody { neighbour: None }),
    }
}

/// The same for an account that is known already.
///
/// # Errors
/// See [`DbError`].
pub async fn credentials_by_id(tx: &mut Tx, id: AccountId) -> Result<Option<Credentials>, DbError> {
    sql("SELECT id, password_hash, password_set_at, password_removed_at, blocked_at, frozen_at FROM accounts WHERE id = $1")
        .bind(id)
        .fetch_optional(tx)
        .await?
        .map(|row| credentials_of(&row))
        .transpose()
}

fn credentials_of(row: &Row) -> Result<Credentials, DbError> {
    Ok(Credentials {
        id: row.get("id")?,
        password_hash: row.get("password_hash")?,
        password_set_at: row.get("password_set_at")?,
        has_password: row.get::<Option<Timestamp>>("password_removed_at")?.is_none(),
        blocked: row.get::<Option<Timestamp>>("blocked_at")?.is_some(),
        frozen: row.get::<Option<Timestamp>>("frozen_at")?.is_some(),
    })
}

/// Keeps other transactions from deciding on what the account can be signed in with until this one is over: PostgreSQL
/// would let two of them read the same and each take away what the other relied on.
///
/// # Errors
/// See [`DbError`].
pub async fn hold(tx: &mut Tx, id: AccountId) -> Result<(), DbError> {
    sql("UPDATE accounts SET updated_at = updated_at WHERE id = $1").bind(id).execute(tx).await.map(drop)
}

/// Replaces a password's hash by another of the same password, unless it was replaced since `old` was read.
///
/// # Errors
/// See [`DbError`].
pub async fn renew_hash(tx: &mut Tx, id: AccountId, old: &str, new: &str) -> Result<(), DbError> {
    sql("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(id)
        .bind(old)
        .bind(new)
        .execute(tx)
        .await
        .map(drop)
}

/// Stores another password, unless one was stored since the hash `old` was read; whether it did.
///
/// # Errors
/// See [`DbError`].
pub async fn replace_password(
    tx: &mut Tx,
    id: AccountId,
    (old, new): (&str, &str),
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE accounts SET password_hash = $3, password_set_at = $4, password_removed_at = NULL \
         WHERE id = $1 AND password_hash = $2")
    .bind(id)
    .bind(old)
    .bind(new)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Stores another password, whatever was there before.
///
/// # Errors
/// See [`DbError`].
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &str, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE accounts SET password_hash = $2, password_set_at = $3, password_removed_at = NULL WHERE id = $1")
        .bind(id)
        .bind(hash)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Puts the password away; `hash` is one that nothing fits. Whether there was a password.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_password(tx: &mut Tx, id: AccountId, hash: &str, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE accounts SET password_hash = $2, password_set_at = $3, password_removed_at = $3 \
         WHERE id = $1 AND password_removed_at IS NULL")
    .bind(id)
    .bind(hash)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Keeps an account from signing in, or lets it again; whether there is such an account.
///
/// # Errors
/// See [`DbError`].
pub async fn set_blocked(tx: &mut Tx, id: AccountId, at: Option<Timestamp>) -> Result<bool, DbError> {
    sql("UPDATE accounts SET blocked_at = $2 WHERE id = $1").bind(id).bind(at).execute(tx).await.map(|rows| rows == 1)
}

/// Keeps an account from signing in until a contact is proven anew, or lets it again.
///
/// # Errors
/// See [`DbError`].
pub async fn set_frozen(tx: &mut Tx, id: AccountId, at: Option<Timestamp>) -> Result<(), DbError> {
    sql("UPDATE accounts SET frozen_at = $2 WHERE id = $1").bind(id).bind(at).execute(tx).await.map(drop)
}

/// Until when nothing may be changed of an account that would shut its owner out.
///
/// # Errors
/// See [`DbError`].
pub async fn guarded_until(tx: &mut Tx, id: AccountId) -> Result<Option<Timestamp>, DbError> {
    let row = sql("SELECT guarded_until FROM accounts WHERE id = $1").bind(id).fetch_optional(tx).await?;
    row.map_or(Ok(None), |row| row.get("guarded_until"))
}
