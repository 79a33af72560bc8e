//! `passport keys compromise`

use std::path::Path;

use serde_json::json;

use crate::accounts::Accounts;
use crate::accounts::sessions::Progress;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::keys::Change;
use crate::oidc::key_news;

pub async fn compromise(kid: &str, end_sessions: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config.clone(), db).await?;
    let changes = app.keys.compromise(kid).await?;
    let now = app.keys.stock().await?.now;
    let mut lines: Vec<String> = changes.iter().map(Change::to_string).collect();
    let ended = if end_sessions { Some(end_everybodys(&app.accounts).await?) } else { None };
    let (told, silent): (Vec<_>, Vec<_>) =
        app.clients.all().await?.into_iter().partition(|client| !key_news::addresses(client).is_empty());
    lines.push(format!("{} clients are being told by mail", told.len()));
    if !silent.is_empty() {
        let ids: Vec<_> = silent.iter().map(|client| client.id.to_string()).collect();
        lines.push(format!("{} have no contact with a mail address; tell them: {}", silent.len(), ids.join(", ")));
    }
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
    let value = json!({
        "done": lines, "sessions_ended": ended, "sites_exposed_until": until.to_string(),
        "clients_told": told.len(), "clients_without_contact": silent.iter().map(|client| &client.id).collect::<Vec<_>>(),
    });
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
