//! The table of accounts whose owners are known to be under 14.

use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Row, Tx, sql};

use super::MOST_CHILDREN;
use super::model::{Asked, Ended, Guardian, Guardianship, State, Why};
use crate::accounts::model::AccountId;
use crate::accounts::proof::CODE_TRIES;
use crate::delivery::MessageId;
use crate::keys::store::SealedColumn;
use crate::sealed_column;
use crate::web::{KeyUse, Sealer};

/// What guardians are sealed for.
const PERSON: KeyUse = KeyUse::Guardian;

/// Who guardians are.
pub const SEALED_GUARDIANS: SealedColumn =
    sealed_column!("guardians", "account_id", "person_sealed", PERSON, bound false);

/// Words of the table, where statements have them too.
const NEEDED: &str = "needed";
const ASKED: &str = "asked";
const CONSENTED: &str = "consented";
const GROWN: &str = "grown";

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, state, why, ended, of_age_at, erase_at, person_sealed, tries, code_until, message_id, \
             sent_at, due_at, consented_at FROM guardians ",
            $rest
        )
    };
}

/// How an account stands whose owner is known to be under 14, or was.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, sealer: &dyn Sealer, account: AccountId) -> Result<Option<Guardianship>, DbError> {
    let row = sql(columns!("WHERE account_id = $1")).bind(account).fetch_optional(tx).await?;
    row.map(|row| guardianship(sealer, &row)).transpose()
}

/// The one whose link to consent has that hash.
pub(super) async fn find_by_link(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    hash: [u8; 32],
) -> Result<Option<Guardianship>, DbError> {
    let row = sql(columns!("WHERE link_hash = $1")).bind(hash).fetch_optional(tx).await?;
    row.map(|row| guardianship(sealer, &row)).transpose()
}

/// The one whose link to withdraw has that hash.
pub(super) async fn find_by_withdrawal(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    hash: [u8; 32],
) -> Result<Option<Guardianship>, DbError> {
    let row = sql(columns!("WHERE withdraw_hash = $1")).bind(hash).fetch_optional(tx).await?;
    row.map(|row| guardianship(sealer, &row)).transpose()
}

