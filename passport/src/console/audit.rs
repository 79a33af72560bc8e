//! What is on record, for who looks at what the others do.
//!
//! Lines tell of accounts by their ids; from where somebody did something is not opened here.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::{Choice, FormErrors, Page};

use super::Console;
use super::acts::Act;
use super::frame::framed;
use super::gate::Refusal;
use super::model::Person;
use super::visit::StaffVisit;
use crate::audit::RETENTION;
use crate::audit::store::lines::Line;
use crate::audit::store::search::{Sought, newest};
use crate::web::moment;

/// How many lines are shown.
const LINES: i64 = 100;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// The id of one of the staff.
    who: String,
    /// The code of a kind.
    kind: String,
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
    let found = console.read(sought, |sought, tx| async move { newest(tx, &sought, LINES).await }.boxed()).await?;
    let page = framed(visit.page, &me);
    let shown = AuditPage {
        errors: FormErrors::default(),
        people: people.iter().map(|person| Choice::new(person.id.to_string(), person.name.clone())).collect(),
        rows: found.into_iter().map(|line| row(line, &people)).collect(),
        who: query.who,
        kind: query.kind,
        page,
    };
    Ok(shown.into_response())
}

fn row(line: Line, people: &[Person]) -> Row {
    let named = line.actor.strip_prefix("staff:").and_then(|id| people.iter().find(|one| one.id.to_string() == id));
    let by = named.map_or_else(|| line.actor.clone(), |person| person.name.clone());
    Row { kind: line.kind, at: moment::exact(line.at), by, details: line.details }
}
