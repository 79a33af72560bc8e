//! What can be seen from this machine: database, master key, messages, clients.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::db::{Db, DbError, MigrationState};

use super::{Finding, Patient};
use crate::MIGRATIONS;
use crate::cli::world;
use crate::clients;
use crate::config::Config;
use crate::delivery;
use crate::keys::MasterKey;

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
        Ok(MigrationState { misfit: Some(misfit), .. }) => Finding::error(
            CHECK,
            misfit.to_string(),
            "nodes were upgraded past this one, or an upgrade went wrong; none of this version starts",
            world::advice(misfit),
        ),
        Ok(state) if !state.pending.is_empty() => Finding::error(
            CHECK,
            format!("{} migration(s) are missing", state.pending.len()),
            "the database is new, or the program was updated",
            "run `passport migrate`",
        ),
        Ok(state) if !state.newer.is_empty() => Finding::warning(
            CHECK,
            format!("{} migration(s) are newer than this program, which works beside them", state.newer.len()),
            "another node runs a newer version, or the program was put back to an older one",
            "update this node",
        ),
        Ok(state) => Finding::ok(CHECK, format!("all {} are applied", state.applied.len())),
        Err(error) => broken(CHECK, &error),
    })
}

pub(super) fn broken(check: &'static str, error: &DbError) -> Finding {
    Finding::error(
        check,
        error.to_string(),
        "tables are missing or the database is out of reach",
        "see the findings above",
    )
}

pub async fn master_key(patient: &Patient) -> Finding {
    const CHECK: &str = "master key";
    let path = patient.config.keys.master_key_file.path();
    match world::master_key(&patient.config) {
        Ok(key) if key.is_in_token() => in_token(key).await,
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
                "chmod 600 the file; if somebody may have read it, replace each active signing key with `passport keys compromise`",
            ),
            Some(_) => Finding::ok(CHECK, format!("key {} can be read by its owner only", key.id())),
            None => Finding::ok(CHECK, format!("key {} comes from the environment", key.id())),
        },
    }
}

/// Has the token show that it has the master key.
async fn in_token(key: MasterKey) -> Finding {
    const CHECK: &str = "master key";
    let id = key.id().to_owned();
    match tokio::task::spawn_blocking(move || key.backup_mac(b"doctor").err()).await {
        Ok(None) => Finding::ok(CHECK, format!("key {id} is in the token")),
        Ok(Some(error)) => Finding::error(
            CHECK,
            error.to_string(),
            "the token is away, refuses the PIN, or is another one",
            "bring the right token back; without it nothing that is sealed in the database can be read",
        ),
        Err(error) => Finding::error(CHECK, error.to_string(), "the token's module failed", "see its own log"),
    }
}

fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
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