/// Writes down that an account's owner is under 14, and since when that is known.
pub(super) async fn insert(
    tx: &mut Tx,
    account: AccountId,
    (why, of_age_at): (Why, Option<Timestamp>),
    (now, erase_at): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("INSERT INTO guardians (account_id, state, why, of_age_at, known_at, erase_at, tries) \
         VALUES ($1, $2, $3, $4, $5, $6, 0)")
    .bind(account)
    .bind(NEEDED)
    .bind(why.code())
    .bind(of_age_at)
    .bind(now)
    .bind(erase_at)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes down on which day the owner is 14, and how that is known.
pub(super) async fn set_age(tx: &mut Tx, account: AccountId, why: Why, of_age_at: Timestamp) -> Result<(), DbError> {
    sql("UPDATE guardians SET why = $2, of_age_at = $3 WHERE account_id = $1")
        .bind(account)
        .bind(why.code())
        .bind(of_age_at)
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets that an account's owner is, or was, under 14; whether anything was known.
pub(in crate::accounts) async fn remove(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    sql("DELETE FROM guardians WHERE account_id = $1").bind(account).execute(tx).await.map(|rows| rows == 1)
}

/// Whether the owner of an account was under 14 and is not any more, which they have not yet answered to.
pub(in crate::accounts) async fn is_grown(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    let row = sql("SELECT state FROM guardians WHERE account_id = $1 AND (state = 'grown' OR of_age_at <= $2)")
        .bind(account)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// A request about to be sent.
pub(super) struct NewRequest<'r> {
    pub(super) account: AccountId,
    pub(super) guardian: &'r Guardian,
    pub(super) contact_hash: [u8; 32],
    pub(super) code_mac: [u8; 32],
    pub(super) link_hash: [u8; 32],
    pub(super) message: MessageId,
    pub(super) code_until: Timestamp,
    pub(super) until: Timestamp,
    pub(super) of_age_at: Option<Timestamp>,
}

/// Writes a request down in place of the one before; whether consent is still to be had.
pub(super) async fn ask(
    tx: &mut Tx,
    sealer: &dyn Sealer,
    new: &NewRequest<'_>,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE guardians SET state = $2, ended = NULL, person_sealed = $3, contact_hash = $4, code_mac = $5, tries = 0, \
         code_until = $6, link_hash = $7, withdraw_hash = NULL, message_id = $8, asked_at = COALESCE(asked_at, $9), \
         sent_at = $9, due_at = $10, of_age_at = COALESCE($11, of_age_at) \
         WHERE account_id = $1 AND state IN ('needed', 'asked')")
    .bind(new.account)
    .bind(ASKED)
    .bind(sealer.seal(PERSON, &new.guardian.write()))
    .bind(new.contact_hash)
    .bind(new.code_mac)
    .bind(new.code_until)
    .bind(new.link_hash)
    .bind(new.message)
    .bind(now)
    .bind(new.until)
    .bind(new.of_age_at)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Counts a try of the code before it is looked at; its hash, unless none is left, or the request is over.
pub(super) async fn try_code(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<(Vec<u8>, u32)>, DbError> {
    let row =
        sql("UPDATE guardians SET tries = tries + 1 WHERE account_id = $1 AND state = 'asked' AND code_until > $2 \
         AND tries < $3 RETURNING code_mac, tries")
        .bind(account)
        .bind(now)
        .bind(i64::from(CODE_TRIES))
        .fetch_optional(tx)
        .await?;
    row.map(|row| Ok((row.get("code_mac")?, tries(&row)?))).transpose()
}

/// Writes down that the guardian who was asked has consented, and by which link they take it back; whether they were still
/// waited for.
pub(super) async fn consent(
    tx: &mut Tx,
    account: AccountId,
    (withdraw_hash, version): ([u8; 32], &str),
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE guardians SET state = $2, consented_at = $3, withdraw_hash = $4, version = $5, erase_at = NULL, \
         due_at = NULL, code_mac = NULL, code_until = NULL WHERE account_id = $1 AND state = 'asked'")
    .bind(account)
    .bind(CONSENTED)
    .bind(now)
    .bind(withdraw_hash)
    .bind(version)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Another link to withdraw, in place of the one before; whether there is anything to withdraw.
pub(super) async fn replace_withdrawal(tx: &mut Tx, account: AccountId, hash: [u8; 32]) -> Result<bool, DbError> {
    sql("UPDATE guardians SET withdraw_hash = $2 WHERE account_id = $1 AND state = 'consented'")
        .bind(account)
        .bind(hash)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Ends a request or a consent that stood so, and erases who it was; whether it still did.
pub(super) async fn end(
    tx: &mut Tx,
    (account, from): (AccountId, &State),
    ended: Ended,
    erase_at: Option<Timestamp>,
) -> Result<bool, DbError> {
    sql("UPDATE guardians SET state = $2, ended = $3, erase_at = COALESCE($4, erase_at), person_sealed = NULL, \
         contact_hash = NULL, code_mac = NULL, code_until = NULL, link_hash = NULL, withdraw_hash = NULL, due_at = NULL, \
         consented_at = NULL, version = NULL, message_id = NULL WHERE account_id = $1 AND state = $5")
    .bind(account)
    .bind(NEEDED)
    .bind(ended.code())
    .bind(erase_at)
    .bind(from.code())
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Writes down that the owner is 14, and erases who answered for them.
pub(super) async fn grow(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    sql("UPDATE guardians SET state = $2, ended = NULL, erase_at = NULL, person_sealed = NULL, contact_hash = NULL, \
         code_mac = NULL, code_until = NULL, link_hash = NULL, withdraw_hash = NULL, due_at = NULL, message_id = NULL \
         WHERE account_id = $1 AND state <> $2")
    .bind(account)
    .bind(GROWN)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Whether a contact has consented for as many accounts as it may, that one left out.
pub(super) async fn has_enough(tx: &mut Tx, contact_hash: [u8; 32], account: AccountId) -> Result<bool, DbError> {
    let row = sql("SELECT COUNT(*) AS n FROM guardians \
         WHERE contact_hash = $1 AND state = 'consented' AND account_id <> $2")
    .bind(contact_hash)
    .bind(account)
    .fetch_one(tx)
    .await?;
    Ok(row.get::<i64>("n")? >= MOST_CHILDREN)
}

/// Up to a batch of those whose owner is 14 by now, whose guardian did not answer in time, or whose account is to be closed.
pub(super) async fn due(tx: &mut Tx, sealer: &dyn Sealer, now: Timestamp) -> Result<Vec<Guardianship>, DbError> {
    let rows = sql(columns!(
        "WHERE (of_age_at <= $1 AND state <> 'grown') OR due_at <= $1 OR erase_at <= $1 ORDER BY account_id LIMIT $2"
    ))
    .bind(now)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| guardianship(sealer, row)).collect()
}

fn guardianship(sealer: &dyn Sealer, row: &Row) -> Result<Guardianship, DbError> {
    let broken = |column: &'static str| BrokenRow::new(column, "breaks a rule");
    let sealed: Option<Vec<u8>> = row.get("person_sealed")?;
    let guardian = sealed.map(|sealed| {
        let opened = sealer.open(PERSON, &sealed);
        opened.and_then(|bytes| Guardian::read(&bytes)).ok_or_else(|| broken("person_sealed"))
    });
    Ok(Guardianship {
        account: row.get("account_id")?,
        state: state(row)?,
        why: Why::parse(&row.get::<String>("why")?).ok_or_else(|| broken("why"))?,
        of_age_at: row.get("of_age_at")?,
        erase_at: row.get("erase_at")?,
        guardian: guardian.transpose()?,
    })
}

fn state(row: &Row) -> Result<State, DbError> {
    let ended = row.get::<Option<String>>("ended")?;
    Ok(match row.get::<String>("state")?.as_str() {
        // Why, another version may know: that it is needed anew is enough.
        NEEDED => State::Needed { ended: ended.map(|code| Ended::parse(&code).unwrap_or(Ended::Lapsed)) },
        ASKED => State::Asked(Asked {
            sent_at: row.get("sent_at")?,
            message: row.get("message_id")?,
            code_until: row.get("code_until")?,
            tries: tries(row)?,
            until: row.get("due_at")?,
        }),
        CONSENTED => State::Consented { at: row.get("consented_at")? },
        GROWN => State::Grown,
        _ => return Err(BrokenRow::new("state", "is none").into()),
    })
}

fn tries(row: &Row) -> Result<u32, DbError> {
    u32::try_from(row.get::<i64>("tries")?).map_err(|_| BrokenRow::new("tries", "is out of range").into())
}
