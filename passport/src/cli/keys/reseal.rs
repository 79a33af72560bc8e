//! `passport keys reseal`

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::keys::reseal::Finish;
use crate::keys::store::SealedColumn;
use crate::keys::{Change, Keys};
use crate::tables::SEALED;
use crate::web::KeyUse;

/// How much longer older keys are kept than what they sealed may be on its way: nodes follow within a second, a browser
/// comes back a moment late.
const MARGIN: Duration = Duration::from_secs(60 * 60);

/// How often, and how long apart, running nodes are waited for that are about to follow.
const LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(500);

/// How long the database is left to others after a batch.
const REST: Duration = Duration::from_millis(5);

/// After how many rows a line says how far it is.
const TOLD: usize = 5_000;

/// What a run has done.
#[derive(Debug, Default)]
struct Run {
    /// Rows sealed anew, by column.
    done: BTreeMap<&'static str, usize>,
    /// Rows that do not open, by column.
    broken: BTreeMap<&'static str, Vec<String>>,
}

pub async fn reseal(dry_run: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let passing = KeyUse::longest_passing(config.tokens.access) + MARGIN;
    let keys = world::app(config, db).await?.keys.clone();
    if dry_run {
        return preview(&keys, output).await;
    }
    let mut lines: Vec<String> = keys.begin_reseal().await?.iter().map(Change::to_string).collect();
    let mut run = Run::default();
    for column in &SEALED {
        run.walk(&keys, column).await?;
    }
    let finish = run.finish(&keys, passing).await?;
    run.refuse_broken()?;
    lines.extend(SEALED.iter().map(|column| format!("{}: {} sealed anew", column.name, run.of(column))));
    let until = if let Finish::Waits { until } = &finish { Some(until.to_string()) } else { None };
    let done = matches!(finish, Finish::Done { .. });
    lines.extend(told(finish));
    let columns: Value = SEALED.iter().map(|column| (column.name.to_owned(), json!(run.of(column)))).collect();
    output.result(lines.join("\n"), &json!({ "done": lines, "rows": columns, "finished": done, "waits_until": until }));
    Ok(Exit::Done)
}

async fn preview(keys: &Keys, output: &Output) -> Result<Exit, Failure> {
    let next = keys.sealing_keys().await? == 1;
    let (mut lines, mut rows) = (Vec::new(), BTreeMap::new());
    lines.push(if next { "a new key would be made" } else { "there is a new key already" }.to_owned());
    for column in &SEALED {
        let count = keys.older(*column, next).await?;
        lines.push(format!("{}: {count} to be sealed anew", column.name));
        rows.insert(column.name, count);
    }
    lines.push("nothing was changed".to_owned());
    output.result(lines.join("\n"), &json!({ "done": lines, "rows": rows, "dry_run": true }));
    Ok(Exit::Done)
}

/// What is to be said of how it ended.
fn told(finish: Finish) -> Vec<String> {
    match finish {
        Finish::Done { changes } if changes.is_empty() => vec!["only one key seals and opens: nothing is left".to_owned()],
        Finish::Done { changes } => changes.iter().map(Change::to_string).collect(),
        Finish::Waits { until } => vec![format!(
            "what is stored is sealed by the new key. What is in browsers and with sites still needs the older one until \
             {until}: run this once more then, and it is destroyed"
        )],
        Finish::Unfollowed => vec![
            "a node that was heard of within a day does not use the new key yet, see `passport keys list`: run this once \
             more when it does, or a day after it died"
                .to_owned(),
        ],
        Finish::Left { column, rows } => vec![format!("{column}: {rows} are left, run this once more")],
    }
}

impl Run {
    fn of(&self, column: &SealedColumn) -> usize {
        self.done.get(column.name).copied().unwrap_or(0)
    }

    /// Goes through a column from its first row to its last.
    async fn walk(&mut self, keys: &Keys, column: &SealedColumn) -> Result<(), Failure> {
        let (mut after, mut said) = (String::new(), 0);
        self.broken.remove(column.name);
        loop {
            let batch = keys.reseal(*column, &after).await?;
            let Some(last) = batch.last else { return Ok(()) };
            after = last;
            let done = self.done.entry(column.name).or_default();
            *done += batch.done;
            if *done >= said + TOLD {
                said = *done;
                eprintln!("{}: {done} sealed anew", column.name);
            }
            if !batch.broken.is_empty() {
                self.broken.entry(column.name).or_default().extend(batch.broken);
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// Ends it, as far as may be. Nodes follow within a second: what they sealed until then is taken up as well.
    async fn finish(&mut self, keys: &Keys, passing: Duration) -> Result<Finish, Failure> {
        for _ in 0..LOOKS {
            match keys.finish_reseal(&SEALED, passing).await? {
                Finish::Unfollowed => {}
                Finish::Left { column, .. } if !self.broken.contains_key(column) => {
                    for column in SEALED.iter().filter(|known| known.name == column) {
                        self.walk(keys, column).await?;
                    }
                }
                other => return Ok(other),
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(keys.finish_reseal(&SEALED, passing).await?)
    }

    /// A row that no key opens was damaged before; the older key is kept, in case that can be mended.
    fn refuse_broken(&self) -> Result<(), Failure> {
        let Some((column, ids)) = self.broken.iter().next() else { return Ok(()) };
        let shown: Vec<&str> = ids.iter().map(String::as_str).take(10).collect();
        let message =
            format!("{column}: {} row(s) open with no key, and were left as they are: {}", ids.len(), shown.join(", "));
        Err(Failure::new(Exit::Refused, message)
            .advise("everything else is sealed anew; the older key stays while these are there"))
    }
}
