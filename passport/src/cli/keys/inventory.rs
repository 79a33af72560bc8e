//! `passport keys list --all`: every key and secret there is, whose it is, how old, and what changes it.

use std::path::Path;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::config::SecretSource;
use shared::db::DbError;

use super::list::age;
use crate::app::key_policy;
use crate::cli::doctor::certificate_ends;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, table};
use crate::cli::world;
use crate::config::Config;
use crate::keys::model::DataKeyPurpose;
use crate::keys::rotate::Policy;
use crate::keys::rotate::back::kept_until;
use crate::keys::rotate::forecast::next_of;
use crate::keys::store::tokens::InToken;
use crate::keys::store::{self, FormerDataKey, LookupState, StoredDataKey, StoredLookup, StoredMaster};
use crate::keys::{KeyRecord, KeyState, MasterKey, Stock};
use crate::web::{Hashed, KeyUse, Sealed};

/// A key, or a use that has a key of its own derived from one.
struct Entry {
    name: String,
    purpose: String,
    holder: String,
    since: Option<Timestamp>,
    /// What changes it.
    change: String,
    /// When that happens by itself, or has to have happened.
    at: Option<Timestamp>,
}

/// Who holds what lies in the database.
const SEALED: &str = "database, sealed by the master key";

/// What the database holds.
struct Held {
    stock: Stock,
    data: Vec<StoredDataKey>,
    former: Vec<FormerDataKey>,
    lookups: Vec<StoredLookup>,
    master: Option<StoredMaster>,
    masters: Vec<StoredMaster>,
    tokens: Vec<InToken>,
}

/// Shows it. Nothing is opened for that, and nothing changed.
pub async fn all(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let stock = world::stock(&db).await?;
    let read = db.read::<_, DbError, _>(move |tx| {
        let stock = stock.clone();
        async move {
            Ok(Held {
                stock,
                data: store::data_keys(tx).await?,
                former: store::former_data_keys(tx).await?,
                lookups: store::lookups(tx).await?,
                master: store::master_in_use(tx).await?,
                masters: store::former_masters(tx).await?,
                tokens: store::tokens::all(tx).await?,
            })
        }
        .boxed()
    });
    let held = read.await?;
    let now = held.stock.now;
    let mut entries = masters(&config, &held);
    entries.extend(signing(&config, &held));
    entries.extend(data(&held));
    entries.extend(KeyUse::ALL.iter().map(|used| of_use(*used, &held)));
    entries.extend(files(&config));
    let mut rows = vec![["KEY", "PURPOSE", "HOLDER", "AGE", "CHANGED BY"].map(str::to_owned).to_vec()];
    rows.extend(entries.iter().map(|entry| entry.row(now)));
    let values: Vec<Value> = entries.iter().map(Entry::value).collect();
    output.result(table(&rows), &json!({ "keys": values }));
    Ok(Exit::Done)
}

impl Entry {
    fn row(&self, now: Timestamp) -> Vec<String> {
        let age = self.since.map(|since| age(now.since(since))).unwrap_or_default();
        let change = match self.at {
            Some(at) => format!("{} at {at}", self.change),
            None => self.change.clone(),
        };
        vec![self.name.clone(), self.purpose.clone(), self.holder.clone(), age, change]
    }

    fn value(&self) -> Value {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        json!({ "key": self.name, "purpose": self.purpose, "holder": self.holder, "since": time(self.since),
            "changed_by": self.change, "at": time(self.at) })
    }
}

impl Held {
    /// Who has the private half of a signing key that has one.
    fn holder_of(&self, kid: &str) -> String {
        let of_key = self.tokens.iter().find(|held| held.kid.as_deref() == Some(kid));
        match of_key.and_then(|held| held.token.as_deref()) {
            Some(serial) => format!("token {serial}"),
            None => SEALED.to_owned(),
        }
    }
}

fn place(source: &SecretSource) -> String {
    source.path().map_or_else(|| "environment".to_owned(), |path| format!("file {}", path.display()))
}

/// The same of a master key: its file may name one in the token.
fn master_place(source: &SecretSource) -> String {
    let named = source.read().ok().and_then(|text| MasterKey::named(&text).ok().flatten());
    named.map_or_else(|| place(source), |object| format!("token, named by {}: {object}", place(source)))
}

