//! The contacts in the table of accounts, and the login names that they are.

pub mod changes;
pub(in crate::accounts::contact) mod claims;
mod erase;

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Row, Tx, sql};
use shared::i18n::Lang;

use crate::accounts::model::{AccountId, Contact, ContactKind, Email, Mobile};

pub use self::erase::close;

/// A contact of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The contact.
    pub contact: Contact,
    /// When it was last proven to be the owner's; `None`: never.
    pub proven_at: Option<Timestamp>,
}

/// The contacts of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The mail address.
    pub email: Option<Held>,
    /// The mobile number.
    pub mobile: Option<Held>,
}

impl Standing {
    /// The contact of that kind.
    pub fn of(&self, kind: ContactKind) -> Option<&Held> {
        match kind {
            ContactKind::Email => self.email.as_ref(),
            ContactKind::Mobile => self.mobile.as_ref(),
        }
    }

    /// Whether anything is proven.
    pub fn is_proven(&self) -> bool {
        self.held().any(|held| held.proven_at.is_some())
    }

    /// All that there are.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.mobile.iter().chain(&self.email)
    }
}

/// The contacts of an account; none for one that is not there.
///
/// # Errors
/// See [`DbError`].
pub async fn standing(tx: &mut Tx, account: AccountId) -> Result<Standing, DbError> {
    let row = sql("SELECT email, email_verified_at, mobile, mobile_verified_at FROM accounts WHERE id = $1")
        .bind(account)
        .fetch_optional(tx)
        .await?;
    row.map_or_else(|| Ok(Standing::default()), |row| standing_in(&row))
}

fn standing_in(row: &Row) -> Result<Standing, DbError> {
    let held = |text: Option<String>, proven_at, read: &dyn Fn(&str) -> Option<Contact>, column: &'static str| {
        text.map(|text| {
            let contact = read(&text).ok_or_else(|| BrokenRow::new(column, "breaks a rule"))?;
            Ok::<_, DbError>(Held { contact, proven_at })
        })
        .transpose()
    };
    let email = |text: &str| Email::parse(text).ok().map(Contact::Email);
    let mobile = |text: &str| Mobile::parse(text).ok().map(Contact::Mobile);
    Ok(Standing {
        email: held(row.get("email")?, row.get("email_verified_at")?, &email, "email")?,
        mobile: held(row.get("mobile")?, row.get("mobile_verified_at")?, &mobile, "mobile")?,
    })
}

