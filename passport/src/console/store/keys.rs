//! The passkeys of the staff.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use webauthn_rs::prelude::Passkey;

use crate::accounts::factors::passkeys::Used;
use crate::console::model::{StaffId, State};

shared::id_type! {
    /// A passkey of somebody of the staff; not its credential id.
    pub struct KeyId;
}

/// Stores a passkey that was made.
///
/// # Errors
/// [`DbError::Conflict`]: somebody has it already; see [`DbError`].
pub async fn insert(tx: &mut Tx, (id, staff): (KeyId, StaffId), made: &Used, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO staff_passkeys (id, staff_id, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(staff)
        .bind(made.passkey.cred_id().to_vec())
        .bind(written(&made.passkey))
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// The passkeys of a person.
///
/// # Errors
/// See [`DbError`].
pub async fn all(tx: &mut Tx, staff: StaffId) -> Result<Vec<Passkey>, DbError> {
    let rows = sql("SELECT credential FROM staff_passkeys WHERE staff_id = $1").bind(staff).fetch_all(tx).await?;
    rows.iter().map(passkey).collect()
}

/// The passkey with that credential id, if it is that person's and they may sign in.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, staff: StaffId, credential: &[u8]) -> Result<Option<(KeyId, Passkey)>, DbError> {
    let row = sql("SELECT k.id, k.credential FROM staff_passkeys k JOIN staff p ON p.id = k.staff_id \
         WHERE k.credential_id = $1 AND k.staff_id = $2 AND p.state = $3")
    .bind(credential.to_vec())
    .bind(staff)
    .bind(State::Active.as_str())
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok((row.get("id")?, passkey(&row)?))).transpose()
}

/// Writes down that a passkey was used.
///
/// # Errors
/// See [`DbError`].
pub async fn note_use(tx: &mut Tx, id: KeyId, used: &Used, now: Timestamp) -> Result<(), DbError> {
    let noted = sql("UPDATE staff_passkeys SET credential = $2, used_at = $3 WHERE id = $1");
    noted.bind(id).bind(written(&used.passkey)).bind(now).execute(tx).await.map(drop)
}

/// Removes the passkeys of a person.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_all(tx: &mut Tx, staff: StaffId) -> Result<(), DbError> {
    sql("DELETE FROM staff_passkeys WHERE staff_id = $1").bind(staff).execute(tx).await.map(drop)
}

fn written(passkey: &Passkey) -> String {
    // A public key, numbers and flags: nothing in it can fail to be written.
    serde_json::to_string(passkey).unwrap_or_default()
}

fn passkey(row: &Row) -> Result<Passkey, DbError> {
    let credential: String = row.get("credential")?;
    serde_json::from_str(&credential).map_err(|_| BrokenRow::new("credential", "is no passkey").into())
}
