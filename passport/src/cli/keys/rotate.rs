//! `passport keys rotate`

use std::path::Path;

use serde_json::json;
use shared::clock::Timestamp;

use super::keys;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::keys::rotate::Moment;
use crate::keys::rotate::forecast::{next_of, preview};
use crate::keys::rotate::trial::awaited;
use crate::keys::{Alg, Change, KeyRecord, Keys, Request};

/// What is asked for.
pub struct Wanted {
    /// Which algorithm; none: all.
    pub alg: Option<Alg>,
    /// When; none: as soon as may be.
    pub at: Option<Timestamp>,
    /// Whether to say only what would happen.
    pub dry_run: bool,
    /// Whether to do without a clean trial, where one is required.
    pub without_trial: bool,
}

pub async fn rotate(wanted: Wanted, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = keys(file).await?;
    let now = keys.stock().await?.now;
    let longest = keys.policy().active_for;
    if let Some(at) = wanted.at
        && (at < now || at > now + longest)
    {
        let message = format!("{at} is not between {now}, which it is now, and {}", now + longest);
        return Err(Failure::new(Exit::Refused, message)
            .advise("keys change by themselves after keys.active_for: a later time would put that off"));
    }
    let algs = wanted.alg.map_or(Alg::ALL.to_vec(), |alg| vec![alg]);
    let stock = keys.stock().await?;
    if let Some(key) = algs.iter().find_map(|alg| awaited(*alg, &stock.keys, keys.policy()))
        && !wanted.without_trial
    {
        let message = format!("{} key {} has had no clean trial, which keys.trial_required asks for", key.alg, key.kid);
        return Err(
            Failure::new(Exit::Refused, message).advise("`passport keys trial` tries it; --without-trial does without")
        );
    }
    let mut lines = Vec::new();
    for alg in algs {
        lines.extend(rotate_alg(&keys, alg, &wanted).await?);
    }
    if wanted.dry_run {
        lines.push("nothing was changed".to_owned());
    }
    output.result(lines.join("\n"), &json!({ "done": lines, "dry_run": wanted.dry_run }));
    Ok(Exit::Done)
}

async fn rotate_alg(keys: &Keys, alg: Alg, wanted: &Wanted) -> Result<Vec<String>, Failure> {
    let request = Request::Rotate { alg, at: wanted.at, without_trial: wanted.without_trial };
    let (mut lines, after): (Vec<String>, Vec<KeyRecord>) = if wanted.dry_run {
        let stock = keys.stock().await?;
        let moment = Moment { policy: keys.policy(), now: stock.now, served: stock.served };
        let (moves, after) = preview(&stock.keys, &moment, &request);
        let moves = moves.iter().filter(|step| step.alg == alg);
        (moves.map(|step| format!("{alg} key {}: would be {}", step.kid, step.to)).collect(), after)
    } else {
        let changes = keys.change(request).await?;
        (changes.iter().map(Change::to_string).collect(), keys.stock().await?.keys)
    };
    let planned = after.iter().find(|key| key.alg == alg && key.state.planned_at().is_some());
    if let Some((key, (at, _))) = planned.and_then(|key| Some((key, next_of(key, &after, keys.policy())?))) {
        let kid = &key.kid;
        lines.push(format!("{alg} key {kid} signs from {at} on, by itself, once every running node serves it"));
    } else if lines.is_empty() {
        lines.push(format!("the {alg} key was exchanged only just now: nothing to do"));
    }
    Ok(lines)
}

/// Makes another key that seals data.
pub async fn data(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = keys(file).await?;
    let lines: Vec<String> = keys.add_data_key().await?.iter().map(Change::to_string).collect();
    output.result(lines.join("\n"), &json!({ "done": lines }));
    Ok(Exit::Done)
}
