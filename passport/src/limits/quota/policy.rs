//! How many requests a second each client may send.

use std::collections::HashMap;

use crate::config::LimitsSettings;

/// Requests a second, of all nodes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    usual: u32,
    of: HashMap<String, u32>,
}

impl Rates {
    /// As the settings say.
    pub fn of(settings: &LimitsSettings) -> Self {
        let named = settings.client_rates.iter().map(|rate| (rate.client.clone(), rate.per_second));
        Self { usual: settings.client_per_second, of: named.collect() }
    }

    /// Those of one client.
    pub fn per_second(&self, client: &str) -> u32 {
        self.of.get(client).copied().unwrap_or(self.usual)
    }

    #[cfg(test)]
    pub(super) fn usual(usual: u32) -> Self {
        Self { usual, of: HashMap::new() }
    }
}
