//! `passport keys followers`

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use shared::clock::Timestamp;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;
use crate::clients::Client;
use crate::keys::pin::model::Pin;
use crate::keys::{Alg, Evidence, KeyRecord, KeysError, Sign, Stock};

/// Shows of each client whether it knows a key, and how we know.
pub async fn followers(kid: &str, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let cached_for = config.keys.jwks_max_age;
    let app = world::app(config, db).await?;
    let evidence = app.keys.evidence(kid).await?;
    let stock = app.keys.stock().await?;
    let unknown = || KeysError::UnknownKey(kid.to_owned());
    let key = stock.keys.iter().find(|key| key.kid == kid).ok_or_else(unknown)?;
    let everybody_may = key.times.made + cached_for;
    let mut rows = vec![["CLIENT", "SIGNED FOR IT", "BASIS", "WHAT", "STAYS"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    for client in app.clients.all().await? {
        let own: Vec<&Evidence> = evidence.iter().filter(|seen| seen.client == client.id.as_str()).collect();
        let (basis, says) = judged(&own, everybody_may, stock.now);
        let is_its = is_for(&client, key);
        let signed = if is_its { "yes" } else { "no" };
        let stays = stays(client.id.as_str(), key.alg, &stock);
        let with = |own: &KeyRecord| if own.kid == key.kid { "this key".to_owned() } else { own.kid.clone() };
        let until = stays.map(|(own, pin)| format!("with {} until {}", with(own), pin.until)).unwrap_or_default();
        rows.push(vec![client.id.to_string(), signed.to_owned(), basis.to_owned(), says.clone(), until]);
        values.push(json!({
            "client": client.id, "signed_for_it": is_its, "basis": basis, "says": says,
            "seen": own.iter().map(|seen| shown(seen)).collect::<Vec<_>>(),
            "stays": stays.map(|(own, pin)| json!({ "kid": own.kid, "until": pin.until.to_string() })),
        }));
    }
    let text = format!("{} key {kid}, {} since {}\n{}", key.alg, key.state.as_str(), key.state.since(), table(&rows));
    let state = json!({ "kid": kid, "alg": key.alg, "state": key.state.as_str(), "clients": values });
    output.result(text, &state);
    Ok(Exit::Done)
}

/// Whether what a client verifies is signed by keys of that algorithm.
fn is_for(client: &Client, key: &KeyRecord) -> bool {
    algs_of(client).contains(&key.alg)
}

/// The algorithms of what a client verifies.
pub(super) fn algs_of(client: &Client) -> BTreeSet<Alg> {
    let responses = client.metadata.authorization_signed_response_alg;
    [Some(client.id_token_alg), client.userinfo_alg, responses].into_iter().flatten().collect()
}

/// The key of that algorithm that a client stays with, and its pin.
fn stays<'s>(client: &str, alg: Alg, stock: &'s Stock) -> Option<(&'s KeyRecord, &'s Pin)> {
    let of_alg = stock.keys.iter().filter(|key| key.alg == alg);
    of_alg.flat_map(|key| key.pins.at(stock.now).map(move |pin| (key, pin))).find(|(_, pin)| pin.client == client)
}

fn shown(seen: &Evidence) -> Value {
    json!({
        "sign": seen.sign.as_str(), "first": seen.first.to_string(), "last": seen.last.to_string(),
        "times": seen.times,
    })
}

/// What the strongest of it says, and whether that is known or guessed.
fn judged(own: &[&Evidence], everybody_may: Timestamp, now: Timestamp) -> (&'static str, String) {
    let of = |sign: Sign| own.iter().find(|seen| seen.sign == sign);
    if let Some(seen) = of(Sign::Hint) {
        return ("known", format!("handed back an ID token that it signed, last at {}", seen.last));
    }
    if let Some(seen) = of(Sign::UserInfo).or_else(|| of(Sign::Introspection)) {
        return ("known", format!("went on after an ID token that it signed, last at {}", seen.last));
    }
    if let Some(seen) = of(Sign::Fetched) {
        return ("known", format!("its own key set was fetched with the key in it, first at {}", seen.first));
    }
    if now < everybody_may {
        return ("guess", format!("may have an older copy of the key set until {everybody_may}"));
    }
    ("guess", "knows the key if it keeps to how long key sets may be kept: nothing was seen of it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn seen(sign: Sign) -> Evidence {
        Evidence { kid: "k".into(), client: "a".to_owned(), sign, first: NOW, last: NOW, times: 1 }
    }

    #[test]
    fn what_was_not_seen_is_a_guess_and_is_called_one() {
        let judge = |signs: &[Sign], now| {
            let own: Vec<_> = signs.iter().map(|sign| seen(*sign)).collect();
            judged(&own.iter().collect::<Vec<_>>(), NOW, now)
        };
        for sign in Sign::ALL {
            // What trials see of trouble says nothing about whether the client knows the key.
            let is_known = sign.is_use() || sign == Sign::Fetched;
            assert_eq!(judge(&[sign], NOW).0 == "known", is_known, "{sign:?}");
        }
        assert!(judge(&[Sign::Fetched, Sign::UserInfo], NOW).1.contains("went on"), "use says more than fetching");
        assert_eq!(judge(&[], NOW).0, "guess");
        let (basis, says) = judge(&[], Timestamp::from_seconds(999));
        assert!(basis == "guess" && says.contains("older copy"), "{says}");
    }
}
