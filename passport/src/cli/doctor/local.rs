//! What can be seen from this machine: database, keys, clock, messages, clients.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError};

use super::{Finding, Patient};
use crate::MIGRATIONS;
use crate::audit;
use crate::cli::world;
use crate::clients;
use crate::config::Config;
use crate::delivery;
use crate::keys::{self, Alg, KeyRecord, KeyState};

/// An active key older than this should be exchanged.
const KEY_AGE: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// A staged key that is due has been activated by a running passport within this.
const TEND_GRACE: Duration = Duration::from_secs(10 * 60);

/// How long a message may wait before somebody should look.
const MESSAGE_AGE: Duration = Duration::from_secs(10 * 60);

pub async fn database(config: &Config) -> (Option<Db>, Finding) {
    const CHECK: &str = "database";
    let url = &config.database.url;
    let db = match world::connect(config).await {
        Ok(db) => db,
        Err(failure) => return (None, unreachable(url, &failure.messages.join("; "))),
    };
    match db.ping().await {
        Ok(()) => (Some(db), Finding::ok(CHECK, format!("{url} answers"))),
        Err(error) => (None, unreachable(url, &error.to_string())),
    }
}

fn unreachable(url: &impl std::fmt::Display, error: &str) -> Finding {
    Finding::error(
        "database",
        format!("{url} does not answer: {error}"),
        "the server is down or unreachable, the folder of an SQLite file is missing or not writable, or the password is wrong",
        "check database.url and database.password_file, and start the server",
    )
}

pub async fn migrations(patient: &Patient) -> Option<Finding> {
    const CHECK: &str = "migrations";
    let state = patient.db.as_ref()?.migration_state(&MIGRATIONS).await;
    Some(match state {
        Ok(state) if !state.pending.is_empty() => Finding::error(
            CHECK,
            format!("{} migration(s) are missing", state.pending.len()),
            "the database is new, or the program was updated",
            "run `passport migrate`",
        ),
        Ok(state) if !state.unknown.is_empty() => Finding::warning(
            CHECK,
            format!("{} migration(s) are newer than this program", state.unknown.len()),
            "another node runs a newer version, or the program was put back to an older one",
            "update this node",
        ),
        Ok(state) => Finding::ok(CHECK, format!("all {} are applied", state.applied.len())),
        Err(error) => broken(CHECK, &error),
    })
}

fn broken(check: &'static str, error: &DbError) -> Finding {
    Finding::error(
        check,
        error.to_string(),
        "tables are missing or the database is out of reach",
        "see the findings above",
    )
}

pub fn master_key(patient: &Patient) -> Finding {
    const CHECK: &str = "master key";
    let path = patient.config.keys.master_key_file.path();
    match world::master_key(&patient.config) {
        Err(failure) => Finding::error(
            CHECK,
            failure.messages.join("; "),
            "the file is missing, unreadable for this user, or holds something else",
            failure.advice.unwrap_or_else(|| "put the key that this database was made with in place".to_owned()),
        ),
        Ok(key) => match path.map(mode) {
            Some(Some(mode)) if mode & 0o077 != 0 => Finding::warning(
                CHECK,
                format!("other users may read the file (mode {mode:o})"),
                "it was copied without its permissions",
                "chmod 600 the file; if somebody may have read it, rotate the signing keys with `passport keys rotate --now`",
            ),
            Some(_) => Finding::ok(CHECK, format!("key {} can be read by its owner only", key.id())),
            None => Finding::ok(CHECK, format!("key {} comes from the environment", key.id())),
        },
    }
}

fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

pub async fn keys(patient: &Patient) -> Vec<Finding> {
    const CHECK: &str = "keys";
    let (Some(db), Ok(master)) = (&patient.db, world::master_key(&patient.config)) else {
        return Vec::new();
    };
    let stored = match db.read(|tx| keys::store::signing_keys(tx).boxed()).await {
        Ok(stored) => stored,
        Err(error) => return vec![broken(CHECK, &error)],
    };
    if let Some(other) = stored.iter().find(|key| key.master_key_id != master.id()) {
        return vec![Finding::error(
            CHECK,
            format!("key {} is sealed under master key {}, not {}", other.record.kid, other.master_key_id, master.id()),
            "this is the master key of another database",
            "put the key that this database was made with in place",
        )];
    }
    let records: Vec<KeyRecord> = stored.into_iter().map(|key| key.record).collect();
    let now = patient.clock.now();
    Alg::ALL.into_iter().map(|alg| key_of(alg, &records, patient.config.keys.publish_for, now)).collect()
}

