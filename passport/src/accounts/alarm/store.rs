//! The tables of alarms' links and of cases.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use shared::http::{Caller, Device};
use shared::i18n::Lang;

use super::{CaseNumber, LIFETIME};
use crate::accounts::contact::{self, Held, Standing};
use crate::accounts::model::AccountId;
use crate::delivery::MessageId;

/// A link that is sent with a notice.
#[derive(Debug, Clone)]
pub(super) struct NewLink<'a> {
    pub(super) token_hash: [u8; 32],
    pub(super) account: AccountId,
    /// The kind of contact that it is sent to, or `session`.
    pub(super) via: &'static str,
    /// What the notice tells of.
    pub(super) about: &'a str,
    /// When that was.
    pub(super) at: Timestamp,
    /// From where it was done.
    pub(super) from: Option<Caller>,
}

/// What a link is about.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    pub(super) account: AccountId,
    pub(super) via: String,
    pub(super) about: String,
    pub(super) at: Timestamp,
    /// From which network it was done, and by which device, if it was in a browser.
    pub(super) network: Option<String>,
    pub(super) device: Option<Device>,
    pub(super) expires_at: Timestamp,
    /// The case that it opened, or joined.
    pub(super) case: Option<CaseNumber>,
}

impl Alarm {
    /// One that is raised without the link of a notice.
    pub(super) fn reported(account: AccountId, via: &str, (about, at): (String, Timestamp)) -> Self {
        Self { account, via: via.to_owned(), about, at, network: None, device: None, expires_at: at, case: None }
    }
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its number.
    pub number: CaseNumber,
    /// The account.
    pub account: AccountId,
    /// What its owner says was somebody else: the name of a notice, or the kind of an event.
    pub about: String,
    /// When that was.
    pub at: Timestamp,
    /// The kind of contact by which it was reported, or `session`.
    pub via: String,
    /// When it was reported.
    pub opened_at: Timestamp,
    /// From which network.
    pub network: Option<String>,
    /// By which device.
    pub device: Option<Device>,
    /// When staff closed it.
    pub closed_at: Option<Timestamp>,
    /// Whether the account is shut still: its password was not chosen anew since.
    pub shut: bool,
}

pub(super) async fn insert_link(tx: &mut Tx, new: &NewLink<'_>) -> Result<(), DbError> {
    sql("INSERT INTO alarms (token_hash, account_id, via, about, at, expires_at, network, device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(new.token_hash)
    .bind(new.account)
    .bind(new.via)
    .bind(new.about)
    .bind(new.at)
    .bind(new.at + LIFETIME)
    .bind(new.from.map(|from| from.network.to_string()))
    .bind(new.from.map(|from| from.device.to_string()))
    .execute(tx)
    .await
    .map(drop)
}

/// What a link is about, if it is one and its account is there still.
pub(super) async fn find_link(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<Alarm>, DbError> {
    let row = sql("SELECT l.account_id, l.via, l.about, l.at, l.network, l.device, l.expires_at, l.case_number \
         FROM alarms l \
         JOIN accounts a ON a.id = l.account_id AND a.closed_at IS NULL WHERE l.token_hash = $1")
    .bind(token_hash)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Alarm {
            account: row.get("account_id")?,
            via: row.get("via")?,
            about: row.get("about")?,
            at: row.get("at")?,
            network: row.get("network")?,
            device: row.get::<Option<String>>("device")?.map(|stored| Device::parse(&stored)),
            expires_at: row.get("expires_at")?,
            case: row.get::<Option<String>>("case_number")?.map(|stored| number(&stored)).transpose()?,
        })
    })
    .transpose()
}

/// Spends a link; whether it was still there to be spent.
pub(super) async fn spend_link(tx: &mut Tx, token_hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE alarms SET raised_at = $2 WHERE token_hash = $1 AND raised_at IS NULL AND expires_at > $2 \
         RETURNING token_hash")
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await
    .map(|row| row.is_some())
}

/// Notes the case that a link belongs to.
pub(super) async fn set_case(tx: &mut Tx, token_hash: [u8; 32], case: &CaseNumber) -> Result<(), DbError> {
    sql("UPDATE alarms SET case_number = $2 WHERE token_hash = $1")
        .bind(token_hash)
        .bind(case.as_str())
        .execute(tx)
        .await
        .map(drop)
}

