//! How long keys stay in their states.

use std::time::Duration;

/// How long keys stay in their states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a key is published at least before it signs: the cache lifetime of the key set, and some more.
    pub publish_for: Duration,
    /// How long a key signs.
    pub active_for: Duration,
    /// How long a key that signs no more still verifies: longer than the life of the longest-lived signed token.
    pub verify_for: Duration,
    /// How long a key that is published no more still verifies hints.
    pub hint_for: Duration,
    /// For how long after a change the key before it may sign again; not at all, if that is no time.
    pub return_within: Duration,
    /// Whether a key signs for good only after a clean trial, or when an operator does without one.
    pub trial_required: bool,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Policy {
    fn default() -> Self {
        Self {
            publish_for: 20 * MINUTE,
            active_for: 90 * DAY,
            verify_for: 20 * MINUTE,
            hint_for: 180 * DAY,
            return_within: Duration::ZERO,
            trial_required: false,
        }
    }
}
