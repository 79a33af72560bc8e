//! The staff, their links and their sessions.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use crate::console::model::{IDLE, Person, Role, Roles, StaffId, State};

fn person(row: &Row) -> Result<Person, DbError> {
    let state: String = row.get("state")?;
    Ok(Person {
        id: row.get("id")?,
        name: row.get("name")?,
        roles: Roles::parse(&row.get::<String>("roles")?),
        state: State::parse(&state).ok_or_else(|| BrokenRow::new("state", "is no state"))?,
        made_at: row.get("made_at")?,
    })
}

/// Writes somebody down who is asked in.
///
/// # Errors
/// [`DbError::Conflict`]: somebody is called so already; see [`DbError`].
pub async fn insert(tx: &mut Tx, new: &Person) -> Result<(), DbError> {
    sql("INSERT INTO staff (id, name, roles, state, made_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(new.id)
        .bind(new.name.as_str())
        .bind(new.roles.to_string())
        .bind(new.state.as_str())
        .bind(new.made_at)
        .execute(tx)
        .await
        .map(drop)
}

/// Everybody, by name.
///
/// # Errors
/// See [`DbError`].
pub async fn all(tx: &mut Tx) -> Result<Vec<Person>, DbError> {
    let rows = sql("SELECT id, name, roles, state, made_at FROM staff ORDER BY name").fetch_all(tx).await?;
    rows.iter().map(person).collect()
}

/// Somebody, by their id.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, id: StaffId) -> Result<Option<Person>, DbError> {
    let row =
        sql("SELECT id, name, roles, state, made_at FROM staff WHERE id = $1").bind(id).fetch_optional(tx).await?;
    row.as_ref().map(person).transpose()
}

/// Somebody, by what they are called.
///
/// # Errors
/// See [`DbError`].
pub async fn named(tx: &mut Tx, name: &str) -> Result<Option<Person>, DbError> {
    let found = sql("SELECT id, name, roles, state, made_at FROM staff WHERE name = $1").bind(name);
    found.fetch_optional(tx).await?.as_ref().map(person).transpose()
}

/// Whether somebody can sign in who decides who belongs.
///
/// # Errors
/// See [`DbError`].
pub async fn has_operator(tx: &mut Tx) -> Result<bool, DbError> {
    let active = all(tx).await?.into_iter().filter(|person| person.state == State::Active);
    Ok(active.into_iter().any(|person| person.roles.has(Role::Operator)))
}

