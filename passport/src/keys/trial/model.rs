//! A trial: the staged key signs for a while, or for some clients, and gives way again by itself.

use std::time::Duration;

use shared::clock::Timestamp;

use super::super::alg::Alg;

/// How long after a trial its outcome is judged: clients come back with what they were given at its end, and nodes write
/// down what they saw of it.
pub const JUDGED_AFTER: Duration = Duration::from_secs(2 * 60);

/// The shortest trial. Nothing is concluded from the first minute, in which a node may sign with either key.
pub const SHORTEST: Duration = Duration::from_secs(5 * 60);

/// The longest trial.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What was tried with a staged key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    /// The last trial.
    pub trial: Option<Trial>,
    /// Whether an operator lets it sign without a clean one.
    pub waived: bool,
}

impl Tried {
    /// The trial that is not judged yet.
    pub fn running(&self) -> Option<&Trial> {
        self.trial.as_ref().filter(|trial| trial.end.is_none())
    }

    /// Whether the key may sign for good where only a trial opens the way.
    pub fn is_cleared(&self) -> bool {
        self.waived || self.trial.as_ref().is_some_and(|trial| trial.end.is_some_and(|end| end.how == Ending::Clean))
    }
}

/// A trial of a staged key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Since when the key signs.
    pub since: Timestamp,
    /// From when on it does not any more.
    pub until: Timestamp,
    /// For which clients, in order; none: for all.
    pub clients: Vec<String>,
    /// How it ended, once that is known.
    pub end: Option<TrialEnd>,
}

impl Trial {
    /// When the key signs no more: sooner than agreed, if something ended it.
    pub fn over_at(&self) -> Timestamp {
        self.end.map_or(self.until, |end| end.at.min(self.until))
    }

    /// When it is judged.
    pub fn judged_at(&self) -> Timestamp {
        self.until + JUDGED_AFTER
    }

    /// Whether the key signs for that client.
    pub fn is_for(&self, client: &str) -> bool {
        self.clients.is_empty() || self.clients.iter().any(|own| own == client)
    }
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: Ending,
}

/// How a trial can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// No client failed, and one succeeded at least.
    Clean,
    /// A client failed, or nobody succeeded.
    NotClean,
    /// An operator ended it.
    Stopped,
    /// Somebody else has this key, or the one that it was to give way to.
    Compromised,
    /// The key had to sign for good, since there was no other.
    Overtaken,
}

impl Ending {
    const ALL: [Self; 5] = [Self::Clean, Self::NotClean, Self::Stopped, Self::Compromised, Self::Overtaken];

    /// The name in the database and on record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::NotClean => "not_clean",
            Self::Stopped => "stopped",
            Self::Compromised => "compromised",
            Self::Overtaken => "overtaken",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == name)
    }
}

/// Why no trial begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One is under way, or waits to be judged.
    #[error(
        "{alg} key {kid} is on trial until {until}, and judged at {judged_at}: `passport keys trial --stop` ends it"
    )]
    Running {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
        /// Until when.
        until: Timestamp,
        /// When it is judged.
        judged_at: Timestamp,
    },
    /// Sites may not know the key yet.
    #[error("{alg} key {kid} has not been published for long enough: no trial before {from}")]
    TooNew {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
        /// From when on it may be tried.
        from: Timestamp,
    },
    /// A node does not serve the key yet.
    #[error("a running node does not serve {alg} key {kid} yet: `passport keys list` shows which")]
    NotServed {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
    },
    /// The key signs for good before the trial could be judged.
    #[error("{alg} key {kid} signs for good from {at} on: a trial must be over {} minutes before", JUDGED_AFTER.as_secs() / 60)]
    TooLate {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
        /// When.
        at: Timestamp,
    },
    /// It is too short to tell anything, or too long.
    #[error("a trial lasts from {} minutes to {} hours", SHORTEST.as_secs() / 60, LONGEST.as_secs() / 3_600)]
    Length,
    /// There is nothing to try, or nothing to return to.
    #[error("there is no staged {0} key beside an active one")]
    NoKey(Alg),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_is_over_when_its_time_is_or_when_something_ended_it() {
        let at = Timestamp::from_seconds;
        let over = |end: Option<i64>| {
            let end = end.map(|end| TrialEnd { at: at(end), how: Ending::Stopped });
            Trial { since: at(1_000), until: at(2_000), clients: Vec::new(), end }.over_at()
        };
        assert_eq!([None, Some(1_500), Some(2_120)].map(over), [at(2_000), at(1_500), at(2_000)]);
    }
}
