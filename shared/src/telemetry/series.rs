//! Counters and gauges with labels that are words of the program. What anybody sent is no `&'static str`, and so can begin no
//! series: their number is known when the program is written.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// A label and its value.
pub type Label = (&'static str, &'static str);

/// Counts by `N` labels. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Counts<const N: usize>(Family<[Label; N], Counter>);

impl<const N: usize> Counts<N> {
    /// Nothing was counted yet. Each of these series is there from the beginning, so that the first one that is counted
    /// is seen as one more.
    #[must_use]
    pub fn new(series: impl IntoIterator<Item = [Label; N]>) -> Self {
        let counts = Self(Family::default());
        series.into_iter().for_each(|labels| drop(counts.0.get_or_create(&labels)));
        counts
    }

    /// One more.
    pub fn add(&self, labels: [Label; N]) {
        self.0.get_or_create(&labels).inc();
    }

    /// What is registered under a name.
    #[must_use]
    pub fn family(&self) -> Family<[Label; N], Counter> {
        self.0.clone()
    }
}

/// What is measured, by `N` labels. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Gauges<const N: usize>(Family<[Label; N], Gauge<f64, AtomicU64>>);

impl<const N: usize> Gauges<N> {
    /// It is so much now.
    pub fn set(&self, labels: [Label; N], value: f64) {
        self.0.get_or_create(&labels).set(value);
    }

    /// What is registered under a name.
    #[must_use]
    pub fn family(&self) -> Family<[Label; N], Gauge<f64, AtomicU64>> {
        self.0.clone()
    }
}
