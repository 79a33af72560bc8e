//! What people read of it, at the top of a page.

use super::{Kind, Notice, Part, Report, State};
use crate::clock::{CHINA, Civil, Timestamp, month_name};
use crate::i18n::Lang;
use crate::page::{Announcement, Link, Page};

/// How much stands at the top of a page at most: people came for something else.
const MOST: usize = 3;

impl Part {
    /// What people call it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::SignIn => "common-part-sign-in",
            Self::Registration => "common-part-registration",
            Self::Tokens => "common-part-tokens",
            Self::Mail => "common-part-mail",
            Self::Sms => "common-part-sms",
            Self::Database => "common-part-database",
            Self::Keys => "common-part-keys",
        }
    }

    /// Whether people notice by themselves when it does not work.
    const fn is_felt(self) -> bool {
        !matches!(self, Self::Database | Self::Keys)
    }
}

impl Notice {
    /// How it is told on that page.
    #[must_use]
    pub fn told(&self, page: &Page, now: Timestamp) -> Announcement {
        let title = match self.kind {
            Kind::Planned if self.is_running(now) => {
                page.tw("common-status-running", [("until", moment(page.lang, self.ends))])
            }
            Kind::Planned => page.tw("common-status-planned", [("when", span(page.lang, self.begins, self.ends))]),
            Kind::Trouble => page.t("common-status-notice"),
        };
        let kind = if self.is_running(now) { "warn" } else { "info" };
        let about = (!self.parts.is_empty())
            .then(|| page.tw("common-status-about", [("parts", named(page, self.parts.iter().copied()))]));
        let words = Some(self.words.get(page.lang).to_owned()).filter(|words| !words.is_empty());
        Announcement { kind, title, sentences: about.into_iter().chain(words).collect(), more: None }
    }
}

impl Report {
    /// What stands at the top of that page; `more` is where it leads whoever wants to know more.
    #[must_use]
    pub fn announcements(&self, page: &Page, now: Timestamp, more: &str) -> Vec<Announcement> {
        let notices = self.notices.iter().filter(|notice| notice.is_shown(now));
        let mut all: Vec<_> = self.troubles(page, now).into_iter().chain(notices.map(|n| n.told(page, now))).collect();
        all.truncate(MOST);
        if let Some(last) = all.last_mut() {
            last.more = Some(Link::new(more, page.t("common-status-more")));
        }
        all
    }

    /// What does not work as it should, as far as people notice it and no notice tells of it.
    fn troubles(&self, page: &Page, now: Timestamp) -> Vec<Announcement> {
        let is_told = |part| self.notices.iter().any(|notice| notice.is_running(now) && notice.parts.contains(&part));
        let in_state = |wanted| {
            let parts = self.parts.iter().filter(move |(part, state)| part.is_felt() && *state == wanted);
            parts.map(|(part, _)| *part).filter(|part| !is_told(*part)).collect::<Vec<_>>()
        };
        let tell = |parts: Vec<Part>, kind, title, text| {
            (!parts.is_empty()).then(|| Announcement {
                kind,
                title: page.tw(title, [("parts", named(page, parts.into_iter()))]),
                sentences: vec![page.t(text)],
                more: None,
            })
        };
        let down = tell(in_state(State::Down), "error", "common-status-down", "common-status-down-text");
        let slow = tell(in_state(State::Degraded), "warn", "common-status-slow", "common-status-slow-text");
        down.into_iter().chain(slow).collect()
    }
}

/// The names of parts in a row.
fn named(page: &Page, parts: impl Iterator<Item = Part>) -> String {
    let between = match page.lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    };
    parts.map(|part| page.t(part.key())).collect::<Vec<_>>().join(between)
}

/// From when to when, by the clock of Beijing: `3月20日 02:00–04:00`, `20 March, 02:00–04:00`.
fn span(lang: Lang, from: Timestamp, to: Timestamp) -> String {
    let (Civil { year, month, day, .. }, end) = (from.civil(CHINA), to.civil(CHINA));
    let from = moment(lang, from);
    if (year, month, day) == (end.year, end.month, end.day) {
        return format!("{from}–{:02}:{:02}", end.hour, end.minute);
    }
    let to = moment(lang, to);
    match lang {
        Lang::Zh => format!("{from}至{to}"),
        Lang::En => format!("{from} to {to}"),
    }
}

fn moment(lang: Lang, at: Timestamp) -> String {
    let Civil { month, day, hour, minute, .. } = at.civil(CHINA);
    match lang {
        Lang::Zh => format!("{month}月{day}日 {hour:02}:{minute:02}"),
        Lang::En => format!("{day} {}, {hour:02}:{minute:02}", month_name(month)),
    }
}