/// Opens a case about an alarm; whether the number was free.
pub(super) async fn open_case(
    tx: &mut Tx,
    number: &CaseNumber,
    alarm: &Alarm,
    (caller, now): (Caller, Timestamp),
) -> Result<bool, DbError> {
    sql("INSERT INTO cases (number, account_id, about, at, via, opened_at, network, device) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number) DO NOTHING")
    .bind(number.as_str())
    .bind(alarm.account)
    .bind(&alarm.about)
    .bind(alarm.at)
    .bind(&alarm.via)
    .bind(now)
    .bind(caller.network.to_string())
    .bind(caller.device.to_string())
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

macro_rules! cases {
    ($rest:literal) => {
        concat!(
            "SELECT c.number, c.account_id, c.about, c.at, c.via, c.opened_at, c.network, c.device, c.closed_at, \
             CASE WHEN a.frozen_at >= c.opened_at THEN c.opened_at END AS shut_at \
             FROM cases c JOIN accounts a ON a.id = c.account_id ",
            $rest
        )
    };
}

/// Whom a message about a sign-in goes to.
pub(super) struct Owner {
    /// Their mail address or, if that is not proven, their number; one that is proven.
    pub(super) contact: Held,
    pub(super) lang: Lang,
    pub(super) created_at: Timestamp,
    pub(super) password_set_at: Timestamp,
}

/// The owner of an account, if they have a proven contact.
pub(super) async fn owner(tx: &mut Tx, account: AccountId) -> Result<Option<Owner>, DbError> {
    let Standing { email, mobile } = contact::store::standing(tx, account).await?;
    let mut proven = email.into_iter().chain(mobile).filter(|held| held.proven_at.is_some());
    let Some(contact) = proven.next() else { return Ok(None) };
    let query = sql("SELECT locale, created_at, password_set_at FROM accounts WHERE id = $1").bind(account);
    let row = query.fetch_one(tx).await?;
    let locale = row.get::<Option<String>>("locale")?.and_then(|tag| Lang::parse(&tag));
    Ok(Some(Owner {
        contact,
        lang: locale.unwrap_or_default(),
        created_at: row.get("created_at")?,
        password_set_at: row.get("password_set_at")?,
    }))
}

/// Notes the message about the lock of an account.
pub(super) async fn put_lock_notice(
    tx: &mut Tx,
    account: AccountId,
    message: MessageId,
    due: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO lock_notices (account_id, message_id, due_at) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id) DO UPDATE SET message_id = excluded.message_id, due_at = excluded.due_at")
    .bind(account)
    .bind(message)
    .bind(due)
    .execute(tx)
    .await
    .map(drop)
}

/// The message about the lock of an account, the last one; it is asked for once.
pub(super) async fn take_lock_notice(tx: &mut Tx, account: AccountId) -> Result<Option<MessageId>, DbError> {
    let row = sql("DELETE FROM lock_notices WHERE account_id = $1 RETURNING message_id")
        .bind(account)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.get("message_id")).transpose()
}

/// The case of that number.
///
/// # Errors
/// See [`DbError`].
pub async fn find_case(tx: &mut Tx, wanted: &CaseNumber) -> Result<Option<Case>, DbError> {
    let row = sql(cases!("WHERE c.number = $1")).bind(wanted.as_str()).fetch_optional(tx).await?;
    row.map(|row| case(&row)).transpose()
}

/// The case by which an account is shut.
pub(super) async fn case_of(tx: &mut Tx, account: AccountId) -> Result<Option<Case>, DbError> {
    let row = sql(cases!(
        "WHERE c.account_id = $1 AND a.frozen_at >= c.opened_at AND c.closed_at IS NULL ORDER BY c.opened_at DESC LIMIT 1"
    ))
    .bind(account)
    .fetch_optional(tx)
    .await?;
    row.map(|row| case(&row)).transpose()
}

/// Cases, the newest first: those that staff have not closed, or all.
///
/// # Errors
/// See [`DbError`].
pub async fn cases(tx: &mut Tx, all: bool, most: u32) -> Result<Vec<Case>, DbError> {
    let query = match all {
        true => sql(cases!("ORDER BY c.opened_at DESC, c.number LIMIT $1")),
        false => sql(cases!("WHERE c.closed_at IS NULL ORDER BY c.opened_at DESC, c.number LIMIT $1")),
    };
    query.bind(i64::from(most)).fetch_all(tx).await?.iter().map(case).collect()
}

/// Closes a case; whose it is, unless it was closed before.
///
/// # Errors
/// See [`DbError`].
pub async fn close_case(tx: &mut Tx, number: &CaseNumber, now: Timestamp) -> Result<Option<AccountId>, DbError> {
    let row = sql("UPDATE cases SET closed_at = $2 WHERE number = $1 AND closed_at IS NULL RETURNING account_id")
        .bind(number.as_str())
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.get("account_id")).transpose()
}

fn case(row: &Row) -> Result<Case, DbError> {
    Ok(Case {
        number: number(&row.get::<String>("number")?)?,
        account: row.get("account_id")?,
        about: row.get("about")?,
        at: row.get("at")?,
        via: row.get("via")?,
        opened_at: row.get("opened_at")?,
        network: row.get("network")?,
        device: row.get::<Option<String>>("device")?.map(|stored| Device::parse(&stored)),
        closed_at: row.get("closed_at")?,
        shut: row.get::<Option<Timestamp>>("shut_at")?.is_some(),
    })
}

fn number(stored: &str) -> Result<CaseNumber, DbError> {
    CaseNumber::parse(stored).ok_or_else(|| BrokenRow::new("number", "is no number of a case").into())
}
