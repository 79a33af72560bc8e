//! Moments as people read them: the clock of Beijing, which all of China goes by.

use shared::clock::{CHINA, Civil, Timestamp, month_name};
use shared::i18n::Lang;

const MINUTE_MS: i64 = 60_000;
const DAY_S: i64 = 24 * 60 * 60;

/// From when on something is possible: `09:40`, with the day before it when it is not today's. Rounded up to the
/// minute, so that the promise holds.
pub fn not_before(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let minutes = at.millis().saturating_add(MINUTE_MS - 1).div_euclid(MINUTE_MS);
    let at = Timestamp::from_millis(minutes * MINUTE_MS);
    let Civil { month, day, hour, minute, .. } = at.civil(CHINA);
    let clock = format!("{hour:02}:{minute:02}");
    let day_number = |moment: Timestamp| (moment.seconds() + CHINA).div_euclid(DAY_S);
    match (day_number(at) - day_number(now), lang) {
        (..=0, _) => clock,
        (1, Lang::Zh) => format!("明天 {clock}"),
        (1, Lang::En) => format!("{clock} tomorrow"),
        (_, Lang::Zh) => format!("{month}月{day}日 {clock}"),
        (_, Lang::En) => format!("{day} {}, {clock}", month_name(month)),
    }
}

/// A moment to look for in a record, to the second: `2026-03-18 09:25:00`.
pub fn exact(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, second } = at.civil(CHINA);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    #[test]
    fn a_lock_of_days_names_its_day() {
        let now = Timestamp::from_seconds(1_773_797_100);
        let end = now + Duration::from_secs(3 * 24 * 60 * 60);
        assert_eq!(not_before(Lang::Zh, end, now), "3月21日 09:25");
        assert_eq!(not_before(Lang::En, end, now), "21 March, 09:25");
    }

    #[test]
    fn a_moment_to_look_for_has_its_day_and_its_second() {
        assert_eq!(exact(Timestamp::from_millis(1_773_797_109_999)), "2026-03-18 09:25:09");
    }
}
