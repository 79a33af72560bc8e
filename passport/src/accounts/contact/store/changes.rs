//! The table of changed contacts.

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Row, Tx, sql};

use crate::accounts::model::{AccountId, Contact, ContactKind};

shared::id_type! {
    /// A change of a contact.
    pub struct ChangeId;
}

/// A contact that took the place of another.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// The account.
    pub account: AccountId,
    /// The one before, if there was one.
    pub old: Option<Contact>,
    /// When that one was last proven.
    pub old_proven_at: Option<Timestamp>,
    /// The one that took its place.
    pub new: Contact,
    /// When.
    pub changed_at: Timestamp,
    /// Until when it can be undone.
    pub undo_until: Timestamp,
}

impl Change {
    /// Which of the contacts.
    pub const fn kind(&self) -> ContactKind {
        self.new.kind()
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, old_contact, old_proven_at, new_contact, changed_at, undo_until \
             FROM contact_changes ",
            $rest
        )
    };
}

/// Stores a change; `undo_hash` is of the link that undoes it.
pub(in crate::accounts::contact) async fn insert(
    tx: &mut Tx,
    change: &Change,
    undo_hash: Option<[u8; 32]>,
) -> Result<(), DbError> {
    sql("INSERT INTO contact_changes (id, account_id, kind, old_contact, old_proven_at, new_contact, changed_at, \
         undo_hash, undo_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(change.id)
    .bind(change.account)
    .bind(change.kind().code())
    .bind(change.old.as_ref().map(Contact::as_str))
    .bind(change.old_proven_at)
    .bind(change.new.as_str())
    .bind(change.changed_at)
    .bind(undo_hash)
    .bind(change.undo_until)
    .execute(tx)
    .await
    .map(drop)
}

/// The change that a link undoes, while it can.
pub(in crate::accounts::contact) async fn find_by_undo(
    tx: &mut Tx,
    hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<Change>, DbError> {
    let row = sql(columns!("WHERE undo_hash = $1 AND undone_at IS NULL AND undo_until > $2"))
        .bind(hash)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.map(|row| change(&row)).transpose()
}

/// Marks a change and all that came after it as undone; those, the latest first. Of two that undo at once, one gets them.
pub(in crate::accounts::contact) async fn undo_from(
    tx: &mut Tx,
    first: &Change,
    now: Timestamp,
) -> Result<Vec<Change>, DbError> {
    let rows = sql("UPDATE contact_changes SET undone_at = $3 \
         WHERE account_id = $1 AND changed_at >= $2 AND undone_at IS NULL \
         RETURNING id, account_id, old_contact, old_proven_at, new_contact, changed_at, undo_until")
    .bind(first.account)
    .bind(first.changed_at)
    .bind(now)
    .fetch_all(tx)
    .await?;
    let mut changes = rows.iter().map(change).collect::<Result<Vec<_>, _>>()?;
    changes.sort_by_key(|change| std::cmp::Reverse((change.changed_at, change.id)));
    Ok(changes)
}

/// Up to a batch of changes that can be undone no more and whose former contact is still a login name.
pub(in crate::accounts::contact) async fn settled(tx: &mut Tx, now: Timestamp) -> Result<Vec<Change>, DbError> {
    let rows = sql(columns!("WHERE undo_until <= $1 ORDER BY undo_until LIMIT $2"))
        .bind(now)
        .bind(BATCH)
        .fetch_all(tx)
        .await?;
    rows.iter().map(change).collect()
}

/// Which of an account's contacts took the place of another that can still take it back.
///
/// # Errors
/// See [`DbError`].
pub async fn undoable(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<ContactKind>, DbError> {
    let rows = sql("SELECT DISTINCT kind FROM contact_changes \
         WHERE account_id = $1 AND undone_at IS NULL AND undo_until > $2")
    .bind(account)
    .bind(now)
    .fetch_all(tx)
    .await?;
    let kind = |row: &Row| {
        ContactKind::parse(&row.get::<String>("kind")?).ok_or_else(|| BrokenRow::new("kind", "is none").into())
    };
    rows.iter().map(kind).collect()
}

/// Until when a change of an account's contacts can be undone, if any can.
///
/// # Errors
/// See [`DbError`].
pub async fn undoable_until(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let row = sql("SELECT undo_until FROM contact_changes WHERE account_id = $1 AND undone_at IS NULL \
         AND undo_until > $2 ORDER BY undo_until DESC LIMIT 1")
    .bind(account)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.get("undo_until")).transpose()
}

/// Lets every change of an account's contacts that can be undone be undone until then.
///
/// # Errors
/// See [`DbError`].
pub async fn keep_undoable(
    tx: &mut Tx,
    account: AccountId,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("UPDATE contact_changes SET undo_until = $3 \
         WHERE account_id = $1 AND undone_at IS NULL AND undo_until > $2 AND undo_until < $3")
    .bind(account)
    .bind(now)
    .bind(until)
    .execute(tx)
    .await
    .map(drop)
}

/// Whether another change that can still be undone keeps a contact as a login name.
pub(in crate::accounts::contact) async fn is_kept(
    tx: &mut Tx,
    contact: &Contact,
    now: Timestamp,
) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM contact_changes WHERE old_contact = $1 AND undone_at IS NULL AND undo_until > $2")
        .bind(contact.as_str())
        .bind(now)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Removes a change.
pub(in crate::accounts::contact) async fn remove(tx: &mut Tx, id: ChangeId) -> Result<(), DbError> {
    sql("DELETE FROM contact_changes WHERE id = $1").bind(id).execute(tx).await.map(drop)
}

fn change(row: &Row) -> Result<Change, DbError> {
    let contact = |column: &'static str, text: &str| {
        Contact::parse(text).ok_or_else(|| DbError::from(BrokenRow::new(column, "breaks a rule")))
    };
    let old: Option<String> = row.get("old_contact")?;
    Ok(Change {
        id: row.get("id")?,
        account: row.get("account_id")?,
        old: old.map(|text| contact("old_contact", &text)).transpose()?,
        old_proven_at: row.get("old_proven_at")?,
        new: contact("new_contact", &row.get::<String>("new_contact")?)?,
        changed_at: row.get("changed_at")?,
        undo_until: row.get("undo_until")?,
    })
}
