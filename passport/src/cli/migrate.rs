//! `passport migrate`

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};
use shared::db::locks::Step;
use shared::db::{Engine, MigrationState, Planned};

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::MIGRATIONS;
use crate::config::Config;

/// How the database is brought to this version.
#[derive(Debug, Args)]
pub struct MigrateCommand {
    /// Change nothing: show what is in force, what is to come, and what of it keeps others from which tables.
    #[arg(long)]
    plan: bool,
}

pub async fn run(command: MigrateCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let db = world::connect(&config).await?;
    let before = world::fitting(&db).await?;
    if command.plan {
        plan(db.engine(), &before, output);
    } else {
        db.migrate(&MIGRATIONS).await?;
        let text = match before.pending.len() {
            0 => "nothing to do: every migration is applied".to_owned(),
            n => format!("{n} migration(s) applied"),
        };
        output.result(text, &json!({ "applied": before.pending }));
    }
    db.close().await;
    Ok(Exit::Done)
}

/// Shows what is in force and what is to come.
fn plan(engine: Engine, state: &MigrationState, output: &Output) {
    let (name, waits) = match engine {
        Engine::Sqlite => ("sqlite", "nobody else writes while a migration runs, and everybody reads"),
        Engine::Postgres => (
            "postgres",
            "each migration is one transaction, and holds what it locks until its end; it waits 3 s for a lock, lets \
             others through, and tries again",
        ),
    };
    let planned = MIGRATIONS.plan(engine, &state.pending);
    let last = state.applied.last().map(|version| MIGRATIONS.plan(engine, &[*version]));
    let last = last.and_then(|mut known| known.pop());
    let mut text = format!("in force: {} migration(s)", state.applied.len());
    if let Some(last) = &last {
        let _ = write!(text, ", the last of them {:04} {}", last.version, last.name);
    }
    if let Some(newest) = state.newer.last() {
        let _ =
            write!(text, "; {} of a newer version, up to {newest:04}, beside which this one works", state.newer.len());
    }
    text += if planned.is_empty() { "\nto come: nothing" } else { "\nto come:" };
    for migration in &planned {
        let _ = write!(text, "\n{:04} {}{}", migration.version, migration.name, told(engine, migration));
    }
    if !planned.is_empty() {
        let _ = write!(text, "\n{waits}");
    }
    let value = json!({
        "engine": name,
        "in_force": state.applied,
        "newer": state.newer,
        "to_come": planned.iter().map(|migration| value(engine, migration)).collect::<Vec<_>>(),
        "note": waits,
    });
    output.result(text, &value);
}

/// What a migration does to tables that are there, a line each.
fn told(engine: Engine, migration: &Planned) -> String {
    let steps = match &migration.steps {
        Ok(steps) if steps.is_empty() => return "\n  makes what is new, and touches no table that is there".to_owned(),
        Ok(steps) => steps,
        Err(unread) => return format!("\n  what it locks cannot be told: read the statement `{}`", unread.0),
    };
    let mut lines = String::new();
    let mut statement = "";
    for step in steps {
        if step.statement != statement {
            statement = &step.statement;
            let _ = write!(lines, "\n  {statement}");
        }
        let Step { table, lock, work, .. } = step;
        let _ = match engine {
            Engine::Sqlite => write!(lines, "\n    {table}: {}", work.told()),
            Engine::Postgres => write!(lines, "\n    {table}: {} ({}); {}", lock.told(), lock.mode(), work.told()),
        };
    }
    lines
}

fn value(engine: Engine, migration: &Planned) -> Value {
    let step = |step: &Step| {
        let lock = (engine == Engine::Postgres).then(|| step.lock.mode());
        json!({ "statement": step.statement, "table": step.table, "lock": lock, "work": step.work.code() })
    };
    let steps = migration.steps.as_ref().ok().map(|steps| steps.iter().map(step).collect::<Vec<_>>());
    let unread = migration.steps.as_ref().err().map(|unread| &unread.0);
    json!({ "version": migration.version, "name": migration.name, "steps": steps, "unread": unread })
}