/// Writes down that the account's contact of that kind was proven. What claims show has changed if it was not before.
///
/// # Errors
/// See [`DbError`].
pub async fn set_proven(tx: &mut Tx, account: AccountId, kind: ContactKind, now: Timestamp) -> Result<(), DbError> {
    match kind {
        ContactKind::Email => sql("UPDATE accounts SET updated_at = CASE WHEN email_verified_at IS NULL THEN $2 \
                                   ELSE updated_at END, email_verified_at = $2 WHERE id = $1 AND email IS NOT NULL"),
        ContactKind::Mobile => sql("UPDATE accounts SET updated_at = CASE WHEN mobile_verified_at IS NULL THEN $2 \
                                    ELSE updated_at END, mobile_verified_at = $2 WHERE id = $1 AND mobile IS NOT NULL"),
    }
    .bind(account)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Whether somebody registered that account and nothing of it was ever proven: who it is for nobody has shown. Of one that
/// had a proven contact and lost it, or that an operator added, that is not so.
///
/// # Errors
/// See [`DbError`].
pub async fn was_never_proven(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM accounts WHERE id = $1 AND form_hash IS NOT NULL \
         AND email_verified_at IS NULL AND mobile_verified_at IS NULL")
    .bind(account)
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}

/// Takes a contact from an account: it is no login name of it any more. Without one that was proven the account is still
/// none that [was never proven](was_never_proven).
///
/// # Errors
/// See [`DbError`].
pub async fn remove(tx: &mut Tx, account: AccountId, contact: &Contact, now: Timestamp) -> Result<(), DbError> {
    drop_name(tx, account, contact).await?;
    match contact.kind() {
        ContactKind::Email => {
            sql("UPDATE accounts SET form_hash = CASE WHEN email_verified_at IS NULL THEN form_hash ELSE NULL END, \
                 email = NULL, email_verified_at = NULL, updated_at = $2 WHERE id = $1")
        }
        ContactKind::Mobile => {
            sql("UPDATE accounts SET form_hash = CASE WHEN mobile_verified_at IS NULL THEN form_hash ELSE NULL END, \
                 mobile = NULL, mobile_verified_at = NULL, updated_at = $2 WHERE id = $1")
        }
    }
    .bind(account)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Gives an account a contact, which becomes a login name of it, proven or not.
///
/// # Errors
/// [`DbError::Conflict`] on `login_names` when another account has it; see [`DbError`].
pub async fn add(
    tx: &mut Tx,
    account: AccountId,
    contact: &Contact,
    proven_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO login_names (name, account_id) VALUES ($1, $2)")
        .bind(contact.name().as_str())
        .bind(account)
        .execute(tx)
        .await?;
    match contact.kind() {
        ContactKind::Email => {
            sql("UPDATE accounts SET email = $2, email_verified_at = $3, updated_at = $4 WHERE id = $1")
        }
        ContactKind::Mobile => {
            sql("UPDATE accounts SET mobile = $2, mobile_verified_at = $3, updated_at = $4 WHERE id = $1")
        }
    }
    .bind(account)
    .bind(contact.as_str())
    .bind(proven_at)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Puts a contact in place of the one that an account has. The former one stays a login name.
///
/// # Errors
/// [`DbError::Conflict`] on `login_names` when another account has it; see [`DbError`].
pub(in crate::accounts::contact) async fn put(
    tx: &mut Tx,
    account: AccountId,
    contact: &Contact,
    proven_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), DbError> {
    // Whoever goes back to a former contact has its name still.
    drop_name(tx, account, contact).await?;
    add(tx, account, contact, proven_at, now).await
}

/// Takes a login name from an account.
///
/// # Errors
/// See [`DbError`].
pub(in crate::accounts::contact) async fn drop_name(
    tx: &mut Tx,
    account: AccountId,
    contact: &Contact,
) -> Result<(), DbError> {
    sql("DELETE FROM login_names WHERE name = $1 AND account_id = $2")
        .bind(contact.name().as_str())
        .bind(account)
        .execute(tx)
        .await
        .map(drop)
}

/// Up to a batch of accounts that somebody registered before `limit` and of which nothing was ever proven.
///
/// # Errors
/// See [`DbError`].
pub async fn unproven(tx: &mut Tx, limit: Timestamp) -> Result<Vec<AccountId>, DbError> {
    let rows = sql("SELECT id FROM accounts WHERE email_verified_at IS NULL AND mobile_verified_at IS NULL \
         AND form_hash IS NOT NULL AND created_at < $1 ORDER BY created_at LIMIT $2")
    .bind(limit)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Up to a batch of accounts that have no proven contact but a number, or have it as their second step, which was last
/// proven between those moments and whose owners were not reminded since; in which language to write to them.
///
/// # Errors
/// See [`DbError`].
pub(in crate::accounts::contact) async fn needed_numbers(
    tx: &mut Tx,
    (after, until): (Timestamp, Timestamp),
) -> Result<Vec<(AccountId, Lang)>, DbError> {
    let rows =
        sql("SELECT id, locale FROM accounts WHERE mobile_verified_at IS NOT NULL \
         AND (email_verified_at IS NULL OR id IN (SELECT account_id FROM sms_steps)) AND mobile_verified_at > $1 AND mobile_verified_at <= $2 \
         AND (mobile_reminded_at IS NULL OR mobile_reminded_at < mobile_verified_at) \
         ORDER BY mobile_verified_at LIMIT $3")
        .bind(after)
        .bind(until)
        .bind(BATCH)
        .fetch_all(tx)
        .await?;
    let lang = |row: &Row| Ok::<_, DbError>(row.get::<Option<String>>("locale")?.and_then(|tag| Lang::parse(&tag)));
    rows.iter().map(|row| Ok((row.get("id")?, lang(row)?.unwrap_or_default()))).collect()
}

/// Notes that the owner of a number is reminded; whether they were not, since it was proven.
///
/// # Errors
/// See [`DbError`].
pub(in crate::accounts::contact) async fn set_reminded(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE accounts SET mobile_reminded_at = $2 WHERE id = $1 AND mobile_verified_at IS NOT NULL \
         AND (mobile_reminded_at IS NULL OR mobile_reminded_at < mobile_verified_at)")
    .bind(account)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}
