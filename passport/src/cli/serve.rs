//! `passport serve`: the way from settings to a listening server, and back down again without losing anything.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use shared::clock::SharedClock;
use shared::db::Db;
use shared::http::{CertificateSource, Server, ServerSettings, termination};
use shared::telemetry::{self, LogGuard, Metrics, Readiness};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::failure::{Exit, Failure};
use super::meters::{self, Meters};
use super::{audit, follow, jobs, retention, world};
use crate::MIGRATIONS;
use crate::accounts::Accounts;
use crate::app::App;
use crate::audit::Heads;
use crate::clients::Clients;
use crate::clients::logos::Logos;
use crate::config::Config;
use crate::console;
use crate::delivery::{MailServer, Mailer, Policy, Transport, Ways, Worker};
use crate::jobs::{Jobs, Outcome};
use crate::oidc::Oidc;
use crate::oidc::logout::LogoutTokens;
use crate::oidc::signals::SignalTokens;
use crate::router::{self, router};
use crate::status::Status;

/// How often it is written down what was refused.
const REFUSALS: Duration = Duration::from_secs(30);

/// How often this node writes down when secrets of clients were used.
const SECRET_USES: Duration = Duration::from_secs(60);

/// How often this node looks how everything stands. What it finds counts for [`shared::status::FRESH`].
const STATUS: Duration = Duration::from_secs(5);

pub async fn run(file: Option<&Path>) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let log =
        telemetry::init("passport", &config.log, &config.traces).map_err(|error| Failure::new(Exit::Failed, error))?;
    let db = world::connect(&config).await?;
    if config.dev.migrate_on_start {
        world::fitting(&db).await?;
        db.migrate(&MIGRATIONS).await?;
    }
    let newer = world::require_migrated(&db).await?.newer;
    if let Some(newest) = newer.last() {
        tracing::warn!(
            newest,
            "a newer version migrated the database: this one serves beside it, until it is replaced"
        );
    }
    let clock = world::common_clock(&db).await?;
    let app = world::app_by(config.clone(), db.clone(), clock.clone()).await?;
    // From here on no key signs anywhere that this node does not publish.
    app.keys.join(&config.server.listen.to_string(), config.keys.node_lease).await?;
    // Nobody is to read that nothing is known yet.
    app.status.look().await;
    let (keys, clients, oidc) = (app.keys.clone(), app.clients.clone(), app.oidc.clone());
    let (stop, stopped) = watch::channel(false);
    let metrics = Arc::new(Metrics::new("passport"));
    let meters = Meters::new(&metrics, (app.clone(), db.clone()), clock.clone(), &config);
    meters.look().await;
    let mut background = background(&config, &app, &db, clock.clone(), &stopped)?;
    background.spawn(every(meters::PAUSE, stopped.clone(), move || look(meters.clone())));
    background.spawn(follow::keys(keys.clone(), config.keys.node_lease, stopped.clone()));
    let shared: (Db, SharedClock) = (db.clone(), clock.clone());
    background.spawn(follow::quotas(app.quotas.clone(), keys.clone(), shared, stopped.clone()));
    if let Some(authorities) = app.oidc.authorities() {
        background.spawn(follow::authorities(authorities, clock.clone(), stopped.clone()));
    }
    background.spawn(follow::time(clock, db.clone(), stopped.clone()));
    let served = serve(&config, app, &db, (&log, metrics), &mut background, stopped).await;
    // The last requests are answered: what they wrote may still be on its way out.
    let _ = stop.send(true);
    let wait = async { while background.join_next().await.is_some() {} };
    if tokio::time::timeout(config.server.shutdown_grace, wait).await.is_err() {
        tracing::warn!("background work did not end in time; what was under way is taken up at the next start");
    }
    write_uses(clients).await;
    write_refusals(oidc).await;
    if let Err(error) = keys.leave().await {
        tracing::warn!(%error, "the other nodes wait for this one until its lease runs out");
    }
    db.close().await;
    tracing::info!("stopped");
    served.map(|()| Exit::Done)
}

