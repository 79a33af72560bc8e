//! What was heard last, for every page to look at: reading it waits for nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::{Kind, Notice, Part, Report, State};
use crate::clock::Timestamp;

/// For how long what was heard of parts counts. Notices say themselves when they end.
pub const FRESH: Duration = Duration::from_secs(90);

/// The last report that was heard.
#[derive(Debug, Default)]
pub struct Board(RwLock<Arc<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    report: Report,
    at: Option<Timestamp>,
}

impl Board {
    /// Puts up what was heard at that moment by this machine's clock.
    pub fn put_up(&self, report: Report, at: Timestamp) {
        let heard = Arc::new(Heard { report, at: Some(at) });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = heard;
    }

    /// What holds of it now: no notice that is over, and no state of a part that was looked at too long ago. What is
    /// announced shows at the parts that it is about, once it has begun.
    #[must_use]
    pub fn report(&self, now: Timestamp) -> Report {
        let heard = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let notices: Vec<Notice> = heard.report.notices.iter().filter(|notice| !notice.is_over(now)).cloned().collect();
        let fresh = heard.at.is_some_and(|at| now.since(at) < FRESH);
        let state = |(part, state): &(Part, State)| {
            let state = if fresh { *state } else { State::Unknown };
            let mut told = notices.iter().filter(|notice| notice.is_running(now) && notice.parts.contains(part));
            match told.clone().next() {
                None => (*part, state),
                Some(_) if told.any(|notice| notice.kind == Kind::Planned) => (*part, State::Maintenance),
                Some(_) => (*part, state.max(State::Degraded)),
            }
        };
        let parts = heard.report.parts.iter().map(state).collect();
        Report { at: heard.report.at, parts, notices }
    }
}
