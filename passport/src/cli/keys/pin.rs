//! `passport keys pin`

use std::path::Path;

use serde_json::{Value, json};
use shared::clock::Timestamp;

use super::followers::algs_of;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;
use crate::clients::Client;
use crate::keys::pin::model::PinWanted;
use crate::keys::{Alg, Change, Keys, KeysError};
use crate::oidc::key_news;

/// What is asked for.
pub struct Wanted {
    /// The client.
    pub client: String,
    /// Until when.
    pub until: Timestamp,
    /// Which algorithm; none: those of what the client verifies.
    pub alg: Option<Alg>,
    /// Which key; none: the one that signs for the client now.
    pub key: Option<String>,
}

pub async fn pin(wanted: Wanted, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config, db).await?;
    let Wanted { client: id, until, key, .. } = &wanted;
    let unknown = || {
        let failure = Failure::new(Exit::Refused, format!("there is no client {id}"));
        failure.advise("`passport clients list` shows every client")
    };
    let client = app.clients.find(id).await?.ok_or_else(unknown)?;
    let mut lines = Vec::new();
    for alg in algs(&wanted, &client, &app.keys).await? {
        let asked = PinWanted { client: id.clone(), alg, kid: key.clone(), until: *until };
        lines.extend(app.keys.pin(asked).await?.iter().map(Change::to_string));
    }
    let told = key_news::addresses(&client).len();
    lines.push(match told {
        0 => "the client has no contact with a mail address: tell it yourself".to_owned(),
        _ => format!("its contacts are being told by mail ({told})"),
    });
    lines.push(
        "when the key retires it is kept for this client; `passport keys pin --list` shows all of them".to_owned(),
    );
    output.result(lines.join("\n"), &json!({ "done": lines, "until": until.to_string(), "told": told }));
    Ok(Exit::Done)
}

/// The algorithms that are meant, each of which signs something of the client's.
async fn algs(wanted: &Wanted, client: &Client, keys: &Keys) -> Result<Vec<Alg>, Failure> {
    let named = match &wanted.key {
        Some(kid) => {
            let known = keys.stock().await?.keys.into_iter().find(|key| key.kid == *kid);
            Some(known.ok_or_else(|| KeysError::UnknownKey(kid.clone()))?.alg)
        }
        None => wanted.alg,
    };
    let verified = algs_of(client);
    match named {
        None => Ok(verified.into_iter().collect()),
        // By ES256 are signed the access tokens of every client, which servers of others verify.
        Some(alg) if verified.contains(&alg) || alg == Alg::ES256 => Ok(vec![alg]),
        Some(alg) => {
            let own: Vec<_> = verified.iter().map(Alg::to_string).collect();
            let message = format!("nothing of {} is signed with {alg}: it verifies {}", client.id, own.join(" and "));
            Err(Failure::new(Exit::Refused, message))
        }
    }
}

/// Lets a client go before its day.
pub async fn lift((id, alg): (&str, Option<Alg>), file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let keys = super::keys(file).await?;
    let changes = keys.unpin(id, alg.map_or(Alg::ALL.to_vec(), |alg| vec![alg])).await?;
    let ended: Vec<String> = changes.iter().map(Change::to_string).collect();
    if ended.is_empty() {
        return Err(Failure::new(Exit::Refused, format!("{id} stays with no key"))
            .advise("`passport keys pin --list` shows who does"));
    }
    output.result(ended.join("\n"), &json!({ "done": ended }));
    Ok(Exit::Done)
}

/// Shows who stays with which key. Nothing is opened for that.
pub async fn list(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (_, db) = world::database(file).await?;
    let stock = world::stock(&db).await?;
    let mut rows = vec![["CLIENT", "ALG", "KID", "STATE", "SINCE", "UNTIL"].map(str::to_owned).to_vec()];
    let mut values: Vec<Value> = Vec::new();
    for key in &stock.keys {
        for pin in key.pins.at(stock.now) {
            let (since, until, state) = (pin.since.to_string(), pin.until.to_string(), key.state.as_str());
            values.push(json!({
                "client": pin.client, "alg": key.alg, "kid": key.kid, "state": state, "since": since, "until": until,
            }));
            let alg = key.alg.to_string();
            rows.push(vec![pin.client.clone(), alg, key.kid.clone(), state.to_owned(), since, until]);
        }
    }
    let text =
        if values.is_empty() { "every client is signed for with the active keys".to_owned() } else { table(&rows) };
    output.result(text, &json!({ "pins": values }));
    Ok(Exit::Done)
}
