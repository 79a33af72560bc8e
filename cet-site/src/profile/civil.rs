//! Days and times as a candidate reads them: China Standard Time, UTC+8 all year.

use serde::Deserialize;
use shared::clock::{CHINA, Timestamp, month_name};
use shared::i18n::Lang;

const OFFSET_MS: i64 = CHINA * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i64,
    month: u8,
    day: u8,
}

/// A day and a time of that day, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The day.
    pub day: Day,
    /// Minutes since midnight.
    pub minute: u16,
}

impl Civil {
    /// What the clocks in China show at that moment.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        let local = moment.millis() + OFFSET_MS;
        let minute = local.rem_euclid(DAY_MS) / 60_000;
        Self { day: Day::from_number(local.div_euclid(DAY_MS)), minute: u16::try_from(minute).unwrap_or(0) }
    }

    /// `3月18日 9:00`, `18 March, 9:00`.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let comma = if lang == Lang::En { "," } else { "" };
        format!("{}{comma} {hour}:{minute:02}", self.day.text(lang))
    }
}

impl Day {
    /// That day, if the calendar has it.
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let candidate = Self { year, month, day };
        let exists = (1..=12).contains(&month) && day >= 1 && Self::from_number(candidate.number()) == candidate;
        exists.then_some(candidate)
    }

    /// The moment at which the day begins in China.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(self.number() * DAY_MS - OFFSET_MS)
    }

    /// `3月18日`, `18 March`.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}月{}日", self.month, self.day),
            Lang::En => format!("{} {}", self.day, month_name(self.month.into())),
        }
    }

    /// `03-18`: a list's first column.
    #[must_use]
    pub fn short(self) -> String {
        format!("{:02}-{:02}", self.month, self.day)
    }

    /// `2027-03-18` (ISO 8601), for `<time datetime>`.
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `5月22日–23日` within a month, `3月18日–4月2日` across months.
    #[must_use]
    pub fn range_text(from: Self, to: Option<Self>, lang: Lang) -> String {
        match to {
            None => from.text(lang),
            Some(to) if to == from => from.text(lang),
            Some(to) if (to.year, to.month) == (from.year, from.month) => match lang {
                Lang::Zh => format!("{}–{}日", from.text(lang), to.day),
                Lang::En => format!("{}–{}", from.day, to.text(lang)),
            },
            Some(to) => match lang {
                Lang::Zh => format!("{}–{}", from.text(lang), to.text(lang)),
                Lang::En => format!("{} – {}", from.text(lang), to.text(lang)),
            },
        }
    }

    /// Days since 1970-01-01. A year is counted from March, so that a leap day is its last day.
    fn number(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { self.year - 1 } else { self.year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
    }

    fn from_number(number: i64) -> Self {
        let shown = Timestamp::from_millis(number.saturating_mul(DAY_MS)).civil(0);
        let small = |part: i64| u8::try_from(part).unwrap_or(1);
        Self { year: shown.year, month: small(shown.month), day: small(shown.day) }
    }
}

/// `2027-03-18`
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        parse_day(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a day like 2027-03-18")))
    }
}

fn parse_day(text: &str) -> Option<Day> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Reads `2027-03-18T09:00:00+08:00`; other offsets are refused, because the pages would show another time.
pub(super) fn moment<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    parse_moment(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a time like 2027-03-18T09:00:00+08:00")))
}

fn parse_moment(text: &str) -> Option<Timestamp> {
    let (day, time) = text.strip_suffix("+08:00")?.split_once('T')?;
    let mut parts = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let in_range = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    let of_day = ((hour * 60 + minute) * 60 + second) * 1000;
    in_range.then_some(Timestamp::from_millis(parse_day(day)?.start().millis() + of_day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        parse_day(text).expect("a day")
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        // 2027-03-17T16:00:00Z
        assert_eq!(day("2027-03-18").start(), Timestamp::from_seconds(1_805_299_200));
        assert_eq!(Civil::at(day("2027-03-18").start()), Civil { day: day("2027-03-18"), minute: 0 });
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for number in -150_000..150_000 {
            assert_eq!(Day::from_number(number).number(), number);
        }
    }

    #[test]
    fn a_day_the_calendar_lacks_is_refused() {
        assert!(parse_day("2027-02-29").is_none() && parse_day("2027-13-01").is_none());
        assert!(parse_day("2028-02-29").is_some());
    }

    #[test]
    fn ranges_are_as_short_as_they_can_be() {
        let (a, b, c) = (day("2027-03-18"), day("2027-04-02"), day("2027-03-23"));
        assert_eq!(Day::range_text(a, Some(b), Lang::Zh), "3月18日–4月2日");
        assert_eq!(Day::range_text(a, Some(c), Lang::Zh), "3月18日–23日");
        assert_eq!(Day::range_text(a, Some(c), Lang::En), "18–23 March");
        assert_eq!(Day::range_text(a, None, Lang::En), "18 March");
    }

    #[test]
    fn a_time_must_name_the_offset_of_china() {
        assert!(parse_moment("2027-03-18T09:00:00Z").is_none());
        let moment = parse_moment("2027-03-18T09:00:00+08:00").expect("a moment");
        assert_eq!(Civil::at(moment).text(Lang::Zh), "3月18日 9:00");
        assert_eq!(Civil::at(moment).text(Lang::En), "18 March, 9:00");
    }
}
