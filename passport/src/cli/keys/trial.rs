//! `passport keys trial`

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;
use crate::keys::evidence::Sign;
use crate::keys::trial::TrialReport;
use crate::keys::trial::judge::{Judged, Outcome};
use crate::keys::{Alg, Change};

/// How long a trial lasts if nothing is said.
const USUAL: Duration = Duration::from_secs(60 * 60);

/// What is asked for.
pub struct Wanted {
    /// Which algorithm; none: all.
    pub alg: Option<Alg>,
    /// For how long.
    pub lasts: Option<Duration>,
    /// For which clients; none: for all.
    pub clients: Vec<String>,
}

fn algs(alg: Option<Alg>) -> Vec<Alg> {
    alg.map_or(Alg::ALL.to_vec(), |alg| vec![alg])
}

pub async fn begin(wanted: Wanted, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config, db).await?;
    let mut clients = wanted.clients;
    clients.sort();
    clients.dedup();
    for id in &clients {
        if app.clients.find(id).await?.is_none() {
            return Err(Failure::new(Exit::Refused, format!("there is no client {id}"))
                .advise("`passport clients list` shows every client"));
        }
    }
    let changes = app.keys.begin_trial(algs(wanted.alg), wanted.lasts.unwrap_or(USUAL), clients).await?;
    let mut lines: Vec<String> = changes.iter().map(Change::to_string).collect();
    lines.push("every running node follows within a second, and returns to the active key by itself".to_owned());
    lines.push("`passport keys trial --report` shows how each client fares; --stop ends it".to_owned());
    output.result(lines.join("\n"), &json!({ "done": lines }));
    Ok(Exit::Done)
}

pub async fn stop(alg: Option<Alg>, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = super::keys(file).await?;
    let changes = keys.stop_trial(algs(alg)).await?;
    let ended: Vec<String> = changes.iter().map(Change::to_string).collect();
    if ended.is_empty() {
        return Err(Failure::new(Exit::Refused, "no key is on trial"));
    }
    output.result(ended.join("\n"), &json!({ "done": ended }));
    Ok(Exit::Done)
}

/// Shows the last trial of each key that is staged or signs.
pub async fn report(alg: Option<Alg>, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = super::keys(file).await?;
    let (mut text, mut values) = (Vec::new(), Vec::new());
    for report in keys.trials().await? {
        if alg.is_none_or(|alg| alg == report.key.alg) {
            text.push(written(&report));
            values.push(shown(&report));
        }
    }
    if text.is_empty() {
        text.push("no key that is staged or signs was ever on trial".to_owned());
    }
    output.result(text.join("\n\n"), &values);
    Ok(Exit::Done)
}

/// How far it has come.
fn standing(report: &TrialReport) -> String {
    match report.trial.end {
        Some(end) => format!("ended {}: {}", end.at, end.how.as_str()),
        None => format!("until {}, judged at {}", report.trial.until, report.trial.judged_at()),
    }
}

fn written(report: &TrialReport) -> String {
    let (key, trial) = (&report.key, &report.trial);
    let mut rows = vec![["CLIENT", "OUTCOME", "BASIS", "GIVEN", "WHAT"].map(str::to_owned).to_vec()];
    rows.extend(report.clients.iter().map(|client| {
        let (outcome, given) = (client.outcome.as_str().to_owned(), client.given.to_string());
        vec![client.client.clone(), outcome, basis(client).to_owned(), given, what(client)]
    }));
    let nobody = if report.clients.is_empty() { "\nno client was met" } else { "" };
    let (alg, kid, since) = (key.alg, &key.kid, trial.since);
    format!("{alg} key {kid}: on trial since {since}, {}\n{}{nobody}", standing(report), table(&rows))
}

fn shown(report: &TrialReport) -> Value {
    let trial = &report.trial;
    let clients = report.clients.iter().map(|client| {
        json!({
            "client": client.client, "outcome": client.outcome.as_str(), "basis": basis(client),
            "given": client.given, "seen": client.seen.iter().map(|sign| sign.as_str()).collect::<Vec<_>>(),
        })
    });
    json!({
        "kid": report.key.kid, "alg": report.key.alg, "since": trial.since.to_string(),
        "until": trial.until.to_string(), "chosen": trial.clients,
        "ending": trial.end.map(|end| json!({ "at": end.at.to_string(), "how": end.how.as_str() })),
        "clients": clients.collect::<Vec<_>>(),
    })
}

/// Whether it is known or guessed.
const fn basis(client: &Judged) -> &'static str {
    match client.outcome {
        Outcome::Succeeded => "known",
        Outcome::Failed => "guess",
        Outcome::Unknown => "—",
    }
}

fn what(client: &Judged) -> String {
    let words = client.seen.iter().map(|sign| match sign {
        Sign::Hint => "handed back an ID token",
        Sign::UserInfo => "went on to user information",
        Sign::Introspection => "went on to introspection",
        Sign::Again => "somebody signed in twice within a minute",
        Sign::Refused => "handed over a token that did not count",
        Sign::Fetched | Sign::Given => "",
    });
    let words: Vec<_> = words.filter(|words| !words.is_empty()).collect();
    match (words.is_empty(), client.given) {
        (false, _) => words.join("; "),
        (true, 0) => "was given nothing to verify".to_owned(),
        (true, _) => "did nothing since that we see".to_owned(),
    }
}
