//! `passport keys list` and `passport keys plan`

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::clock::Timestamp;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;
use crate::keys::rotate::forecast::{forecast, next_of};
use crate::keys::rotate::trial::awaited;
use crate::keys::store::nodes::{self, Node};
use crate::keys::{KeyRecord, KeyState, Policy};

/// How far `plan` looks ahead.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Shows what there is. Nothing is made or moved by looking.
pub async fn list(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let stock = world::stock(&db).await?;
    let now = stock.now;
    let live = db.read(move |tx| nodes::live(tx, now).boxed()).await?;
    let policy = crate::app::key_policy(&config);
    let mut rows = vec![["KID", "ALG", "STATE", "SINCE", "AGE", "NEXT"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    for key in &stock.keys {
        let (row, value) = shown(key, &stock.keys, &policy, now);
        rows.push(row);
        values.push(value);
    }
    let mut text = table(&rows);
    let newest = stock.keys.iter().map(|key| key.published_in).max().unwrap_or(0);
    for node in &live {
        let follows = if node.revision >= newest { "serves them all" } else { "does not serve the newest yet" };
        text += &format!("\nnode {} ({}) {follows}; it may sign until {}", node.name, node.id, node.lease_until);
    }
    if live.is_empty() {
        text += "\nno node is running";
    }
    let node = |node: &Node| {
        let (until, all) = (node.lease_until.to_string(), node.revision >= newest);
        json!({ "id": node.id, "name": node.name, "lease_until": until, "serves_all": all })
    };
    let nodes: Vec<Value> = live.iter().map(node).collect();
    output.result(text, &json!({ "keys": values, "nodes": nodes }));
    Ok(Exit::Done)
}

fn shown(key: &KeyRecord, keys: &[KeyRecord], policy: &Policy, now: Timestamp) -> (Vec<String>, Value) {
    let next = next_of(key, keys, policy);
    let (state, since) = (key.state.as_str(), key.state.since());
    let compromised = matches!(key.state, KeyState::Destroyed { compromised: true, .. });
    let on_trial = key.tried.running();
    let coming = match next {
        _ if on_trial.is_some_and(|trial| now < trial.until) => {
            on_trial.map(|trial| format!("on trial until {}", trial.until)).unwrap_or_default()
        }
        Some((at, to)) if waits_for_trial(key, keys, policy) => format!("{to} after {at}, once a trial was clean"),
        Some((at, to)) if at <= now => format!("{to}, due since {at}"),
        Some((at, to)) => format!("{to} at {at}"),
        None if compromised => "(compromised)".to_owned(),
        None => String::new(),
    };
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let pinned =
        key.pins.at(now).map(|pin| json!({ "client": pin.client, "until": pin.until.to_string() })).collect::<Vec<_>>();
    let value = json!({
        "kid": key.kid, "alg": key.alg, "state": state, "pinned": pinned, "since": since.to_string(),
        "next": next.map(|(at, to)| json!({ "state": to, "at": at.to_string() })),
        "made": key.times.made.to_string(), "activated": time(key.times.activated), "retired": time(key.times.retired),
        "compromised": compromised, "trial_until": on_trial.map(|trial| trial.until.to_string()),
        "waits_for_trial": waits_for_trial(key, keys, policy),
    });
    let stays = key.pins.at(now).map(|pin| format!("signs for {} until {}", pin.client, pin.until));
    let coming: Vec<_> = std::iter::once(coming).filter(|coming| !coming.is_empty()).chain(stays).collect();
    let age = age(now.since(key.times.made));
    (vec![key.kid.clone(), key.alg.to_string(), state.to_owned(), since.to_string(), age, coming.join("; ")], value)
}

/// Whether the key's next step is one that a clean trial has to open.
fn waits_for_trial(key: &KeyRecord, keys: &[KeyRecord], policy: &Policy) -> bool {
    matches!(key.state, KeyState::Staged { .. } | KeyState::Active { .. }) && awaited(key.alg, keys, policy).is_some()
}

/// In the largest unit that counts at least two.
pub(super) fn age(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    match minutes {
        0..120 => format!("{minutes}m"),
        120..2_880 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1_440),
    }
}

/// Shows what will happen.
pub async fn plan(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let stock = world::stock(&db).await?;
    let ahead = forecast(&stock.keys, &crate::app::key_policy(&config), stock.now, stock.now + YEAR);
    let mut lines: Vec<(Timestamp, Vec<String>, Value)> = Vec::new();
    for step in ahead {
        let (at, alg) = (step.at.to_string(), step.alg.to_string());
        let value = json!({ "at": at, "alg": alg, "kid": step.kid, "from": step.from, "to": step.to });
        let row = vec![at, alg, step.kid, step.from.unwrap_or("—").to_owned(), step.to.to_owned()];
        lines.push((step.at, row, value));
    }
    for key in &stock.keys {
        for pin in key.pins.at(stock.now) {
            let (at, alg, client) = (pin.until.to_string(), key.alg.to_string(), &pin.client);
            let value = json!({ "at": at, "alg": alg, "kid": key.kid, "from": "pinned", "to": null, "client": client });
            let row = vec![at, alg, key.kid.clone(), format!("signs for {client}"), "—".to_owned()];
            lines.push((pin.until, row, value));
        }
    }
    lines.sort_by_key(|(at, ..)| *at);
    let header = ["AT", "ALG", "KID", "FROM", "TO"].map(str::to_owned).to_vec();
    let (rows, values): (Vec<_>, Vec<_>) = lines.into_iter().map(|(_, row, value)| (row, value)).unzip();
    output.result(table(&[vec![header], rows].concat()), &values);
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_largest_unit_that_counts_two() {
        let minutes = |minutes: u64| age(Duration::from_secs(minutes * 60));
        assert_eq!([0, 119, 120, 2_879, 2_880].map(minutes), ["0m", "119m", "2h", "47h", "2d"]);
    }
}
