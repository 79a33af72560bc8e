//! Which faults are on for everybody, and how long a slow answer takes.

use std::time::Duration;

use super::{Fault, Set};

/// How long a slow answer takes unless somebody says so.
pub const SLOW: Duration = Duration::from_secs(10);

/// The longest that one may take. Whoever waits that long would wait for ever.
pub const SLOWEST: Duration = Duration::from_secs(60);

/// The switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches {
    /// What is on.
    pub on: Set,
    /// How long a slow answer takes.
    pub slow: Duration,
}

impl Default for Switches {
    fn default() -> Self {
        Self { on: Set::new(), slow: SLOW }
    }
}

impl Switches {
    /// Those faults, and answers that are so slow, within bounds.
    pub fn new(on: Set, slow: Option<Duration>) -> Self {
        Self { on, slow: slow.unwrap_or(SLOW).min(SLOWEST) }
    }

    /// Whether a fault is on for everybody.
    pub fn has(&self, fault: Fault) -> bool {
        self.on.contains(&fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_slower_than_a_minute() {
        assert_eq!(Switches::new(Set::new(), Some(Duration::from_secs(3_600))).slow, SLOWEST);
        assert_eq!(Switches::default().slow, SLOW);
    }
}