fn key_of(alg: Alg, keys: &[KeyRecord], publish_for: Duration, now: Timestamp) -> Finding {
    const CHECK: &str = "keys";
    let of_alg = || keys.iter().filter(|key| key.alg == alg);
    let active = of_alg().find(|key| matches!(key.state, KeyState::Active { .. }));
    let overdue = of_alg()
        .find(|key| matches!(key.state, KeyState::Staged { since } if now.since(since) > publish_for + TEND_GRACE));
    match (active, overdue) {
        (None, _) => Finding::error(
            CHECK,
            format!("no {alg} key is active"),
            "the passport never ran on this database",
            "run `passport keys init`",
        ),
        (_, Some(key)) => Finding::warning(
            CHECK,
            format!("{alg} key {} should be signing by now", key.kid),
            "no passport is running: running ones move keys on",
            "start the passport, or run `passport keys rotate`",
        ),
        (Some(key), None) if now.since(key.state.since()) > KEY_AGE => Finding::warning(
            CHECK,
            format!("{alg} key {} has signed since {}", key.kid, key.state.since()),
            "nobody rotated the keys for half a year",
            "run `passport keys rotate`; nobody is signed out by it",
        ),
        (Some(key), None) => Finding::ok(CHECK, format!("{alg} key {} signs since {}", key.kid, key.state.since())),
    }
}

/// What this node wrote last must not lie ahead: codes and sessions would end too soon or too late.
pub async fn clock(patient: &Patient) -> Option<Finding> {
    const CHECK: &str = "clock";
    let db = patient.db.as_ref()?;
    let latest = db.read(|tx| audit::store::latest(tx, 1).boxed()).await.ok()?;
    let now = patient.clock.now();
    Some(match latest.first() {
        Some(entry) if entry.at > now + Duration::from_secs(5) => Finding::error(
            CHECK,
            format!("it is {now} here, and the latest event on record is of {}", entry.at),
            "this machine's clock, or another node's, is wrong",
            "let all nodes take their time from the same source (chrony, systemd-timesyncd)",
        ),
        _ => Finding::ok(CHECK, format!("{now}, after everything on record")),
    })
}

pub async fn delivery(patient: &Patient) -> Vec<Finding> {
    const CHECK: &str = "messages";
    let settings = &patient.config.delivery;
    let mut findings = Vec::new();
    for (name, is_set) in [("smtp_url", settings.smtp_url.is_some()), ("sms_url", settings.sms_url.is_some())] {
        if !is_set {
            findings.push(Finding::warning(
                CHECK,
                format!("delivery.{name} is not set"),
                "nobody said where messages go",
                "set it; until then messages wait in the outbox",
            ));
        }
    }
    let Some(db) = &patient.db else { return findings };
    let counts = match db.read(|tx| delivery::store::counts(tx).boxed()).await {
        Ok(counts) => counts,
        Err(error) => return vec![broken(CHECK, &error)],
    };
    let now = patient.clock.now();
    if counts.oldest_waiting.is_some_and(|at| now.since(at) > MESSAGE_AGE) {
        findings.push(Finding::warning(
            CHECK,
            format!("{} message(s) wait, the oldest for more than 10 minutes", counts.waiting),
            "the mail server or SMS gateway refuses them, or no passport is running",
            "see `message not sent` in the log of the passport",
        ));
    }
    if counts.failed > 0 {
        findings.push(Finding::warning(
            CHECK,
            format!("{} message(s) were given up within 30 days", counts.failed),
            "addresses that do not exist, or an outage longer than all attempts",
            "see `message not sent` in the log of the passport",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("{} wait, none was given up", counts.waiting)));
    }
    findings
}

pub async fn clients(patient: &Patient) -> Option<Finding> {
    const CHECK: &str = "clients";
    let clients = patient.db.as_ref()?.read(|tx| clients::store::all(tx).boxed()).await;
    Some(match clients {
        Err(error) => broken(CHECK, &error),
        Ok(clients) if clients.is_empty() => Finding::warning(
            CHECK,
            "no client is registered",
            "the database is new",
            "run `passport clients add --file FILE` for each exam site",
        ),
        Ok(clients) => {
            let now = patient.clock.now();
            let valid = |c: &&clients::Client| !c.uses_secret() || c.secrets().iter().any(|s| s.is_valid(now));
            match clients.iter().find(|c| !valid(c)) {
                Some(client) => Finding::warning(
                    CHECK,
                    format!("client {} has no secret that is valid", client.id),
                    "its secret ended, or none was made",
                    "run `passport clients rotate-secret` and hand the secret over",
                ),
                None => Finding::ok(CHECK, format!("{} registered", clients.len())),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(100_000_000);
    const PUBLISH_FOR: Duration = Duration::from_secs(1_200);

    fn severity(states: &[KeyState]) -> Severity {
        let keys: Vec<_> =
            states.iter().map(|state| KeyRecord { kid: "k".to_owned(), alg: Alg::ES256, state: *state }).collect();
        key_of(Alg::ES256, &keys, PUBLISH_FOR, NOW).severity
    }

    #[test]
    fn keys_are_judged_by_their_age_and_state() {
        let active = |age| KeyState::Active { since: NOW - age };
        let staged = |age| KeyState::Staged { since: NOW - age };
        let young = active(Duration::from_secs(60));
        assert_eq!(severity(&[]), Severity::Error);
        assert_eq!(severity(&[young]), Severity::Ok);
        assert_eq!(severity(&[active(KEY_AGE + Duration::from_secs(1))]), Severity::Warning);
        assert_eq!(severity(&[young, staged(PUBLISH_FOR)]), Severity::Ok);
        assert_eq!(severity(&[young, staged(PUBLISH_FOR + TEND_GRACE * 2)]), Severity::Warning);
    }
}
