//! `passport keys rehash`

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::accounts::{Accounts, rehash};
use crate::app::App;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::keys::rehash::Step;
use crate::keys::reseal::Batch;
use crate::keys::store::LookupState;

/// How often, and how long apart, running nodes are waited for that are about to follow.
const LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(500);

/// How long the database is left to others after a batch.
const REST: Duration = Duration::from_millis(5);

pub async fn rehash(dry_run: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config, db).await?;
    if dry_run {
        let state = app.keys.rehash_state().await?;
        let text = match state {
            None | Some(LookupState::Settled) => "a new key would be made, and every document hashed by it".to_owned(),
            Some(state) => format!("a change is under way, and {}: it would be taken up", state.as_str()),
        };
        output.result(&text, &json!({ "state": state.map(LookupState::as_str), "dry_run": true }));
        return Ok(Exit::Done);
    }
    let mut state = app.keys.begin_rehash().await?;
    let mut lines = vec![];
    while state != LookupState::Settled {
        let done = deal_with(&app.accounts, state).await?;
        lines.push(format!("{}: {done} rows", state.as_str()));
        match advance(&app).await? {
            Step::At(next) => state = next,
            Step::Left(rows) => lines.push(format!("{rows} rows were written meanwhile")),
            Step::Unfollowed => {
                lines.push(
                    "a node that was heard of within a day does not use the new key yet, see `passport keys list`: run \
                     this once more when it does, or a day after it died"
                        .to_owned(),
                );
                break;
            }
        }
    }
    if state == LookupState::Settled {
        lines.push("documents are found by the new key, and by no other".to_owned());
    }
    output.result(lines.join("\n"), &json!({ "done": lines, "state": state.as_str() }));
    Ok(Exit::Done)
}

/// Does for every row what the state asks for; for how many.
async fn deal_with(accounts: &Accounts, state: LookupState) -> Result<usize, Failure> {
    let (mut done, mut broken) = (0, Vec::new());
    let mut after = Some(String::new());
    while let Some(last) = after {
        let batch = accounts.rehash_documents(state, &last).await?;
        after = taken(batch, &mut done, &mut broken).await;
    }
    after = (state == LookupState::Complete).then(String::new);
    while let Some(last) = after {
        let batch = accounts.rehash_appeals(&last).await?;
        after = taken(batch, &mut done, &mut broken).await;
    }
    if broken.is_empty() {
        return Ok(done);
    }
    let shown = broken.iter().map(String::as_str).take(10).collect::<Vec<_>>().join(", ");
    let message = format!("{} row(s) do not open, so they cannot be hashed anew: {shown}", broken.len());
    Err(Failure::new(Exit::Refused, message)
        .advise("documents are found by both keys until these are mended or removed"))
}

/// Counts a batch, and leaves the database to others for a moment; its last row.
async fn taken(batch: Batch, done: &mut usize, broken: &mut Vec<String>) -> Option<String> {
    *done += batch.done;
    broken.extend(batch.broken);
    tokio::time::sleep(REST).await;
    batch.last
}

/// Takes the next step as soon as every running node has followed.
async fn advance(app: &App) -> Result<Step, Failure> {
    for _ in 0..LOOKS {
        match app.keys.advance_rehash(rehash::left).await? {
            Step::Unfollowed => tokio::time::sleep(LOOK).await,
            other => return Ok(other),
        }
    }
    Ok(Step::Unfollowed)
}
