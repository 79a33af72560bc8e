//! `cet-site serve`

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::db::Db;
use shared::entropy::SystemEntropy;
use shared::http::{self, AccessLog, Kit, Server};
use shared::telemetry::{Metrics, Readiness, admin};
use tokio::task::JoinHandle;

use crate::app::{App, MIGRATIONS};
use crate::config::Settings;
use crate::router;
use crate::sign_in::SignIn;
use crate::status::{self, Follower};
use crate::web::Failures;

/// How often sessions that no longer count are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

pub(super) async fn serve(settings: &Settings, access_log: Option<Arc<dyn AccessLog>>) -> anyhow::Result<()> {
    let db = super::open(settings).await?;
    prepare(&db, settings).await?;
    let app = App::build(settings, db.clone(), super::clock(), Arc::new(SystemEntropy::new()))?;
    let metrics = Arc::new(Metrics::new("cet-site"));
    if let Some(address) = settings.server.metrics_listen {
        watch(address, &metrics, &db).await?;
    }
    let beside = [tokio::spawn(sweep(app.sign_in.clone())), tokio::spawn(follow(app.status.clone()))];
    let mut kit = Kit::new(&settings.server)
        .hosts([settings.base_url.authority()])
        .pages(Failures(app.web.clone()))
        .metrics(metrics.requests())
        .follow_traces(settings.traces.follow);
    if let Some(log) = access_log {
        kit = kit.access_log(log);
    }
    let server = Server::bind(&settings.server).await?;
    tracing::info!(address = %server.address(), profile = %settings.profile, url = %settings.base_url, "ready");
    let served = server.run(kit.apply(router::routes(app)), http::termination()).await;
    beside.iter().for_each(JoinHandle::abort);
    db.close().await;
    served.context("the server broke")
}

async fn prepare(db: &Db, settings: &Settings) -> anyhow::Result<()> {
    if settings.dev.migrate_on_start {
        return db.migrate(&MIGRATIONS).await.context("the database cannot be migrated");
    }
    let pending = db.migration_state(&MIGRATIONS).await.context("the database does not answer")?.pending.len();
    if pending > 0 {
        bail!("{pending} database migration(s) are missing: run `cet-site migrate`, or set dev.migrate_on_start");
    }
    Ok(())
}

/// `/metrics`, `/livez` and `/readyz` on their own listener.
async fn watch(address: std::net::SocketAddr, metrics: &Arc<Metrics>, db: &Db) -> anyhow::Result<()> {
    let db = db.clone();
    let readiness = Readiness::new(move || {
        let db = db.clone();
        async move { db.ping().await.is_ok() }
    });
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("server.metrics_listen: {address} cannot be listened on"))?;
    let router = admin(Arc::clone(metrics), readiness);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the metrics listener broke");
        }
    });
    Ok(())
}

/// Asks again and again how the passport stands.
async fn follow(passport: Follower) {
    let mut tick = tokio::time::interval(status::PAUSE);
    loop {
        tick.tick().await;
        passport.ask().await;
    }
}

async fn sweep(sign_in: SignIn) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    loop {
        tick.tick().await;
        match sign_in.sweep().await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "old sessions were deleted"),
            Err(error) => tracing::warn!(cause = %error, "old sessions could not be deleted"),
        }
    }
}
