//! `passport clients lint`: what is wrong with clients, what is risky, and what to do.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use shared::i18n::Lang;

use super::{file, known};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::clients::lint::{Finding, Weight, lint, words};
use crate::clients::{Client, Clients, Problem};

/// What was found about a client: rules that it breaks, or what is to be pointed out.
struct Found {
    id: String,
    problems: Vec<Problem>,
    findings: Vec<Finding>,
}

impl Found {
    fn of(client: &Client) -> Self {
        Self { id: client.id.to_string(), problems: Vec::new(), findings: lint(client) }
    }

    fn fails(&self) -> bool {
        !self.problems.is_empty() || self.findings.iter().any(|found| found.advice.weight() == Weight::Fails)
    }
}

/// Looks at what a file describes.
pub(super) fn of_file(path: &Path, output: &Output) -> Result<Exit, Failure> {
    let look = |described: file::Described| {
        let id = described.metadata.client_id.clone();
        match Client::new(described.metadata, Vec::new()) {
            Ok(client) => Found::of(&client),
            Err(problems) => Found { id, problems, findings: Vec::new() },
        }
    };
    Ok(tell(&file::read(path)?.into_iter().map(look).collect::<Vec<_>>(), output))
}

/// Looks at a registered client, or at all.
pub(super) async fn registered(clients: &Clients, id: Option<&str>, output: &Output) -> Result<Exit, Failure> {
    let all = match id {
        Some(id) => vec![known(clients, id).await?],
        None => clients.all().await?,
    };
    Ok(tell(&all.iter().map(|client| Found::of(client)).collect::<Vec<_>>(), output))
}

fn tell(all: &[Found], output: &Output) -> Exit {
    let text: String = all.iter().map(text).collect();
    output.result(text, &all.iter().map(value).collect::<Vec<_>>());
    if all.iter().any(Found::fails) { Exit::Findings } else { Exit::Done }
}

fn text(found: &Found) -> String {
    let Found { id, problems, findings } = found;
    if problems.is_empty() && findings.is_empty() {
        return format!("{id}: nothing found\n");
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    for problem in problems {
        let _ = writeln!(text, "{id}: refused: {problem}");
    }
    for Finding { advice, value } in findings {
        let (what, mend) = (words::what(*advice, Lang::En), words::mend(*advice, Lang::En));
        let (weight, name, field) = (advice.weight().name(), advice.name(), advice.field());
        let value = value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
        let section = advice.section();
        let _ = writeln!(text, "{id}: {weight}: {name}: {field}{value}\n  {what}\n  mend: {mend}\n  {section}");
    }
    text
}

fn value(found: &Found) -> Value {
    let problems = found.problems.iter().map(|one| json!({ "field": one.field, "rule": one.rule.to_string() }));
    let problems: Vec<Value> = problems.collect();
    let findings: Vec<words::Told> = found.findings.iter().map(words::told).collect();
    json!({ "client_id": found.id, "refused": problems, "findings": findings })
}
