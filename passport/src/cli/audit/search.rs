//! `passport audit search`

use std::path::Path;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::db::DbError;

use crate::audit::store::lines::Line;
use crate::audit::store::search::{self, Sought};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;

/// Shows what is found.
pub async fn search(sought: Sought, limit: u32, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let audit = world::app(config, db.clone()).await?.audit.clone();
    let read = db.read::<_, DbError, _>(move |tx| {
        let (sought, audit) = (sought.clone(), audit.clone());
        async move {
            let lines = search::newest(tx, &sought, i64::from(limit)).await?;
            audit.opened(tx, lines).await
        }
        .boxed()
    });
    let lines = read.await?;
    db.close().await;
    let mut rows = vec![["TIME", "KIND", "ACTOR", "ACCOUNT", "CLIENT", "FROM", "DETAILS"].map(str::to_owned).to_vec()];
    rows.extend(lines.iter().map(row));
    let text = if lines.is_empty() { "no such event".to_owned() } else { table(&rows) };
    output.result(text, &lines.iter().map(value).collect::<Vec<_>>());
    Ok(Exit::Done)
}

fn row(line: &Line) -> Vec<String> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    // The account's id stands in a column of its own.
    let details = match details(line) {
        Value::Object(mut fields) => {
            fields.retain(|name, _| name != "account" && name != "client");
            if fields.is_empty() { String::new() } else { Value::Object(fields).to_string() }
        }
        other => other.to_string(),
    };
    vec![
        line.at.to_string(),
        line.kind.clone(),
        line.actor.clone(),
        or_none(&line.account),
        or_none(&line.client),
        or_none(&line.network),
        details,
    ]
}

fn details(line: &Line) -> Value {
    serde_json::from_str(&line.details).unwrap_or_else(|_| Value::String(line.details.clone()))
}

/// An event as programs read it.
pub fn value(line: &Line) -> Value {
    json!({
        "id": line.id, "at": line.at.to_string(), "at_millis": line.at.millis(), "kind": line.kind, "actor": line.actor,
        "account": line.account, "client": line.client, "details": details(line), "network": line.network,
        "device": line.device, "batch": line.batch,
    })
}
