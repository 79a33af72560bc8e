//! What the passport ended lately: a session that is just being signed in must not begin after its end.
//!
//! Between the redemption of a code and the row of the session lie the checks and a call for user information. A logout
//! token that comes in between finds nothing to end (OpenID Connect Back-Channel Logout 1.0 §2.7), so it is remembered.
//! A sign-in and a token write the same row before they look at anything else: whichever comes second waits for the
//! first to be done, on either database.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::sign_in::logout_token::Whom;
use crate::sign_in::person::Person;

/// Longer than a sign-in takes from the code to the session, all time limits of calls included.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

fn of_session(sid: &str) -> String {
    format!("sid:{sid}")
}

fn of_subject(subject: &str) -> String {
    format!("sub:{subject}")
}

/// Remembers what the passport said then.
pub(in crate::sign_in) async fn remember(
    tx: &mut Tx,
    whom: &Whom,
    said_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let about = match whom {
        Whom::Session { sid, .. } => of_session(sid),
        Whom::Subject(subject) => of_subject(subject),
    };
    sql("INSERT INTO passport_ends (about, ended_at, over_at) VALUES ($1, $2, $3) \
         ON CONFLICT (about) DO UPDATE SET ended_at = excluded.ended_at, over_at = excluded.over_at")
    .bind(about)
    .bind(said_at)
    .bind(now + REMEMBERED)
    .execute(tx)
    .await
    .map(drop)
}

/// Whether a session of that person may begin. The id of a session that ended never comes back; a person who was signed
/// out everywhere may sign in anew, by an ID token of after that.
pub(in crate::sign_in) async fn may_begin(tx: &mut Tx, person: &Person, now: Timestamp) -> Result<bool, DbError> {
    let subject = of_subject(&person.subject);
    let session = person.sid.as_deref().map(of_session);
    if let Some(session) = session
        && ended_at(tx, session, now).await?.is_some()
    {
        return Ok(false);
    }
    Ok(ended_at(tx, subject, now).await?.is_none_or(|ended| person.issued_at > ended))
}

/// When what the row is about was ended. Holds the row until the transaction is over, and makes it where there is none.
async fn ended_at(tx: &mut Tx, about: String, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let row = sql("INSERT INTO passport_ends (about, ended_at, over_at) VALUES ($1, NULL, $2) \
         ON CONFLICT (about) DO UPDATE SET over_at = excluded.over_at RETURNING ended_at")
    .bind(about)
    .bind(now + REMEMBERED)
    .fetch_optional(tx)
    .await?;
    row.map_or(Ok(None), |row| row.get("ended_at"))
}

/// Forgets what no sign-in under way can be about; how much that was.
pub(in crate::sign_in) async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM passport_ends WHERE over_at <= $1").bind(now).execute(tx).await
}
