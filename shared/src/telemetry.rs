//! What a program tells of itself: log lines on standard error, and counters, `/livez` and `/readyz` on a
//! listener of their own.

mod access;
mod health;
mod log;
mod metrics;
mod output;
mod series;

pub use health::{Readiness, admin, health};
pub use log::{LogFormat, LogGuard, LogSettings, init};
pub use metrics::{Metrics, RequestMetrics};
pub use series::{Counts, Gauges, Label};
