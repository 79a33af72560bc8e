//! What is measured of a node while it serves, beside what its rooms count. From memory when it is read; what the database
//! knows, every few seconds. `docs/operate/metrics.md` lists all of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{Db, DbError};
use shared::status::State;
use shared::telemetry::{Gauges, Metrics};

use super::doctor::certificate_ends;
use super::jobs;
use crate::app::App;
use crate::config::Config;
use crate::delivery::store::{self, Waiting};
use crate::jobs::Jobs;
use crate::keys::KeyState;
use crate::keys::rotate::forecast::next_of;

/// How often the database is asked.
pub const PAUSE: Duration = Duration::from_secs(15);

/// The channels that are told of, also where nothing waits.
const CHANNELS: [&str; 4] = ["mail", "sms", "logout", "signals"];

/// What is measured.
#[derive(Clone, Default)]
struct Measured {
    passwords: Gauges<1>,
    database: Gauges<1>,
    may_sign: Gauges<0>,
    lease: Gauges<0>,
    lag: Gauges<0>,
    nodes: Gauges<0>,
    next_change: Gauges<1>,
    waiting: Gauges<1>,
    oldest: Gauges<1>,
    parts: Gauges<2>,
    jobs: Gauges<1>,
    certificates: Gauges<1>,
    build: Gauges<1>,
}

impl Measured {
    fn register(&self, metrics: &Metrics) {
        let one = |name: &str, help: &str, gauges: &Gauges<1>| metrics.register(name, help, gauges.family());
        let alone = |name: &str, help: &str, gauge: &Gauges<0>| metrics.register(name, help, gauge.family());
        one("passwords", "Passwords that wait to be hashed, and how many may", &self.passwords);
        one("database", "Connections in use, how many may be, and operations that wait for one", &self.database);
        alone("key_may_sign", "Whether this node may sign", &self.may_sign);
        alone(
            "key_lease_seconds",
            "Seconds until this node may not sign any more unless its lease is renewed",
            &self.lease,
        );
        alone("key_revision_lag", "Changes of the keys that this node has not taken over", &self.lag);
        alone("nodes", "Nodes whose lease runs", &self.nodes);
        one("key_next_change_seconds", "Seconds until the next key of the algorithm signs", &self.next_change);
        one("outbox_waiting", "Messages that are due and not sent", &self.waiting);
        one("outbox_oldest_seconds", "Seconds since the oldest of those was due first", &self.oldest);
        metrics.register("part_state", "1 for the state that a part of /status.json is in", self.parts.family());
        one("job_age_seconds", "Seconds since a job was last done to its end, on whichever node", &self.jobs);
        one("certificate_expires_seconds", "Seconds until a certificate ends", &self.certificates);
        one("build_info", "1, and the version that runs", &self.build);
    }
}

