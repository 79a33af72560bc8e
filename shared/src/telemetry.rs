//! What a program tells of itself: log lines on standard error, counters, `/livez` and `/readyz` on a listener of their
//! own, and traces to a collector.

mod access;
mod health;
mod log;
mod metrics;
mod output;
mod series;
pub mod traces;

pub use health::{Readiness, admin, health};
pub use log::{InitError, LogFormat, LogGuard, LogSettings, init};
pub use metrics::{Metrics, RequestMetrics};
pub use series::{Counts, Gauges, Label};
pub use traces::{SPANS, TraceSettings};
