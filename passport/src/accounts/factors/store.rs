//! What an account has of each kind.

use shared::db::{DbError, Tx, sql};

use super::Enrolled;
use super::{authenticator, passkeys, recovery_codes, sms};
use crate::accounts::devices;
use crate::accounts::model::AccountId;

/// What an account has beside its password.
///
/// # Errors
/// See [`DbError`].
pub async fn enrolled(tx: &mut Tx, account: AccountId) -> Result<Enrolled, DbError> {
    let row = sql("SELECT (SELECT COUNT(*) FROM authenticators WHERE account_id = $1) AS apps, \
         (SELECT COUNT(*) FROM passkeys WHERE account_id = $1) AS passkeys, \
         (SELECT COUNT(*) FROM sms_steps WHERE account_id = $1) AS sms, \
         (SELECT COUNT(*) FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL) AS codes")
    .bind(account)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(Enrolled::default()) };
    let (authenticator, passkey) = (row.get::<i64>("apps")? > 0, row.get::<i64>("passkeys")? > 0);
    Ok(Enrolled {
        authenticator,
        passkey,
        // What is added removes it; whoever put one there otherwise, an SMS is no way past it.
        sms: row.get::<i64>("sms")? > 0 && !authenticator && !passkey,
        recovery_code: row.get::<i64>("codes")? > 0,
    })
}

/// Takes everything from an account.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_all(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    passkeys::store::remove_all(tx, account).await?;
    authenticator::store::remove(tx, account).await?;
    sms::store::remove(tx, account).await?;
    recovery_codes::store::remove_all(tx, account).await?;
    devices::store::forget_steps(tx, account).await
}
