//! Moments as people read them: the clock of Beijing, which all of China goes by.

use shared::clock::{CHINA, Civil, Timestamp, month_name};
use shared::i18n::Lang;

const MINUTE_MS: i64 = 60_000;
const DAY_S: i64 = 24 * 60 * 60;

/// From when on something is possible: `09:40`, with the day before it when it is not today's. Rounded up to the
/// minute, so that the promise holds.
pub fn not_before(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    to_come(lang, at.millis().saturating_add(MINUTE_MS - 1), now)
}

/// Until when something holds: `09:40`, with the day before it when it is not today's. Rounded down to the minute, so that
/// the promise holds.
pub fn until(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    to_come(lang, at.millis(), now)
}

fn to_come(lang: Lang, millis: i64, now: Timestamp) -> String {
    let at = Timestamp::from_millis(millis.div_euclid(MINUTE_MS) * MINUTE_MS);
    let Civil { month, day, hour, minute, .. } = at.civil(CHINA);
    let clock = format!("{hour:02}:{minute:02}");
    match (day_number(at) - day_number(now), lang) {
        (..=0, _) => clock,
        (1, Lang::Zh) => format!("明天 {clock}"),
        (1, Lang::En) => format!("{clock} tomorrow"),
        (_, Lang::Zh) => format!("{month}月{day}日 {clock}"),
        (_, Lang::En) => format!("{day} {}, {clock}", month_name(month)),
    }
}

/// The day of something that has happened: `今天`, `昨天`, `3月16日`, with the year when it is not this one.
pub fn day(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let Civil { year, month, day, .. } = at.civil(CHINA);
    let this_year = now.civil(CHINA).year == year;
    match (day_number(now) - day_number(at), lang) {
        (..=0, Lang::Zh) => "今天".to_owned(),
        (..=0, Lang::En) => "today".to_owned(),
        (1, Lang::Zh) => "昨天".to_owned(),
        (1, Lang::En) => "yesterday".to_owned(),
        (_, Lang::Zh) if this_year => format!("{month}月{day}日"),
        (_, Lang::En) if this_year => format!("{day} {}", month_name(month)),
        (_, Lang::Zh) => format!("{year}年{month}月{day}日"),
        (_, Lang::En) => format!("{day} {} {year}", month_name(month)),
    }
}

/// When something happened, to the minute: `今天 09:14`, `18 March, 09:14`.
pub fn past(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let Civil { hour, minute, .. } = at.civil(CHINA);
    let day = day(lang, at, now);
    match lang {
        Lang::Zh => format!("{day} {hour:02}:{minute:02}"),
        Lang::En => format!("{day}, {hour:02}:{minute:02}"),
    }
}

/// The same of a moment as programs write it (RFC 3339); what cannot be read is shown as it is.
pub fn past_of(lang: Lang, at: &str, now: Timestamp) -> String {
    at.parse().map_or_else(|_| at.to_owned(), |at| past(lang, at, now))
}

fn day_number(moment: Timestamp) -> i64 {
    (moment.seconds() + CHINA).div_euclid(DAY_S)
}

/// A moment of today, to the second: `09:25:00`.
pub fn clock(at: Timestamp) -> String {
    let Civil { hour, minute, second, .. } = at.civil(CHINA);
    format!("{hour:02}:{minute:02}:{second:02}")
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
    fn what_holds_until_a_moment_is_never_told_to_hold_longer() {
        let now = Timestamp::from_seconds(1_773_797_100);
        assert_eq!(until(Lang::Zh, now + Duration::from_secs(15 * 60 + 59), now), "09:40");
        assert_eq!(until(Lang::Zh, now + Duration::from_secs(24 * 60 * 60), now), "明天 09:25");
    }

    #[test]
    fn a_lock_of_days_names_its_day() {
        let now = Timestamp::from_seconds(1_773_797_100);
        let end = now + Duration::from_secs(3 * 24 * 60 * 60);
        assert_eq!(not_before(Lang::Zh, end, now), "3月21日 09:25");
        assert_eq!(not_before(Lang::En, end, now), "21 March, 09:25");
    }

    #[test]
    fn a_day_is_told_as_near_as_it_is() {
        let now = Timestamp::from_seconds(1_773_797_100);
        let ago = |hours: u64| now - Duration::from_secs(hours * 60 * 60);
        // It is 09:25: ten hours ago was yesterday.
        assert_eq!(day(Lang::Zh, ago(9), now), "今天");
        assert_eq!(day(Lang::En, ago(10), now), "yesterday");
        assert_eq!(day(Lang::Zh, ago(48), now), "3月16日");
        assert_eq!(day(Lang::En, ago(48), now), "16 March");
        assert_eq!(day(Lang::En, ago(24 * 100), now), "8 December 2025");
    }

    #[test]
    fn what_happened_is_told_to_the_minute() {
        let now = Timestamp::from_seconds(1_773_797_100);
        let minutes = |n: u64| now - Duration::from_secs(n * 60);
        assert_eq!(past(Lang::Zh, minutes(11), now), "今天 09:14");
        assert_eq!(past(Lang::En, minutes(10 * 60), now), "yesterday, 23:25");
        assert_eq!(past(Lang::En, minutes(48 * 60), now), "16 March, 09:25");
    }

    #[test]
    fn a_moment_to_look_for_has_its_day_and_its_second() {
        assert_eq!(exact(Timestamp::from_millis(1_773_797_109_999)), "2026-03-18 09:25:09");
    }
}
