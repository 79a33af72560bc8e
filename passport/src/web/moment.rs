//! Moments as people read them: the clock of Beijing, which all of China goes by.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::i18n::Lang;

const OFFSET: Duration = Duration::from_secs(8 * 60 * 60);
const MINUTES_A_DAY: i64 = 24 * 60;

/// From when on something is possible: `09:40`, with the day before it when it is not today's. Rounded up to the
/// minute, so that the promise holds.
pub fn not_before(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let minutes = |moment: Timestamp| (moment + OFFSET).millis().div_euclid(60_000);
    let minute = minutes(at + Duration::from_millis(59_999));
    let of_day = minute.rem_euclid(MINUTES_A_DAY);
    let clock = format!("{:02}:{:02}", of_day / 60, of_day % 60);
    let same_day = minute.div_euclid(MINUTES_A_DAY) == minutes(now).div_euclid(MINUTES_A_DAY);
    match (same_day, lang) {
        (true, _) => clock,
        (false, Lang::Zh) => format!("明天 {clock}"),
        (false, Lang::En) => format!("{clock} tomorrow"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_beijing_and_never_too_early() {
        // 2026-03-18T01:25:00Z is 09:25 in Beijing.
        let now = Timestamp::from_seconds(1_773_797_100);
        assert_eq!(not_before(Lang::Zh, now + Duration::from_secs(15 * 60), now), "09:40");
        assert_eq!(not_before(Lang::Zh, now + Duration::from_secs(15 * 60 + 1), now), "09:41");
        let late = now + Duration::from_secs(15 * 60 * 60);
        assert_eq!(not_before(Lang::En, late, now), "00:25 tomorrow");
    }
}