fn masters(config: &Config, held: &Held) -> Vec<Entry> {
    let settings = &config.keys;
    let entry = |name: &str, purpose: &str, holder: String, (since, change): (Option<Timestamp>, &str)| Entry {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        holder,
        since,
        change: change.to_owned(),
        at: None,
    };
    let used = held.master.as_ref();
    let id = used.map_or("(none yet)", |used| used.id.as_str());
    let since = used.and_then(|used| used.since);
    let mut entries = vec![entry(
        id,
        "master: seals every key below",
        master_place(&settings.master_key_file),
        (since, "keys rewrap"),
    )];
    if let Some(next) = &settings.next_master_key_file {
        entries.push(entry("(next)", "master, to be changed to", master_place(next), (None, "keys rewrap")));
    }
    let former = |former: &StoredMaster| {
        entry(&former.id, "master, before: opens backups of its time", "kept by you".to_owned(), (former.since, "gone"))
    };
    entries.extend(held.masters.iter().map(former));
    entries
}

fn signing(config: &Config, held: &Held) -> Vec<Entry> {
    let (keys, policy) = (&held.stock.keys, key_policy(config));
    let entry = |key: &KeyRecord| {
        let next = next_of(key, keys, &policy);
        let holder = if matches!(key.state, KeyState::Staged { .. } | KeyState::Active { .. }) {
            held.holder_of(&key.kid)
        } else {
            "database, public half".to_owned()
        };
        Entry {
            name: key.kid.clone(),
            purpose: format!("signs tokens, {}: {}", key.alg, key.state.as_str()),
            holder,
            since: Some(key.times.made),
            change: next.map_or_else(String::new, |(_, to)| format!("itself, {to}")),
            at: next.map(|(at, _)| at),
        }
    };
    let there = keys.iter().filter(|key| !matches!(key.state, KeyState::Destroyed { .. }));
    there.flat_map(|key| std::iter::once(entry(key)).chain(kept_half(key, held.holder_of(&key.kid), &policy))).collect()
}

/// The private half of a key that retired, if it is kept: for clients, or for a way back.
fn kept_half(key: &KeyRecord, holder: String, policy: &Policy) -> Option<Entry> {
    let mut whom: Vec<_> = key.pins.standing().map(|pin| pin.client.as_str()).collect();
    let returns = kept_until(key, policy);
    whom.extend(returns.map(|_| "a way back"));
    key.pins.keeps_half.then(|| Entry {
        name: key.kid.clone(),
        purpose: format!("signs tokens, {}: private half, kept for {}", key.alg, whom.join(", ")),
        holder,
        since: Some(key.times.made),
        change: "itself, destroyed".to_owned(),
        at: key.pins.standing().map(|pin| pin.until).chain(returns).max(),
    })
}

fn data(held: &Held) -> Vec<Entry> {
    let sealing = |key: &&StoredDataKey| key.purpose == DataKeyPurpose::Seal;
    let newest = held.data.iter().rfind(sealing).map(|key| key.id);
    let first = held.data.iter().find(|key| key.purpose == DataKeyPurpose::Mac).map(|key| key.id);
    let entry = |key: &StoredDataKey| {
        let lookup = held.lookups.iter().find(|lookup| lookup.key == key.id).map(|lookup| lookup.state);
        let (purpose, change) = match (key.purpose, lookup) {
            (DataKeyPurpose::Seal, _) if Some(key.id) == newest => ("seals data".to_owned(), "keys reseal"),
            (DataKeyPurpose::Seal, _) => ("opens what it sealed before".to_owned(), "keys reseal, and destroyed"),
            (DataKeyPurpose::Mac, None) if Some(key.id) == first => ("makes keyed hashes".to_owned(), "nothing"),
            (DataKeyPurpose::Mac, None) => ("none".to_owned(), "nothing"),
            (DataKeyPurpose::Mac, Some(LookupState::Settled)) => ("finds documents".to_owned(), "keys rehash"),
            (DataKeyPurpose::Mac, Some(state)) => {
                (format!("finds documents: {}", state.as_str()), "keys rehash, under way")
            }
        };
        Entry {
            name: format!("data:{}", key.id),
            purpose,
            holder: SEALED.to_owned(),
            since: Some(key.made),
            change: change.to_owned(),
            at: None,
        }
    };
    let former = |key: &FormerDataKey| Entry {
        name: format!("data:{}", key.id),
        purpose: format!("{}, destroyed", key.purpose),
        holder: "nobody".to_owned(),
        since: Some(key.made),
        change: "gone".to_owned(),
        at: Some(key.destroyed),
    };
    held.former.iter().map(former).chain(held.data.iter().map(entry)).collect()
}

