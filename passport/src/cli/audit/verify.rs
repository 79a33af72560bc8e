//! `passport audit verify`

use std::path::{Path, PathBuf};

use serde_json::json;
use shared::clock::Timestamp;

use crate::audit::seal::{Head, Heads};
use crate::audit::verify::Report;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;

/// Says what it finds; the exit code tells whether that is good.
pub async fn verify(
    since: Option<Timestamp>,
    files: Vec<PathBuf>,
    file: Option<&Path>,
    output: &Output,
) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let own = config.audit.heads_file.iter().filter(|path| path.exists()).cloned();
    let files = if files.is_empty() { own.collect() } else { files };
    let mut heads: Vec<Head> = Vec::new();
    for path in &files {
        heads.extend(Heads::at(path).all().await.map_err(|error| Failure::new(Exit::Failed, error))?);
    }
    let chain = world::app(config, db.clone()).await?.chain.clone();
    let report = chain.verify(since, &heads).await?;
    let last = chain.last().await?;
    db.close().await;
    let head = last.map(|last| Head::of(&last, chain.key()));
    output.result(told(&report, head.as_ref(), files.len()), &json!({ "report": report, "head": head }));
    Ok(if report.flaws.is_empty() { Exit::Done } else { Exit::Findings })
}

fn told(report: &Report, head: Option<&Head>, files: usize) -> String {
    let mut lines: Vec<String> = report.flaws.iter().map(|flaw| format!("✗ {flaw}")).collect();
    let (batches, events, released) = (report.batches, report.events, report.released);
    lines.push(format!(
        "{batches} batch(es) with {events} event(s), and {released} of them whose events are past their time"
    ));
    if let Some(since) = &report.unsealed_since {
        lines.push(format!("{} event(s) are not sealed yet, the oldest of {since}", report.unsealed));
    }
    lines.push(match files {
        0 => {
            "no heads from outside the database were compared: whoever has the master key could have written all of it"
                .to_owned()
        }
        files => format!("{} head(s) of {files} file(s) compared", report.heads),
    });
    if let Some(head) = head {
        lines.push(format!("the chain ends with batch {}, {}, sealed at {}", head.batch, head.digest, head.sealed_at));
    }
    lines.push(match report.flaws.len() {
        0 => "the record is what was sealed".to_owned(),
        flaws => format!("the record is not what was sealed: {flaws} finding(s)"),
    });
    lines.join("\n")
}
