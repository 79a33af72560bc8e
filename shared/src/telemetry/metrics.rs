//! Counters, for Prometheus.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

/// Sets what is measured, before it is read.
type Look = Box<dyn Fn() + Send + Sync>;

/// Everything that is counted in a process.
pub struct Metrics {
    registry: RwLock<Registry>,
    requests: Arc<RequestMetrics>,
    looks: RwLock<Vec<Look>>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// No counters but those of requests. The names of all begin with `program`.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let mut registry = Registry::with_prefix(program.replace('-', "_"));
        let requests = Arc::new(RequestMetrics::new(&mut registry));
        Self { registry: RwLock::new(registry), requests, looks: RwLock::default() }
    }

    /// What the HTTP kit counts.
    #[must_use]
    pub fn requests(&self) -> Arc<RequestMetrics> {
        Arc::clone(&self.requests)
    }

    /// Adds a metric (a counter, gauge, histogram or a family of them); the caller keeps a clone to count on.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.registry.write().unwrap_or_else(PoisonError::into_inner).register(name, help, metric);
    }

    /// Has `look` called each time before the metrics are read: it sets gauges to what holds at that moment, and waits
    /// for nothing.
    pub fn looked_at_by(&self, look: impl Fn() + Send + Sync + 'static) {
        self.looks.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(look));
    }

    /// Everything in the OpenMetrics text format.
    #[must_use]
    pub fn encode(&self) -> String {
        self.looks.read().unwrap_or_else(PoisonError::into_inner).iter().for_each(|look| look());
        let mut text = String::new();
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &registry) {
            tracing::error!(%error, "metrics cannot be written");
        }
        text
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteAndStatus {
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OnlyRoute {
    route: String,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Requests by route template and status class, and their durations by route template.
#[derive(Debug)]
pub struct RequestMetrics {
    counts: Family<RouteAndStatus, Counter>,
    seconds: Family<OnlyRoute, Histogram, fn() -> Histogram>,
    /// The metrics of each route by its template, so that a request finds them without building a label.
    by_route: RwLock<HashMap<String, Route>>,
}

#[derive(Debug, Clone)]
struct Route {
    counts: [Counter; CLASSES.len()],
    seconds: Histogram,
}

impl RequestMetrics {
    fn new(registry: &mut Registry) -> Self {
        // From 100 µs, where the token endpoint answers, to 13 s.
        let durations: fn() -> Histogram =
            || Histogram::new([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 13.0]);
        let counts = Family::default();
        let seconds = Family::new_with_constructor(durations);
        registry.register("http_requests", "Requests by route and class of status", counts.clone());
        registry.register("http_request_seconds", "Durations of requests by route", seconds.clone());
        Self { counts, seconds, by_route: RwLock::default() }
    }

    /// Counts a request. Requests that match no route count together: paths are the asker's choice, and
    /// would fill the memory.
    pub fn record(&self, route: Option<&str>, status: u16, took: Duration) {
        let route = route.unwrap_or("none");
        let class = usize::from((status / 100).clamp(1, 5)) - 1;
        let known = self.by_route.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(metrics) = known.get(route) {
            metrics.record(class, took);
            return;
        }
        drop(known);
        self.learn(route).record(class, took);
    }

    fn learn(&self, name: &str) -> Route {
        let route = Route {
            counts: CLASSES
                .map(|status| self.counts.get_or_create_owned(&RouteAndStatus { route: name.to_owned(), status })),
            seconds: self.seconds.get_or_create_owned(&OnlyRoute { route: name.to_owned() }),
        };
        self.by_route.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), route.clone());
        route
    }
}

impl Route {
    fn record(&self, class: usize, took: Duration) {
        self.counts[class].inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Counts, Gauges};

    #[test]
    fn requests_count_by_route_and_class_of_status() {
        let metrics = Metrics::new("cet-site");
        let requests = metrics.requests();
        requests.record(Some("/a/{b}"), 200, Duration::from_millis(2));
        requests.record(Some("/a/{b}"), 204, Duration::from_millis(2));
        requests.record(Some("/a/{b}"), 503, Duration::from_millis(2));
        requests.record(None, 404, Duration::from_millis(2));
        let text = metrics.encode();
        assert!(text.contains("cet_site_http_requests_total{route=\"/a/{b}\",status=\"2xx\"} 2\n"), "{text}");
        assert!(text.contains("cet_site_http_requests_total{route=\"/a/{b}\",status=\"5xx\"} 1\n"), "{text}");
        assert!(text.contains("cet_site_http_requests_total{route=\"none\",status=\"4xx\"} 1\n"), "{text}");
        assert!(text.contains("cet_site_http_request_seconds_count{route=\"/a/{b}\"} 3\n"), "{text}");
    }

    #[test]
    fn series_are_there_before_anything_is_counted_and_gauges_are_set_when_they_are_read() {
        let metrics = Metrics::new("passport");
        let counts = Counts::new([[("outcome", "done")], [("outcome", "refused")]]);
        metrics.register("sign_ins", "Sign-ins", counts.family());
        let (gauges, own) = (Gauges::<1>::default(), Gauges::<1>::default());
        metrics.register("waiting", "Waiting", gauges.family());
        metrics.looked_at_by(move || gauges.set([("what", "mail")], 1.5));
        metrics.register("never", "Never set", own.family());
        counts.add([("outcome", "done")]);
        let text = metrics.encode();
        for line in [
            "passport_sign_ins_total{outcome=\"done\"} 1\n",
            "passport_sign_ins_total{outcome=\"refused\"} 0\n",
            "passport_waiting{what=\"mail\"} 1.5\n",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("passport_never"), "{text}");
    }

    #[test]
    fn a_slice_adds_its_own_counters() {
        let metrics = Metrics::new("passport");
        let sign_ins = Counter::<u64>::default();
        metrics.register("sign_ins", "Sign-ins", sign_ins.clone());
        sign_ins.inc();
        assert!(metrics.encode().contains("passport_sign_ins_total 1\n"));
    }
}