/// Gives somebody another state, if they are in this one; whether they were.
///
/// # Errors
/// See [`DbError`].
pub async fn move_on(tx: &mut Tx, id: StaffId, from: State, to: State) -> Result<bool, DbError> {
    sql("UPDATE staff SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Gives somebody other roles, if they have these; whether they had.
///
/// # Errors
/// See [`DbError`].
pub async fn change_roles(tx: &mut Tx, id: StaffId, from: &str, to: &str) -> Result<bool, DbError> {
    sql("UPDATE staff SET roles = $3 WHERE id = $1 AND roles = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Gives somebody roles, whichever they had.
///
/// # Errors
/// See [`DbError`].
pub async fn set_roles(tx: &mut Tx, id: StaffId, roles: &str) -> Result<(), DbError> {
    sql("UPDATE staff SET roles = $2 WHERE id = $1").bind(id).bind(roles).execute(tx).await.map(drop)
}

/// A one-time link about to be written.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The hash of what it carries.
    pub token_hash: [u8; 32],
    /// For whom.
    pub staff: StaffId,
    /// Why it was made at the command line although there is an operator.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// Writes a link; those that the person had before count no more.
///
/// # Errors
/// See [`DbError`].
pub async fn insert_link(tx: &mut Tx, link: &NewLink) -> Result<(), DbError> {
    end_links(tx, link.staff, link.at).await?;
    sql("INSERT INTO staff_links (token_hash, staff_id, why, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(link.token_hash)
        .bind(link.staff)
        .bind(link.why.clone())
        .bind(link.at)
        .bind(link.expires_at)
        .execute(tx)
        .await
        .map(drop)
}

/// Ends every link of a person.
///
/// # Errors
/// See [`DbError`].
pub async fn end_links(tx: &mut Tx, staff: StaffId, now: Timestamp) -> Result<(), DbError> {
    let ended = sql("UPDATE staff_links SET used_at = $2 WHERE staff_id = $1 AND used_at IS NULL");
    ended.bind(staff).bind(now).execute(tx).await.map(drop)
}

/// Whose link it is, if it counts in that browser: one that nobody began to use, or this browser did.
///
/// # Errors
/// See [`DbError`].
pub async fn link(
    tx: &mut Tx,
    token_hash: [u8; 32],
    browser: [u8; 32],
    now: Timestamp,
) -> Result<Option<Person>, DbError> {
    let row = sql("SELECT p.id, p.name, p.roles, p.state, p.made_at FROM staff_links l \
         JOIN staff p ON p.id = l.staff_id WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $3 \
         AND (l.browser IS NULL OR l.browser = $2) AND p.state = 'invited'")
    .bind(token_hash)
    .bind(browser)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(person).transpose()
}

/// Ties a link to the browser that begins to use it; whether it counts there.
///
/// # Errors
/// See [`DbError`].
pub async fn tie_link(tx: &mut Tx, token_hash: [u8; 32], browser: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE staff_links SET browser = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $3 \
         AND (browser IS NULL OR browser = $2)")
    .bind(token_hash)
    .bind(browser)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Uses a link up; whether this was the one time.
///
/// # Errors
/// See [`DbError`].
pub async fn use_link(tx: &mut Tx, token_hash: [u8; 32], browser: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE staff_links SET used_at = $3 WHERE token_hash = $1 AND browser = $2 AND used_at IS NULL \
         AND expires_at > $3")
    .bind(token_hash)
    .bind(browser)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Begins a session.
///
/// # Errors
/// See [`DbError`].
pub async fn open_session(
    tx: &mut Tx,
    token_hash: [u8; 32],
    staff: StaffId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("INSERT INTO staff_sessions (token_hash, staff_id, began_at, idle_until, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(token_hash)
        .bind(staff)
        .bind(now)
        .bind(now + IDLE)
        .bind(expires_at)
        .execute(tx)
        .await
        .map(drop)
}

/// Who has that session, as they are now; and until when it lasts unused.
///
/// # Errors
/// See [`DbError`].
pub async fn session(
    tx: &mut Tx,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<(Person, Timestamp)>, DbError> {
    let row = sql("SELECT p.id, p.name, p.roles, p.state, p.made_at, s.idle_until FROM staff_sessions s \
         JOIN staff p ON p.id = s.staff_id \
         WHERE s.token_hash = $1 AND s.idle_until > $2 AND s.expires_at > $2 AND p.state = 'active'")
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok((person(&row)?, row.get("idle_until")?))).transpose()
}

/// Notes that a session is used.
///
/// # Errors
/// See [`DbError`].
pub async fn touch(tx: &mut Tx, token_hash: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    let touched = sql("UPDATE staff_sessions SET idle_until = $2 WHERE token_hash = $1 AND idle_until > $3");
    touched.bind(token_hash).bind(now + IDLE).bind(now).execute(tx).await.map(drop)
}

/// Ends a session.
///
/// # Errors
/// See [`DbError`].
pub async fn end_session(tx: &mut Tx, token_hash: [u8; 32]) -> Result<(), DbError> {
    sql("DELETE FROM staff_sessions WHERE token_hash = $1").bind(token_hash).execute(tx).await.map(drop)
}

/// Ends every session of a person.
///
/// # Errors
/// See [`DbError`].
pub async fn end_sessions(tx: &mut Tx, staff: StaffId) -> Result<(), DbError> {
    sql("DELETE FROM staff_sessions WHERE staff_id = $1").bind(staff).execute(tx).await.map(drop)
}
