//! What is on record about an organisation, for its members.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use super::{Mark, decode};
use crate::audit::Event;

/// One event of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Where it stands.
    pub mark: Mark,
    /// Who did it, as it is stored.
    pub actor: String,
    /// What was done; `None` for a kind that this version does not have.
    pub event: Option<Event>,
}

impl Noted {
    /// The account of who did it; none: somebody of the staff, or the passport itself.
    pub fn actor_account(&self) -> Option<&str> {
        self.actor.strip_prefix("account:")
    }
}

/// The events that concern an organisation, newest first. The column that they are found by is not sealed with them: what
/// an event itself says of whom it concerns is compared, and one that says something else is none of theirs.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_organisation(
    tx: &mut Tx,
    (organisation, since): (&str, Timestamp),
    before: Option<Mark>,
    most: i64,
) -> Result<Vec<Noted>, DbError> {
    let (at, id) = before.map_or((Timestamp::from_millis(i64::MAX), String::new()), |m| (m.at, m.id.to_string()));
    let rows = sql("SELECT id, at, actor, kind, details FROM audit_events \
         WHERE organisation_id = $1 AND at >= $2 AND at <= $3 AND (at < $3 OR id < $4) ORDER BY at DESC, id DESC LIMIT $5")
    .bind(organisation)
    .bind(since)
    .bind(at)
    .bind(id)
    .bind(most)
    .fetch_all(tx)
    .await?;
    let read = |row: &Row| {
        let event = decode(row.get("kind")?, &row.get::<String>("details")?);
        let mark = Mark { at: row.get("at")?, id: row.get("id")? };
        let event = event.filter(|event| event.organisation() == Some(organisation));
        Ok(Noted { mark, actor: row.get("actor")?, event })
    };
    rows.iter().map(read).collect()
}