/// Listens, says so in one line, and answers until told to stop.
async fn serve(
    config: &Config,
    app: App,
    db: &Db,
    (log, metrics): (&LogGuard, Arc<Metrics>),
    background: &mut JoinSet<()>,
    stopped: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let mut kit = router::kit(&app, &config.server, config.issuer.authority())
        .metrics(metrics.requests())
        .follow_traces(config.traces.follow);
    if let Some(lines) = log.access_log() {
        kit = kit.access_log(lines);
    }
    if let (Some(address), true) = (&config.mtls.address, config.mtls.from_proxy) {
        kit = kit.hosts([address.authority()]).certificates(CertificateSource::Proxy);
    }
    let server = Server::bind(&config.server).await?;
    if let (Some(address), Some(listen)) = (&config.mtls.address, config.mtls.listen) {
        let settings = ServerSettings { listen, ..config.server.clone() };
        let kit = router::kit(&app, &settings, address.authority()).metrics(metrics.requests());
        let routes = kit.certificates(CertificateSource::Handshake).apply(router::direct(app.clone()));
        let server = Server::bind(&settings).await?.asking_for_certificates();
        tracing::info!(address = %server.address(), "certificates of clients are taken");
        background.spawn(run_beside(server, routes, "certificates", stopped.clone()));
    }
    let asked = (db.clone(), app.keys.clone());
    if let (Some(console), Some(origin)) = (&app.console, &config.console.origin) {
        let settings = console_settings(config);
        let kit = console::router::kit(console, &settings, origin.authority()).metrics(metrics.requests());
        let routes = kit.apply(console::router::router(console.clone()));
        let server = Server::bind(&settings).await?;
        tracing::info!(address = %server.address(), %origin, "the staff's console");
        background.spawn(run_beside(server, routes, "console", stopped.clone()));
    }
    let readiness = Readiness::new(move || {
        let (db, keys) = asked.clone();
        async move { keys.may_sign() && db.ping().await.is_ok() }
    });
    if let Some(listen) = config.server.metrics_listen {
        let settings = ServerSettings { listen, ..ServerSettings::loopback() };
        let admin = Server::bind(&settings).await?;
        tracing::info!(address = %admin.address(), "metrics");
        let routes = telemetry::admin(metrics, readiness.clone());
        background.spawn(run_beside(admin, routes, "metrics", stopped));
    }
    // Health is asked by address, not by name: it stands outside the kit and its check of the host.
    let routes = kit.apply(router(app)).merge(telemetry::health(readiness));
    tracing::info!(address = %server.address(), issuer = %config.issuer, "ready");
    Ok(server.run(routes, termination()).await?)
}

/// How the console's listener answers: for its own host alone, with its own certificate where it has one.
fn console_settings(config: &Config) -> ServerSettings {
    let mut settings = ServerSettings { listen: config.console.listen, hosts: Vec::new(), ..config.server.clone() };
    if config.console.tls_cert.is_some() {
        settings.tls_cert.clone_from(&config.console.tls_cert);
        settings.tls_key.clone_from(&config.console.tls_key);
    }
    settings
}

/// Answers on a listener beside the main one, until that has stopped.
async fn run_beside(server: Server, routes: Router, what: &'static str, mut stopped: watch::Receiver<bool>) {
    let stop = async move { drop(stopped.changed().await) };
    if let Err(error) = server.run(routes, stop).await {
        tracing::error!(%error, what, "a listener stopped");
    }
}

/// Everything that runs beside the requests.
fn background(
    config: &Config,
    app: &App,
    db: &Db,
    clock: SharedClock,
    stopped: &watch::Receiver<bool>,
) -> Result<JoinSet<()>, Failure> {
    let (sending, stop) = (worker(config, app, db, clock.clone())?, stopped.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { sending.run(stop).await });
    let clients = app.clients.clone();
    tasks.spawn(every(SECRET_USES, stopped.clone(), move || write_uses(clients.clone())));
    let oidc = app.oidc.clone();
    tasks.spawn(every(REFUSALS, stopped.clone(), move || write_refusals(oidc.clone())));
    let status = app.status.clone();
    tasks.spawn(every(STATUS, stopped.clone(), move || tell_status(status.clone())));
    shared_work(&mut tasks, (config, app, db), clock, stopped);
    Ok(tasks)
}

