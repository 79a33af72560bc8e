//! `passport keys compromise`

use std::path::Path;

use serde_json::json;

use crate::accounts::Accounts;
use crate::accounts::sessions::Progress;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::keys::Change;

pub async fn compromise(kid: &str, end_sessions: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config.clone(), db).await?;
    let changes = app.keys.compromise(kid).await?;
    let now = app.keys.stock().await?.now;
    let mut lines: Vec<String> = changes.iter().map(Change::to_string).collect();
    let ended = if end_sessions { Some(end_everybodys(&app.accounts).await?) } else { None };
    lines.push(match ended {
        Some(ended) => format!("{ended} sessions ended; their sites are being told"),
        None => "sessions go on; `passport keys compromise` with --end-sessions would have ended them".to_owned(),
    });
    let until = now + config.keys.jwks_max_age;
    lines.push(
        "every running node follows within a second; one that is cut off publishes no keys after a minute".into(),
    );
    lines.push(format!(
        "sites may keep key sets that they fetched before, until {until}: so long they may believe what the key signs"
    ));
    lines.push("a site that keeps key sets for longer than it is told, or fetches none at all, stays exposed until it does: the passport cannot know which do".into());
    let value = json!({ "done": lines, "sessions_ended": ended, "sites_exposed_until": until.to_string() });
    output.result(lines.join("\n"), &value);
    Ok(Exit::Done)
}

async fn end_everybodys(accounts: &Accounts) -> Result<u64, Failure> {
    let mut done = Progress::default();
    while let Some(further) = accounts.end_everybodys(done).await? {
        done = further;
    }
    Ok(done.ended)
}
