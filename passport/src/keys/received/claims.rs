//! Claims of a token whose signature is right: when it counts, and for whom (RFC 7519 §4.1).

use std::time::Duration;

use serde_json::{Map, Value};
use shared::clock::Timestamp;

use super::Refusal;

/// How far a sender's clock may be ahead of ours. FAPI 2.0 Security Profile §5.3.2.1: 10 s must be accepted, more than
/// 60 s must not.
const AHEAD: Duration = Duration::from_secs(10);

/// Which times a token must name.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Whether it must say when it ends.
    pub exp: bool,
    /// Whether it must say when it begins.
    pub nbf: bool,
    /// For how long it may count: from now on, and, if it says when it began, from then on.
    pub longest: Duration,
}

/// Whom a token must be meant for.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// This one, as a text and not in an array (FAPI 2.0 Security Profile §5.3.2.1).
    Only(&'a str),
    /// At least one of these (RFC 7519 §4.1.3).
    OneOf(&'a [&'a str]),
}

/// The claims of a verified token.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim that is a text; none if it is missing.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        self.0.get(name).map(|value| value.as_str().ok_or(Refusal::Claim)).transpose()
    }

    /// A moment (RFC 7519 §2, `NumericDate`), rounded down to the second; none if it is missing.
    ///
    /// # Errors
    /// It is no number.
    pub fn moment(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        self.0.get(name).map(|value| moment(value).ok_or(Refusal::Claim)).transpose()
    }

    /// All of them.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Holds the token's times against the clock.
    ///
    /// # Errors
    /// One is missing that must be there, or is wrong at `now`.
    pub fn check_times(&self, times: Times, now: Timestamp) -> Result<(), Refusal> {
        let (exp, nbf, iat) = (self.moment("exp")?, self.moment("nbf")?, self.moment("iat")?);
        if (times.exp && exp.is_none()) || (times.nbf && nbf.is_none()) {
            return Err(Refusal::Claim);
        }
        let soon = now + AHEAD;
        if [nbf, iat].into_iter().flatten().any(|at| at > soon) {
            return Err(Refusal::Early);
        }
        if exp.is_some_and(|exp| exp <= now) {
            return Err(Refusal::Expired);
        }
        let too_late = exp.is_some_and(|exp| exp > soon + times.longest);
        let too_old = times.nbf && nbf.is_some_and(|nbf| exp.unwrap_or(now).max(now) > nbf + times.longest);
        if too_late || too_old { Err(Refusal::TooLong) } else { Ok(()) }
    }

    /// Whether the token is meant for that audience.
    ///
    /// # Errors
    /// It names none, or another.
    pub fn check_audience(&self, audience: Audience<'_>) -> Result<(), Refusal> {
        let named = self.0.get("aud").ok_or(Refusal::Claim)?;
        let meant = match (audience, named) {
            (Audience::Only(wanted), Value::String(aud)) => aud == wanted,
            (Audience::OneOf(wanted), Value::String(aud)) => wanted.contains(&aud.as_str()),
            (Audience::OneOf(wanted), Value::Array(all)) => {
                all.iter().any(|aud| aud.as_str().is_some_and(|aud| wanted.contains(&aud)))
            }
            _ => false,
        };
        if meant { Ok(()) } else { Err(Refusal::Audience) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rounded down and within the range of milliseconds")]
fn moment(value: &Value) -> Option<Timestamp> {
    const FARTHEST: f64 = 1e14;
    if let Some(seconds) = value.as_i64() {
        return Some(Timestamp::from_seconds(seconds));
    }
    let seconds = value.as_f64().filter(|seconds| seconds.abs() < FARTHEST)?;
    Some(Timestamp::from_seconds(seconds.floor() as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_900);

    fn claims(value: Value) -> Claims {
        let Value::Object(map) = value else { panic!("no object") };
        Claims::new(map)
    }

    fn times(value: Value) -> Result<(), Refusal> {
        let wanted = Times { exp: true, nbf: false, longest: Duration::from_secs(60) };
        claims(value).check_times(wanted, NOW)
    }

    #[test]
    fn ten_seconds_ahead_are_accepted_and_more_are_not() {
        for name in ["iat", "nbf"] {
            assert_eq!(times(json!({ "exp": 1_030, name: 1_010 })), Ok(()), "{name}");
            assert_eq!(times(json!({ "exp": 1_030, name: 1_011 })), Err(Refusal::Early), "{name}");
            assert_eq!(times(json!({ "exp": 1_030, name: "1000" })), Err(Refusal::Claim), "{name}");
        }
    }

    #[test]
    fn an_end_must_be_named_lie_ahead_and_be_near() {
        assert_eq!(times(json!({})), Err(Refusal::Claim));
        assert_eq!(times(json!({ "exp": 1_000 })), Err(Refusal::Expired));
        assert_eq!(times(json!({ "exp": 1_001.9 })), Ok(()));
        assert_eq!(times(json!({ "exp": 1_070 })), Ok(()));
        assert_eq!(times(json!({ "exp": 1_071 })), Err(Refusal::TooLong));
        assert_eq!(times(json!({ "exp": 1e300 })), Err(Refusal::Claim));
        assert_eq!(times(json!({ "exp": i64::MAX })), Err(Refusal::TooLong));
        assert_eq!(times(json!({ "exp": u64::MAX })), Err(Refusal::Claim));
    }

    #[test]
    fn a_beginning_that_must_be_named_bounds_the_end_and_the_age() {
        let wanted = Times { exp: true, nbf: true, longest: Duration::from_secs(60) };
        let check = |value| claims(value).check_times(wanted, NOW);
        assert_eq!(check(json!({ "exp": 1_010 })), Err(Refusal::Claim));
        assert_eq!(check(json!({ "exp": 1_010, "nbf": 950 })), Ok(()));
        assert_eq!(check(json!({ "exp": 1_011, "nbf": 950 })), Err(Refusal::TooLong));
        let no_end = Times { exp: false, ..wanted };
        assert_eq!(claims(json!({ "nbf": 940 })).check_times(no_end, NOW), Err(Refusal::TooLong));
    }

    #[test]
    fn an_audience_is_one_text_where_the_profile_says_so() {
        let only = |aud| claims(json!({ "aud": aud })).check_audience(Audience::Only("a"));
        assert_eq!(only(json!("a")), Ok(()));
        for aud in [json!(["a"]), json!("b"), json!("a/"), json!(null)] {
            assert_eq!(only(aud), Err(Refusal::Audience));
        }
        let one_of = |aud| claims(json!({ "aud": aud })).check_audience(Audience::OneOf(&["a", "b"]));
        for aud in [json!("b"), json!(["x", "a"])] {
            assert_eq!(one_of(aud), Ok(()));
        }
        for aud in [json!("x"), json!([]), json!(["x", 1]), json!({ "a": "a" })] {
            assert_eq!(one_of(aud), Err(Refusal::Audience));
        }
        assert_eq!(claims(json!({})).check_audience(Audience::Only("a")), Err(Refusal::Claim));
    }
}