/// Measures a node. Cheap to clone.
#[derive(Clone)]
pub struct Meters {
    app: App,
    db: Db,
    clock: SharedClock,
    certificates: Arc<[(&'static str, PathBuf)]>,
    jobs: Arc<[&'static str]>,
    measured: Measured,
}

impl Meters {
    /// Registers everything that is counted and measured.
    pub fn new(metrics: &Metrics, (app, db): (App, Db), clock: SharedClock, config: &Config) -> Self {
        let measured = Measured::default();
        measured.register(metrics);
        metrics.register("sign_ins", "Tries to sign in, by way and outcome", app.accounts.tried_sign_ins().family());
        metrics.register("tokens", "Requests for tokens, by grant and outcome", app.oidc.tokens().family());
        let refusals = app.oidc.refusals();
        metrics.register("refusals", "Refused requests of the protocol, by rule", refusals.by_rule().family());
        metrics.register(
            "refusals_not_kept",
            "Refused requests that found no slot to be counted in for their client",
            refusals.not_kept().family(),
        );
        metrics.register("limits_refused", "Uses that a limit refused", app.limits.refused().family());
        metrics.register("quotas_refused", "Requests of clients beyond their quota", app.quotas.refused().family());
        metrics.register(
            "token_calls",
            "Questions to the token that holds keys, by what they ask for and what came of it",
            app.keys.token_calls().counts().family(),
        );
        metrics.register(
            "passwords_turned_away",
            "Passwords that were not looked at, since too many waited",
            app.accounts.passwords_turned_away(),
        );
        let files = [("server", &config.server.tls_cert), ("clients", &config.mtls.ca_file)];
        let certificates = files.into_iter().filter_map(|(of, file)| Some((of, file.clone()?))).collect();
        let jobs = jobs::all(config).into_iter().map(|job| job.name).collect();
        let meters = Self { app, db, clock, certificates, jobs, measured };
        let looking = meters.clone();
        metrics.looked_at_by(move || looking.look_here());
        meters
    }

    /// What memory knows.
    fn look_here(&self) {
        let (to, keys) = (&self.measured, &self.app.keys);
        let queue = self.app.accounts.password_queue();
        to.passwords.set([("what", "waiting")], count(queue.waiting));
        to.passwords.set([("what", "limit")], count(queue.limit));
        let load = self.db.load();
        for (what, many) in [("used", load.used), ("limit", load.most), ("waiting", load.waiting)] {
            to.database.set([("what", what)], count(many));
        }
        to.may_sign.set([], f64::from(u8::from(keys.may_sign())));
        to.lease.set([], keys.lease_left().unwrap_or_default().as_secs_f64());
        for (part, state) in self.app.status.report().parts {
            for other in State::ALL {
                let is = f64::from(u8::from(*other == state));
                to.parts.set([("part", part.as_str()), ("state", other.as_str())], is);
            }
        }
        to.build.set([("version", env!("CARGO_PKG_VERSION"))], 1.0);
    }

    /// What the database and the files know. To be called every few seconds.
    pub async fn look(&self) {
        if let Err(error) = self.look_there().await {
            tracing::debug!(%error, "the database could not be asked for figures: the last ones stay");
        }
        let now = self.clock.now();
        for (of, file) in self.certificates.iter() {
            // One that cannot be read serves nobody at the next start.
            let ends = certificate_ends(file).unwrap_or_default();
            self.measured.certificates.set([("certificate", of)], left(ends, now));
        }
    }

    async fn look_there(&self) -> Result<(), DbError> {
        let (to, keys, now) = (&self.measured, &self.app.keys, self.clock.now());
        let waiting = self.db.read(move |tx| async move { store::waiting(tx, now).await }.boxed()).await?;
        for channel in CHANNELS {
            let of_it = || waiting.iter().filter(move |waiting| waiting.channel.kind() == channel);
            let oldest = of_it().map(|Waiting { oldest, .. }| *oldest).min().unwrap_or(now);
            let messages: i64 = of_it().map(|waiting| waiting.messages).sum();
            to.waiting.set([("channel", channel)], count(usize::try_from(messages).unwrap_or(0)));
            to.oldest.set([("channel", channel)], now.since(oldest).as_secs_f64());
        }
        to.lag.set([], count(usize::try_from(keys.revision_lag().await?).unwrap_or(0)));
        to.nodes.set([], count(keys.count_nodes().await?));
        let rows = Jobs::all(&self.db).await?;
        for name in self.jobs.iter() {
            // One that was never done to its end is as old as its last beginning; one that never began has no age.
            let row = rows.iter().find(|row| row.name == *name);
            let done = row.map_or(now, |row| row.done.unwrap_or(row.began));
            to.jobs.set([("task", *name)], now.since(done).as_secs_f64());
        }
        let stock = keys.stock().await?;
        for key in stock.keys.iter().filter(|key| matches!(key.state, KeyState::Active { .. })) {
            if let Some((at, _)) = next_of(key, &stock.keys, keys.policy()) {
                to.next_change.set([("alg", key.alg.as_str())], left(at, stock.now));
            }
        }
        Ok(())
    }
}

/// Seconds until a moment; below zero once it is past.
fn left(at: Timestamp, now: Timestamp) -> f64 {
    at.since(now).as_secs_f64() - now.since(at).as_secs_f64()
}

/// A count as gauges have it: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "nothing is counted up to 2^53 here")]
const fn count(many: usize) -> f64 {
    many as f64
}