/// A use has keys of its own, which are derived from data keys.
fn of_use(used: KeyUse, held: &Held) -> Entry {
    let sealing = held.data.iter().rfind(|key| key.purpose == DataKeyPurpose::Seal);
    let hashing = held.data.iter().find(|key| key.purpose == DataKeyPurpose::Mac);
    let finding = held.lookups.last().and_then(|last| held.data.iter().find(|key| key.id == last.key));
    let (mut purposes, mut changes, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(sealed) = used.sealed() {
        let (purpose, change) = match sealed {
            Sealed::Stored => ("seals what is stored", "keys reseal"),
            Sealed::Passing => ("seals what passes through a browser", "keys reseal, and a day"),
            Sealed::AccessToken => ("seals access tokens", "keys reseal, and their lifetime"),
        };
        purposes.push(purpose.to_owned());
        changes.push(change.to_owned());
        keys.extend(sealing);
    }
    if let Some(hashed) = used.hashed() {
        let (purpose, change) = match hashed {
            Hashed::Found => ("finds rows".to_owned(), "keys rehash".to_owned()),
            Hashed::Kept(how_long) => (format!("hashes what is kept {how_long}"), "nothing".to_owned()),
            Hashed::Forever(why) => ("hashes for good".to_owned(), format!("nothing: {why}")),
            Hashed::Passing => ("hashes what passes".to_owned(), "nothing".to_owned()),
        };
        purposes.push(purpose);
        changes.push(change);
        keys.extend(if hashed == Hashed::Found { finding.or(hashing) } else { hashing });
    }
    let of: Vec<String> = keys.iter().map(|key| format!("data:{}", key.id)).collect();
    Entry {
        name: used.as_str().to_owned(),
        purpose: purposes.join("; "),
        holder: format!("derived from {}", of.join(" and ")),
        since: keys.iter().map(|key| key.made).min(),
        change: changes.join("; "),
        at: None,
    }
}

/// What lies in files or the environment, and is changed there.
fn files(config: &Config) -> Vec<Entry> {
    let mut entries = Vec::new();
    let certificates = [
        ("server.tls_cert", "shown to browsers and sites (TLS)", config.server.tls_cert.as_deref()),
        ("mtls.ca_file", "verifies certificates of clients", config.mtls.ca_file.as_deref()),
    ];
    for (name, purpose, path) in certificates {
        let Some(path) = path else { continue };
        let ends = certificate_ends(path);
        entries.push(Entry {
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            holder: format!("file {}", path.display()),
            since: None,
            change: ends.as_ref().map_or_else(|error| format!("you: {error}"), |_| "you, before it ends".to_owned()),
            at: ends.ok(),
        });
    }
    let delivery = &config.delivery;
    for (name, purpose, source) in [
        ("database.password_file", "the database lets us in", &config.database.password_file),
        ("delivery.smtp_password_file", "the mail server lets us in", &delivery.smtp_password_file),
        ("delivery.sms_token_file", "the SMS gateway lets us in", &delivery.sms_token_file),
        ("delivery.sms_key_secret_file", "signs what we ask of the SMS gateway", &delivery.sms_key_secret_file),
        ("delivery.report_secret_file", "shows that reports are the gateway's", &delivery.report_secret_file),
    ] {
        let Some(source) = source else { continue };
        let (name, purpose, holder) = (name.to_owned(), purpose.to_owned(), place(source));
        entries.push(Entry {
            name,
            purpose,
            holder,
            since: None,
            change: "you, with whose it is".to_owned(),
            at: None,
        });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Alg;
    use crate::keys::model::Times;
    use crate::keys::pin::model::{Pin, Pins};
    use crate::keys::trial::model::Tried;

    #[test]
    fn a_private_half_that_is_kept_has_a_line_that_says_for_whom_and_until_when() {
        let now = Timestamp::from_seconds(1_000);
        let pin = |client: &str, ends: i64| {
            let until = Timestamp::from_seconds(ends);
            Pin { client: client.to_owned(), since: now, until, ended: None }
        };
        let retired = KeyRecord {
            kid: "k".to_owned(),
            alg: Alg::ES256,
            state: KeyState::Retiring { since: now, until: Timestamp::from_seconds(9_000) },
            times: Times { made: now, activated: None, retired: Some(now) },
            published_in: 0,
            tried: Tried::default(),
            pins: Pins { clients: vec![pin("a", 5_000), pin("b", 3_000)], keeps_half: true },
        };
        let line = kept_half(&retired, SEALED.to_owned(), &Policy::default()).expect("a line");
        assert_eq!(line.at, Some(Timestamp::from_seconds(5_000)), "with the last of them");
        assert!(line.purpose.ends_with("kept for a, b") && line.holder.contains("sealed"), "{}", line.purpose);
        assert!(
            kept_half(&KeyRecord { pins: Pins::default(), ..retired }, SEALED.to_owned(), &Policy::default()).is_none()
        );
    }
}
