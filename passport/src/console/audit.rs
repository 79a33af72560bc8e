//! What is on record, for who looks at what the others do.
//!
//! Lines tell of accounts by their ids; from where somebody did something is not opened here.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::{Choice, FormErrors, Page};

use super::acts::Act;
use super::frame::framed;
use super::gate::Refusal;
use super::model::Person;
use super::visit::StaffVisit;
use super::{Console, paths};
use crate::audit::store::lines::Line;
use crate::audit::store::search::{Sought, newest_before};
use crate::audit::{EventId, RETENTION};
use crate::web::moment;

/// How many lines stand on a page.
const LINES: usize = 100;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// The id of one of the staff.
    who: String,
    /// The code of a kind.
    kind: String,
    /// The last line of the page before: when, and its id.
    before: String,
}

/// A line of the record.
struct Row {
    kind: String,
    at: String,
    by: String,
    details: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/audit.html")]
struct AuditPage {
    page: Page,
    errors: FormErrors,
    who: String,
    kind: String,
    people: Vec<Choice>,
    rows: Vec<Row>,
    older: Option<String>,
}

/// GET: the newest of what is sought.
pub async fn show(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SearchAudit).await?;
    let people = console.people().await?;
    let now = console.accounts().parts().clock.now();
    let who = people.iter().find(|person| person.id.to_string() == query.who);
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let sought = Sought {
        actor: who.map(|person| format!("staff:{}", person.id)),
        kind: some(&query.kind),
        since: now - RETENTION,
        until: Timestamp::from_millis(now.millis() + 1),
        ..Sought::default()
    };
    let args = (sought, read_before(&query.before));
    let found = console.read(args, |(sought, before), tx| {
        async move { newest_before(tx, &sought, before.as_ref(), LINES as i64 + 1).await }.boxed()
    });
    let mut found = found.await?;
    let more = found.len() > LINES;
    found.truncate(LINES);
    let older = found.last().filter(|_| more).map(|last| older(&query, last));
    let page = framed(visit.page, &me);
    let shown = AuditPage {
        errors: FormErrors::default(),
        people: people.iter().map(|person| Choice::new(person.id.to_string(), person.name.clone())).collect(),
        rows: found.into_iter().map(|line| row(line, &people)).collect(),
        who: query.who,
        kind: query.kind,
        older,
        page,
    };
    Ok(shown.into_response())
}

/// Where the lines before the last one are.
fn older(query: &AuditQuery, last: &Line) -> String {
    let mut asked = Serializer::new(String::new());
    let before = format!("{}.{}", last.at.millis(), last.id);
    asked.append_pair("who", &query.who).append_pair("kind", &query.kind).append_pair("before", &before);
    format!("{}?{}", paths::AUDIT, asked.finish())
}

/// What [`older`] says; anything else is the first page.
fn read_before(text: &str) -> Option<(Timestamp, String)> {
    let (at, id) = text.split_once('.')?;
    let id = id.parse::<EventId>().ok()?;
    let millis = at.parse::<i64>().ok().filter(|millis| (0..=i64::MAX / 2).contains(millis))?;
    Some((Timestamp::from_millis(millis), id.to_string()))
}

fn row(line: Line, people: &[Person]) -> Row {
    let named = line.actor.strip_prefix("staff:").and_then(|id| people.iter().find(|one| one.id.to_string() == id));
    let by = named.map_or_else(|| line.actor.clone(), |person| person.name.clone());
    Row { kind: line.kind, at: moment::exact(line.at), by, details: line.details }
}