/// What one of all nodes does at a time.
fn shared_work(
    tasks: &mut JoinSet<()>,
    (config, app, db): (&Config, &App, &Db),
    clock: SharedClock,
    stopped: &watch::Receiver<bool>,
) {
    let nodes = Jobs::new(db.clone(), clock, &*world::entropy(), &config.server.listen.to_string());
    let logos = app.logos.clone();
    let tend = move || tend_logos(logos.clone());
    tasks.spawn(jobs::turns(nodes.clone(), jobs::LOGOS, stopped.clone(), tend));
    let accounts = app.accounts.clone();
    let end = move || end_public_sessions(accounts.clone());
    tasks.spawn(jobs::turns(nodes.clone(), jobs::PUBLIC_SESSIONS, stopped.clone(), end));
    let (chain, heads) = (app.chain.clone(), config.audit.heads_file.as_deref().map(Heads::at));
    let seal = move || audit::seal(chain.clone(), heads.clone());
    tasks.spawn(jobs::turns(nodes.clone(), jobs::audit_seal(config), stopped.clone(), seal));
    let (accounts, kept) = (app.accounts.clone(), retention::of(app, config.tokens.refresh_absolute));
    let remove = move || retention::clean_up(accounts.clone(), kept.clone());
    tasks.spawn(jobs::turns(nodes, jobs::clean_up(config), stopped.clone(), remove));
}

/// Those that vouch for the mail server.
fn authorities(file: &Path) -> Result<Vec<u8>, Failure> {
    let told = |error| Failure::new(Exit::Settings, format!("delivery.smtp_ca_file: {}: {error}", file.display()));
    std::fs::read(file).map_err(told)
}

fn worker(config: &Config, app: &App, db: &Db, clock: SharedClock) -> Result<Worker, Failure> {
    let settings = &config.delivery;
    let mut mail: Option<Arc<dyn Transport>> = None;
    if let Some(url) = &settings.smtp_url {
        let password = settings.smtp_password_file.as_ref().map(|source| source.read()).transpose()?;
        let ca = settings.smtp_ca_file.as_deref().map(authorities).transpose()?;
        let server = MailServer {
            address: url.expose(),
            password: password.as_ref(),
            ca: ca.as_deref(),
            timeout: settings.timeout,
        };
        let mailer = Mailer::new(server, &settings.from)
            .map_err(|error| Failure::new(Exit::Settings, format!("delivery: {error}")))?;
        mail = Some(Arc::new(mailer));
    }
    let sms = world::sms(config)?;
    let logout: Arc<dyn Transport> = Arc::new(LogoutTokens::new(app.oidc.clone(), app.egress.clone()));
    let signals: Arc<dyn Transport> =
        Arc::new(SignalTokens::new(app.oidc.clone(), app.egress.clone(), app.sealer.clone()));
    Ok(Worker {
        db: db.clone(),
        clock,
        entropy: world::entropy(),
        outbox: app.outbox.clone(),
        policy: Policy {
            max_attempts: settings.max_attempts,
            timeout: settings.timeout,
            concurrency: settings.concurrency,
        },
        ways: Ways { mail, sms, logout: Some(logout), signals: Some(signals) },
    })
}

/// Does the work again and again, the first time after one pause, until told to stop.
pub(super) async fn every<F: Future<Output = ()>>(
    pause: Duration,
    mut stopped: watch::Receiver<bool>,
    work: impl Fn() -> F,
) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(pause) => work().await,
        }
    }
}

async fn look(meters: Meters) {
    meters.look().await;
}

async fn tell_status(status: Status) {
    status.look().await;
}

async fn end_public_sessions(accounts: Accounts) -> Outcome {
    // Those that are over stay over: what a run does not reach, the next one does.
    let ended = accounts.end_timed_out().await;
    ended.map(drop).map_err(|error| format!("sessions at public computers: {error}; their sites are told later"))
}

async fn write_uses(clients: Clients) {
    if let Err(error) = clients.write_uses().await {
        tracing::warn!(%error, "when secrets of clients were used is written down later");
    }
}

async fn write_refusals(oidc: Oidc) {
    if let Err(error) = oidc.write_refusals().await {
        tracing::warn!(%error, "which requests were refused is written down later");
    }
}

async fn tend_logos(logos: Logos) -> Outcome {
    logos.tend().await.map_err(|error| format!("logos: {error}"))
}
