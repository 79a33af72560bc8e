//! `passport clients apply`: the registry is brought to what a file says. What is so already is left alone, so that the
//! same file can be applied at every deployment.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::config::SecretSource;

use super::add::{needs_secret, open_private, take, word, write_into};
use super::file::{self, Described};
use crate::audit::Actor;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::clients::{Applied, Client, Clients, Metadata, secret, sector};
use crate::egress::Egress;

/// What is asked for.
pub(super) struct Wanted {
    pub(super) file: PathBuf,
    /// Remove what the file does not name.
    pub(super) prune: bool,
    /// Only tell.
    pub(super) dry_run: bool,
}

/// What is to be done with one client.
enum Step {
    Put(Box<Described>, Applied, Vec<Difference>),
    Remove(Arc<Client>),
}

/// A field that is to be changed.
struct Difference {
    field: String,
    before: Value,
    after: Value,
}

/// Brings the registry to what the file says.
pub(super) async fn apply(
    clients: &Clients,
    egress: &Egress,
    wanted: &Wanted,
    output: &Output,
) -> Result<Exit, Failure> {
    let described = file::read(&wanted.file)?;
    check(clients, egress, &described).await?;
    let steps = plan(clients, described, wanted.prune).await?;
    let changes = steps.iter().any(|step| !matches!(step, Step::Put(_, Applied::Unchanged, _)));
    if !wanted.dry_run {
        for step in &steps {
            take_step(clients, step).await?;
        }
    }
    let text: String = steps.iter().map(|step| text(step, wanted.dry_run)).collect();
    output.result(text, &steps.iter().map(value).collect::<Vec<_>>());
    Ok(if wanted.dry_run && changes { Exit::Findings } else { Exit::Done })
}

/// Everything that is wrong with any of them is told before anything is written.
async fn check(clients: &Clients, egress: &Egress, described: &[Described]) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for Described { metadata, secret_file } in described {
        let id = &metadata.client_id;
        if let Err(problems) = Client::new(metadata.clone(), Vec::new()) {
            wrong.extend(problems.iter().map(|problem| format!("{id}: {problem}")));
            continue;
        }
        if let Err(problem) = sector::check(egress, metadata).await {
            wrong.push(format!("{id}: {problem}"));
        }
        if let Some(file) = secret_file.as_deref().filter(|file| file.exists()) {
            // Read now, so that nothing is written if it will not do.
            if let Err(problem) = in_file(file) {
                wrong.push(format!("{id}: {problem}"));
            }
        }
        let has_secret = clients.find(id).await?.is_some_and(|client| !client.secrets().is_empty());
        if needs_secret(metadata) && secret_file.is_none() && !has_secret {
            wrong.push(format!("{id}: needs secret_file, where its secret stands or is to be written"));
        }
    }
    let Some(first) = wrong.first().cloned() else { return Ok(()) };
    let mut failure = Failure::new(Exit::Refused, first);
    failure.messages.extend(wrong.into_iter().skip(1));
    Err(failure)
}

async fn plan(clients: &Clients, described: Vec<Described>, prune: bool) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    let registered = clients.all().await?;
    let goes = |client: &&Arc<Client>| {
        let named = described.iter().any(|one| one.metadata.client_id == client.id.as_str());
        // What organisations and sites registered themselves is theirs.
        prune && !named && !client.manages_itself()
    };
    let removed: Vec<_> = registered.iter().filter(goes).cloned().collect();
    for one in described {
        let before = registered.iter().find(|client| client.id.as_str() == one.metadata.client_id);
        let (applied, differences) = match before {
            None => (Applied::Registered, Vec::new()),
            Some(client) => {
                let mut differences = differences(&fields(&client.metadata), &fields(&one.metadata));
                if brings_secret(client, &one)? {
                    differences.push(Difference {
                        field: "secret".to_owned(),
                        before: Value::Null,
                        after: "as in the file".into(),
                    });
                }
                let applied = if differences.is_empty() { Applied::Unchanged } else { Applied::Changed };
                (applied, differences)
            }
        };
        steps.push(Step::Put(Box::new(one), applied, differences));
    }
    steps.extend(removed.into_iter().map(Step::Remove));
    Ok(steps)
}

/// What a secret in a file is stored as, or why it will not do.
fn in_file(file: &Path) -> Result<[u8; 32], String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let secret = SecretSource::file(file).read().map_err(|error| told(&error))?;
    secret::import(&secret).map_err(|error| told(&error))
}

/// Whether the file of a client's secret holds one that the client does not have.
fn brings_secret(client: &Client, Described { metadata, secret_file }: &Described) -> Result<bool, Failure> {
    let file = secret_file.as_deref().filter(|file| needs_secret(metadata) && file.exists());
    let Some(file) = file else { return Ok(false) };
    let hash = in_file(file).map_err(|problem| Failure::new(Exit::Refused, problem))?;
    Ok(client.secrets().iter().all(|secret| secret.hash != hash))
}

fn fields(metadata: &Metadata) -> Map<String, Value> {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(fields)) => fields,
        // Metadata is a structure of named fields.
        _ => Map::new(),
    }
}

fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Difference> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let value = |fields: &Map<String, Value>, name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    let difference = |name: &String| {
        let (before, after) = (value(before, name), value(after, name));
        (before != after).then(|| Difference { field: name.clone(), before, after })
    };
    names.into_iter().filter_map(difference).collect()
}

async fn take_step(clients: &Clients, step: &Step) -> Result<(), Failure> {
    let described = match step {
        Step::Remove(client) => return Ok(clients.remove(Actor::Operator, &client.id).await?),
        Step::Put(described, ..) => described,
    };
    let id = &described.metadata.client_id;
    let needs_secret = needs_secret(&described.metadata);
    clients.apply(Actor::Operator, described.metadata.clone()).await?;
    let Some(file) = described.secret_file.as_deref().filter(|_| needs_secret) else { return Ok(()) };
    if file.exists() {
        return take(clients, id, file).await;
    }
    // A new secret would end the one that a site somewhere is using: its file may stand on another machine.
    if clients.find(id).await?.is_some_and(|client| !client.secrets().is_empty()) {
        return Ok(());
    }
    let mut out = open_private(file)?;
    let made = clients.rotate_secret(Actor::Operator, id, Duration::ZERO).await;
    // An empty file would be taken for a secret the next time.
    let secret = made.inspect_err(|_| drop(fs::remove_file(file)))?;
    write_into(&mut out, &secret).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", file.display())))
}

fn text(step: &Step, dry_run: bool) -> String {
    let will = if dry_run { "would be " } else { "" };
    match step {
        Step::Remove(client) => format!("- {}: {will}removed\n", client.id),
        Step::Put(described, Applied::Unchanged, _) => format!("  {}: unchanged\n", described.metadata.client_id),
        Step::Put(described, applied, differences) => {
            let sign = if *applied == Applied::Registered { '+' } else { '~' };
            let mut text = format!("{sign} {}: {will}{}\n", described.metadata.client_id, word(*applied));
            for Difference { field, before, after } in differences {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "    {field}: {before} → {after}");
            }
            text
        }
    }
}

fn value(step: &Step) -> Value {
    match step {
        Step::Remove(client) => json!({ "client_id": client.id, "result": "removed" }),
        Step::Put(described, applied, differences) => {
            let fields =
                differences.iter().map(|one| json!({ "field": one.field, "before": one.before, "after": one.after }));
            json!({
                "client_id": described.metadata.client_id,
                "result": word(*applied),
                "differences": fields.collect::<Vec<_>>(),
            })
        }
    }
}
