//! How often a token is asked, and what comes of it: what tells people that a device is slow before nothing is signed.

use shared::telemetry::Counts;

use super::TokenError;

/// What a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A signature.
    Sign,
    /// A key.
    Make,
    /// That nothing is left of a key.
    Destroy,
    /// To seal or to open something by a master key.
    Master,
    /// What it is and what it can do.
    Look,
}

impl Call {
    const ALL: [Self; 5] = [Self::Sign, Self::Make, Self::Destroy, Self::Master, Self::Look];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Make => "make",
            Self::Destroy => "destroy",
            Self::Master => "master",
            Self::Look => "look",
        }
    }
}

const DONE: &str = "done";
const SLOW: &str = "slow";
const BUSY: &str = "busy";
const AWAY: &str = "away";
const PIN: &str = "pin";
const MISSING: &str = "missing";
const REFUSED: &str = "refused";
const OUTCOMES: [&str; 7] = [DONE, SLOW, BUSY, AWAY, PIN, MISSING, REFUSED];

/// Counts of what a token was asked for, by what came of it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Calls(Counts<2>);

impl Default for Calls {
    fn default() -> Self {
        let of = |call: Call| OUTCOMES.map(|outcome| labels(call, outcome));
        Self(Counts::new(Call::ALL.into_iter().flat_map(of)))
    }
}

impl Calls {
    /// Counts one that ended so, and hands that on.
    pub(super) fn count<T>(&self, call: Call, done: Result<T, TokenError>) -> Result<T, TokenError> {
        self.0.add(labels(call, done.as_ref().err().map_or(DONE, outcome)));
        done
    }

    /// The counts.
    pub fn counts(&self) -> &Counts<2> {
        &self.0
    }
}

const fn labels(call: Call, outcome: &'static str) -> [(&'static str, &'static str); 2] {
    [("call", call.as_str()), ("outcome", outcome)]
}

const fn outcome(error: &TokenError) -> &'static str {
    match error {
        TokenError::Slow(_) => SLOW,
        TokenError::Busy => BUSY,
        TokenError::Module { .. }
        | TokenError::NoToken { .. }
        | TokenError::Ambiguous { .. }
        | TokenError::NotConfigured
        | TokenError::NotConfiguredForMaster
        | TokenError::Gone(_) => AWAY,
        TokenError::PinSource(_) | TokenError::Pin | TokenError::PinLocked => PIN,
        TokenError::NoObject(_) | TokenError::NoMaster(_) => MISSING,
        TokenError::NotOffered(_)
        | TokenError::HandsOut
        | TokenError::Odd(_)
        | TokenError::OtherKey(_)
        | TokenError::Refused(_) => REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_outcome_is_one_of_the_series_that_are_there_from_the_beginning() {
        let calls = Calls::default();
        let before = calls.counts().family();
        for error in [
            TokenError::Slow(Duration::ZERO),
            TokenError::Busy,
            TokenError::Gone(String::new()),
            TokenError::Pin,
            TokenError::NoObject(String::new()),
            TokenError::HandsOut,
        ] {
            assert!(OUTCOMES.contains(&outcome(&error)), "{error}");
            assert_eq!(calls.count(Call::Sign, Err::<(), _>(error.clone())), Err(error));
        }
        assert_eq!(calls.count(Call::Sign, Ok(1)), Ok(1));
        for outcome in OUTCOMES {
            assert_eq!(before.get_or_create(&labels(Call::Sign, outcome)).get(), 1, "{outcome}");
            assert_eq!(before.get_or_create(&labels(Call::Make, outcome)).get(), 0, "{outcome}");
        }
    }
}
