//! The tables of passkeys, and of challenges that wait for one.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use webauthn_rs::prelude::Passkey;

use super::{PATIENCE, Used};
use crate::accounts::model::AccountId;

shared::id_type! {
    /// A passkey, among its owner's; not its credential id.
    pub struct PasskeyId;
}

/// A passkey of an account.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Whether it is kept in its owner's cloud.
    pub synced: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// The key.
    pub passkey: Passkey,
}

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is made.
    Registration,
    /// Somebody signs in.
    SignIn,
    /// Somebody of the staff makes one for the console, which is another site.
    StaffRegistration,
    /// Somebody of the staff signs in there.
    StaffSignIn,
}

impl Purpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::StaffRegistration => "staff_registration",
            Self::StaffSignIn => "staff_sign_in",
        }
    }
}

/// A challenge that waits.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// A random text that the page carries.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The browser that asked, by its form cookie.
    pub browser: [u8; 32],
    /// Whose passkey is made.
    pub account: Option<AccountId>,
    /// What the answer is checked against.
    pub state: String,
}

/// Stores a challenge.
///
/// # Errors
/// See [`DbError`].
pub async fn begin(tx: &mut Tx, ceremony: &Ceremony, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO ceremonies (id, purpose, browser, account_id, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&ceremony.id)
        .bind(ceremony.purpose.code())
        .bind(ceremony.browser)
        .bind(ceremony.account)
        .bind(&ceremony.state)
        .bind(now + PATIENCE)
        .execute(tx)
        .await
        .map(drop)
}

/// Takes a challenge up: nobody does twice, nor in another browser, nor for something else. What its answer is checked
/// against, and whose passkey is made.
///
/// # Errors
/// See [`DbError`].
pub async fn take(
    tx: &mut Tx,
    (id, purpose): (&str, Purpose),
    browser: [u8; 32],
    now: Timestamp,
) -> Result<Option<(String, Option<AccountId>)>, DbError> {
    sql("DELETE FROM ceremonies WHERE id = $1 AND purpose = $2 AND browser = $3 AND expires_at > $4 \
         RETURNING state, account_id")
    .bind(id)
    .bind(purpose.code())
    .bind(browser)
    .bind(now)
    .fetch_optional(tx)
    .await?
    .map(|row| Ok((row.get("state")?, row.get("account_id")?)))
    .transpose()
}

/// Stores a passkey that was made.
///
/// # Errors
/// [`DbError::Conflict`]: some account has it already; see [`DbError`].
pub async fn insert(
    tx: &mut Tx,
    (id, account): (PasskeyId, AccountId),
    (name, made): (&str, &Used),
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO passkeys (id, account_id, credential_id, credential, name, synced, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(id)
    .bind(account)
    .bind(made.passkey.cred_id().to_vec())
    .bind(written(&made.passkey))
    .bind(name)
    .bind(i64::from(made.synced))
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// The passkeys of an account, the oldest first.
///
/// # Errors
/// See [`DbError`].
pub async fn all(tx: &mut Tx, account: AccountId) -> Result<Vec<Stored>, DbError> {
    let rows = sql("SELECT id, name, synced, created_at, used_at, credential FROM passkeys WHERE account_id = $1 \
         ORDER BY created_at, id")
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(stored).collect()
}

/// The passkey with that credential id, if it is this account's.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId, credential: &[u8]) -> Result<Option<Stored>, DbError> {
    sql("SELECT id, name, synced, created_at, used_at, credential FROM passkeys \
         WHERE credential_id = $1 AND account_id = $2")
    .bind(credential.to_vec())
    .bind(account)
    .fetch_optional(tx)
    .await?
    .map(|row| stored(&row))
    .transpose()
}

/// Writes down that a passkey was used.
///
/// # Errors
/// See [`DbError`].
pub async fn note_use(tx: &mut Tx, id: PasskeyId, used: &Used, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE passkeys SET credential = $2, synced = $3, used_at = $4 WHERE id = $1")
        .bind(id)
        .bind(written(&used.passkey))
        .bind(i64::from(used.synced))
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Calls a passkey by another name; whether the account has it.
///
/// # Errors
/// See [`DbError`].
pub async fn rename(tx: &mut Tx, account: AccountId, id: PasskeyId, name: &str) -> Result<bool, DbError> {
    sql("UPDATE passkeys SET name = $3 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .bind(name)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Removes a passkey; whether the account had it.
///
/// # Errors
/// See [`DbError`].
pub async fn remove(tx: &mut Tx, account: AccountId, id: PasskeyId) -> Result<bool, DbError> {
    sql("DELETE FROM passkeys WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Removes the passkeys of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_all(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("DELETE FROM passkeys WHERE account_id = $1").bind(account).execute(tx).await.map(drop)
}

fn written(passkey: &Passkey) -> String {
    // A public key, numbers and flags: nothing in it can fail to be written.
    serde_json::to_string(passkey).unwrap_or_default()
}

fn stored(row: &Row) -> Result<Stored, DbError> {
    let credential: String = row.get("credential")?;
    Ok(Stored {
        id: row.get("id")?,
        name: row.get("name")?,
        synced: row.get::<i64>("synced")? != 0,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
        passkey: serde_json::from_str(&credential).map_err(|_| BrokenRow::new("credential", "is no passkey"))?,
    })
}
