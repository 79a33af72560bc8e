//! `passport retention`, and the clean-up of `passport serve`, which is the same.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;
use shared::clock::Timestamp;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::{jobs, world};
use crate::accounts::Accounts;
use crate::app::App;
use crate::jobs::{Job, Jobs, Outcome, Turn};
use crate::tables::Retention;
use crate::tables::retention::Removed;

/// What can be done about data that is past its time.
#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Remove what is past its time now, batch after batch, as `passport serve` does every `clean_up.every`. Of all nodes and
    /// this command one does it at a time.
    Run {
        /// Change nothing: say how many rows of which table would go, by which rule.
        #[arg(long)]
        dry_run: bool,
    },
}

pub async fn run(command: RetentionCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let RetentionCommand::Run { dry_run } = command;
    let (config, db) = world::database(file).await?;
    let (job, refresh) = (jobs::clean_up(&config), config.tokens.refresh_absolute);
    let app = world::app(config, db.clone()).await?;
    let retention = of(&app, refresh);
    let done = match dry_run {
        true => due(&retention, output).await,
        false => remove(&app, &retention, job, output).await,
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

/// The rules of a passport whose refresh tokens live for so long.
pub fn of(app: &App, refresh_absolute: Duration) -> Retention {
    Retention::new(app.accounts.clone(), app.oidc.clone(), refresh_absolute)
}

/// What the job does that removes what is past its time.
pub async fn clean_up(accounts: Accounts, retention: Retention) -> Outcome {
    let reminded = remind(&accounts).await;
    reminded.and(retention.run().await.outcome())
}

/// Reminds owners of numbers that were proven long ago, before the numbers of those are settled who were.
async fn remind(accounts: &Accounts) -> Outcome {
    loop {
        match accounts.remind_of_numbers().await {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(format!("reminders of numbers: {error}")),
        }
    }
}

async fn due(retention: &Retention, output: &Output) -> Result<(), Failure> {
    let due = retention.due().await?;
    let waits: Vec<_> = due.iter().filter(|due| due.rows > 0).collect();
    let mut rows = vec![["rows", "table", "kept for", "after"].map(str::to_owned).to_vec()];
    rows.extend(waits.iter().map(|due| {
        let days = due.keep.as_secs() / (24 * 60 * 60);
        let kept = if days == 0 { format!("{}s", due.keep.as_secs()) } else { format!("{days}d") };
        vec![due.rows.to_string(), due.table.to_owned(), kept, due.since.to_owned()]
    }));
    let text = if waits.is_empty() { "nothing is past its time".to_owned() } else { table(&rows) };
    let rules: Vec<_> = due
        .iter()
        .map(|due| {
            let kept = due.keep.as_secs();
            json!({ "table": due.table, "rows": due.rows, "kept_seconds": kept, "after": due.since })
        })
        .collect();
    output.result(text, &json!({ "dry_run": true, "rules": rules }));
    Ok(())
}

async fn remove(app: &App, retention: &Retention, job: Job, output: &Output) -> Result<(), Failure> {
    let parts = app.accounts.parts();
    let jobs = Jobs::new(parts.db.clone(), parts.clock.clone(), &*world::entropy(), "command line");
    let done: Mutex<Removed> = Mutex::default();
    let work = || async {
        let removed = retention.run().await;
        let outcome = removed.outcome();
        if let Ok(mut done) = done.lock() {
            *done = removed;
        }
        outcome
    };
    match jobs.at_once(job, work).await? {
        Turn::Did(Ok(())) => {}
        Turn::Did(Err(problem)) => return Err(Failure::new(Exit::Failed, problem)),
        Turn::Waits(until) => return Err(taken(until)),
        Turn::Lost => return Err(Failure::new(Exit::Failed, "a node has taken it over, and goes on with it")),
    }
    let removed = done.into_inner().unwrap_or_default().rows;
    let lines: Vec<_> = removed.iter().map(|(table, rows)| vec![rows.to_string(), (*table).to_owned()]).collect();
    let text = if lines.is_empty() { "nothing was past its time".to_owned() } else { table(&lines) };
    let rows: Vec<_> = removed.iter().map(|(table, rows)| json!({ "table": table, "rows": rows })).collect();
    output.result(text, &json!({ "dry_run": false, "removed": rows }));
    Ok(())
}

fn taken(until: Timestamp) -> Failure {
    let message = format!("a node is at it, and has it until {until} at the least");
    Failure::new(Exit::Refused, message).advise("`passport doctor` says under jobs how it went")
}
