//! `passport keys return`

use std::path::Path;

use serde_json::json;

use super::keys;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::keys::rotate::Moment;
use crate::keys::rotate::back::refusal;
use crate::keys::rotate::forecast::{next_of, preview};
use crate::keys::{Alg, Change, KeyState, Keys, Request, Stock};

/// Lets the former key sign again: of that algorithm, or of each that has one.
pub async fn back(alg: Option<Alg>, dry_run: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = keys(file).await?;
    let algs = match alg {
        Some(alg) => vec![alg],
        None => able(&keys, &keys.stock().await?),
    };
    let mut lines: Vec<String> = if dry_run {
        keys.require_way_back(&algs).await?;
        would(&keys, algs.clone()).await?
    } else {
        keys.go_back(algs.clone()).await?.iter().map(Change::to_string).collect()
    };
    if dry_run {
        lines.push("nothing was changed".to_owned());
    } else {
        lines.extend(then(&keys, &keys.stock().await?, &algs));
    }
    output.result(lines.join("\n"), &json!({ "done": lines, "dry_run": dry_run }));
    Ok(Exit::Done)
}

fn moment<'k>(keys: &'k Keys, stock: &Stock) -> Moment<'k> {
    Moment { policy: keys.policy(), now: stock.now, served: stock.served }
}

/// The algorithms whose former key may sign again; all of them where none may, so that it is said why.
fn able(keys: &Keys, stock: &Stock) -> Vec<Alg> {
    let may = |alg: &Alg| refusal(*alg, &stock.keys, &moment(keys, stock)).is_none();
    let able: Vec<Alg> = Alg::ALL.into_iter().filter(may).collect();
    if able.is_empty() { Alg::ALL.to_vec() } else { able }
}

async fn would(keys: &Keys, algs: Vec<Alg>) -> Result<Vec<String>, Failure> {
    let stock = keys.stock().await?;
    let (moves, _) = preview(&stock.keys, &moment(keys, &stock), &Request::Return { algs: algs.clone() });
    let moves = moves.iter().filter(|step| algs.contains(&step.alg));
    Ok(moves.map(|step| format!("{} key {}: would be {}", step.alg, step.kid, step.to)).collect())
}

/// When each of them changes next.
fn then(keys: &Keys, stock: &Stock, algs: &[Alg]) -> Vec<String> {
    let staged =
        stock.keys.iter().filter(|key| matches!(key.state, KeyState::Staged { .. }) && algs.contains(&key.alg));
    let next = staged.filter_map(|key| Some((key, next_of(key, &stock.keys, keys.policy())?)));
    next.map(|(key, (at, _))| format!("{} key {} signs from {at} on, by itself", key.alg, key.kid)).collect()
}
