//! `/livez`, `/readyz` and `/metrics`: for machines that watch, on a listener that people do not reach.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Metrics;

/// Longer than this, an answer is no.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks whether the program can do its work: whether its database answers, for example.
#[derive(Clone)]
pub struct Readiness {
    ask: Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
    patience: Duration,
}

impl Readiness {
    /// Asks by calling `ask` each time.
    pub fn new<F>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self { ask: Arc::new(move || ask().boxed()), patience: PATIENCE }
    }

    async fn is_ready(&self) -> bool {
        tokio::time::timeout(self.patience, (self.ask)()).await.unwrap_or(false)
    }
}

impl std::fmt::Debug for Readiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readiness")
    }
}

/// `/livez` (the process answers) and `/readyz` (it can do its work, else 503).
pub fn health(readiness: Readiness) -> Router {
    let readyz = |State(readiness): State<Readiness>| async move {
        match readiness.is_ready().await {
            true => (StatusCode::OK, "ready\n"),
            false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
        }
    };
    Router::new().route("/livez", get(|| async { "alive\n" })).route("/readyz", get(readyz)).with_state(readiness)
}

/// [`health`] and `/metrics`.
pub fn admin(metrics: Arc<Metrics>, readiness: Readiness) -> Router {
    let route = get(|State(metrics): State<Arc<Metrics>>| async move { openmetrics(&metrics) });
    Router::new().route("/metrics", route).with_state(metrics).merge(health(readiness))
}

fn openmetrics(metrics: &Metrics) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], metrics.encode()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tower::ServiceExt;

    async fn status(router: &Router, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn readiness_follows_what_it_asks() {
        let ready = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&ready);
        let readiness = Readiness::new(move || {
            let ready = asked.load(Ordering::SeqCst);
            async move { ready }
        });
        let router = admin(Arc::new(Metrics::new("test")), readiness);
        assert_eq!(status(&router, "/livez").await, StatusCode::OK);
        assert_eq!(status(&router, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        ready.store(true, Ordering::SeqCst);
        assert_eq!(status(&router, "/readyz").await, StatusCode::OK);
        assert_eq!(status(&router, "/metrics").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_question_without_an_answer_means_not_ready() {
        let mut readiness = Readiness::new(std::future::pending);
        readiness.patience = Duration::from_millis(1);
        let router = health(readiness);
        assert_eq!(status(&router, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
